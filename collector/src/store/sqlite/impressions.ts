/** Writes down, with the touchpoints of prompts, what became of each showing and what was answered. */
import type { AnswerValue } from '@handrail/sdk/protocol';
import type { Database } from 'better-sqlite3';
import { isAnswerValue } from '../../leads/answers.ts';
import type { LeadState } from '../../leads/state.ts';
import type { Touchpoint } from '../../leads/touchpoint.ts';
import { MAX_PROMPT_ID_CHARS } from '../../site/limits.ts';
import { idToStore } from './rows.ts';

/** The column that each touchpoint sets, the first time that it comes. */
const COLUMNS = {
  prompt_shown: null,
  prompt_held_out: null,
  prompt_answered: 'started_at',
  prompt_completed: 'completed_at',
  prompt_dismissed: 'dismissed_at',
  prompt_acted: 'acted_at',
} as const;
type PromptTouchpointName = keyof typeof COLUMNS;

export type ImpressionWriter = (
  siteId: number,
  visitorId: number,
  touchpointId: number,
  touchpoint: Touchpoint,
  lead: LeadState,
  segments: readonly string[],
) => void;

export function impressionWriter(db: Database): ImpressionWriter {
  // Whichever of an impression's touchpoints comes first makes its row: a batch may be late, or lost.
  const upserts = new Map(
    Object.entries(COLUMNS).map(([name, column]) => [
      name,
      db
        .prepare<object, number>(
          `INSERT INTO impressions (site_id, prompt_id, visitor_id, impression_id, at, held_out, path, device, channel,
             stage, segments ${column ? `, ${column}` : ''})
           VALUES ($siteId, $promptId, $visitorId, $impressionId, $at, ${name === 'prompt_held_out' ? 1 : 0}, $path,
             $device, $channel, $stage, $segments ${column ? ', $at' : ''})
           ON CONFLICT DO UPDATE SET at = min(at, excluded.at)
             ${column ? `, ${column} = coalesce(${column}, excluded.${column})` : ''}
           RETURNING id`,
        )
        .pluck(),
    ]),
  );
  const insertAnswer = db.prepare(
    `INSERT INTO answers
       (id, site_id, visitor_id, impression_key, prompt_id, question_id, question_type, value, cart_value)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  return (siteId, visitorId, touchpointId, touchpoint, lead, segments) => {
    const { name, properties, messageId, page, device, source, at } = touchpoint;
    const { promptId, impressionId, questionId, questionType, value } = properties;
    const upsert = upserts.get(name);
    if (!upsert || touchpoint.bot !== null || !isPromptId(promptId)) return;
    const isAnswer = name === ('prompt_answered' satisfies PromptTouchpointName);
    if (isAnswer && (typeof questionId !== 'string' || !isAnswerValue(value))) return;
    const impressionKey = upsert.get({
      siteId,
      promptId,
      visitorId,
      impressionId: idToStore(typeof impressionId === 'string' ? impressionId.slice(0, 100) : messageId),
      at: Math.round(at),
      path: page?.path ?? null,
      device,
      channel: source?.channel ?? null,
      stage: lead.stage,
      segments: segments.length > 0 ? JSON.stringify(segments) : null,
    });
    if (!isAnswer || !isAnswerValue(value)) return;
    insertAnswer.run(
      touchpointId,
      siteId,
      visitorId,
      impressionKey,
      promptId,
      questionId,
      typeof questionType === 'string' ? questionType : null,
      valueToStore(value),
      lead.cart?.value ?? null,
    );
  };
}

const isPromptId = (id: unknown): id is string =>
  typeof id === 'string' && id.length > 0 && id.length <= MAX_PROMPT_ID_CHARS;

/** A list of texts is a blob, so that no text can be taken for one. */
const valueToStore = (value: AnswerValue): string | number | Buffer =>
  Array.isArray(value) ? Buffer.from(JSON.stringify(value)) : value;
export const valueFrom = (stored: string | number | Buffer): AnswerValue =>
  Buffer.isBuffer(stored) ? (JSON.parse(stored.toString()) as string[]) : stored;
