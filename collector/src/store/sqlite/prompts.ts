/** What the owner asks about prompts. What may be long is read in parts, with a turn of the event loop between two. */
import type { Device, JsonObject, PromptReason } from '@handrail/sdk/protocol';
import type { Database } from 'better-sqlite3';
import type { Impression } from '../../insights/impression.ts';
import type { PromptDecision, PromptStore } from '../prompts.ts';
import { answerReader } from './answers.ts';
import { valueFrom } from './impressions.ts';
import { slice } from './leads.ts';
import { TOUCHPOINT_COLUMNS, type TouchpointRow, touchpointFrom } from './rows.ts';

interface ImpressionRow {
  id: number;
  promptId: string;
  leadKey: number;
  at: number;
  held_out: number;
  started_at: number | null;
  completed_at: number | null;
  dismissed_at: number | null;
  acted_at: number | null;
  path: string | null;
  device: Device | null;
  channel: string | null;
  stage: string | null;
  segments: string | null;
}
interface AnswerRow {
  impressionKey: number;
  questionId: string;
  questionType: string | null;
  value: string | number | Buffer;
}

/** So that what waits to be stored is stored first. */
const turnOfTheEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

export function promptStore(db: Database): PromptStore {
  const selectImpressions = db.prepare<object, ImpressionRow>(
    `SELECT impressions.id, prompt_id AS promptId, lead_id AS leadKey, at, held_out, started_at, completed_at,
       dismissed_at, acted_at, path, device, channel, stage, segments
     FROM impressions JOIN visitors ON visitors.id = visitor_id
     WHERE impressions.site_id = $siteId AND prompt_id = $promptId AND (at, impressions.id) > ($key, $id) AND at < $to
     ORDER BY at, impressions.id LIMIT $limit`,
  );
  // Of several answers to one question the latest counts; SQLite gives the columns of the row that has the max().
  const selectAnswers = db.prepare<[string], AnswerRow>(
    `SELECT impression_key AS impressionKey, question_id AS questionId, question_type AS questionType, value, max(id)
     FROM answers WHERE impression_key IN (SELECT value FROM json_each(?)) GROUP BY impression_key, question_id`,
  );
  const selectKnown = db
    .prepare<[number, string], number>(
      'SELECT 1 FROM impressions WHERE site_id = ? AND prompt_id = ? LIMIT 1',
    )
    .pluck();
  const selectInTime = db.prepare<[number, string, number, number], TouchpointRow>(
    `SELECT ${TOUCHPOINT_COLUMNS} FROM touchpoints
     WHERE visitor_id IN (SELECT id FROM visitors WHERE lead_id = ?) AND name = ? AND at >= ? AND at <= ?`,
  );
  const selectDecisions = db.prepare<object, { day: number; reason: PromptReason; count: number }>(
    `SELECT day, reason, count FROM prompt_decisions
     WHERE site_id = $siteId AND prompt_id = $promptId AND day >= $from AND day < $to ORDER BY day, reason`,
  );
  // What one batch tells has one time. Then that it was shown counts most: the visitor may remember it.
  const selectDecisionsOf = db.prepare<[number, string], PromptDecision>(
    `SELECT prompt_id AS promptId, reason, sum(count) AS count, max(last_at) AS lastAt
     FROM visitor_prompt_decisions JOIN visitors ON visitors.id = visitor_id
     WHERE lead_id = (SELECT coalesce(merged_into, id) FROM leads WHERE site_id = ? AND public_id = ?)
     GROUP BY prompt_id, reason ORDER BY lastAt DESC, reason <> 'shown', prompt_id, reason`,
  );
  const insertPreview = db.prepare(
    'INSERT INTO prompt_previews (hash, site_id, prompt, expires_at) VALUES (?, ?, ?, ?)',
  );
  const forgetPreviews = db.prepare('DELETE FROM prompt_previews WHERE expires_at <= ?');
  const selectPreview = db
    .prepare<[Buffer, number, number], string>(
      'SELECT prompt FROM prompt_previews WHERE hash = ? AND site_id = ? AND expires_at > ?',
    )
    .pluck();

  return {
    async impressions(siteId, promptId, { from, to }, limit, after) {
      await turnOfTheEventLoop();
      const rows = selectImpressions.all({
        siteId,
        promptId,
        to,
        key: after?.key ?? from,
        id: after?.id ?? 0,
        limit: limit + 1,
      });
      const page = slice(
        rows,
        limit,
        ({ at, id }) => ({ key: at, id }),
        (row) => ({ id: row.id, impression: impressionFrom(row) }),
      );
      const byId = new Map(page.rows.map(({ id, impression }) => [id, impression]));
      for (const { impressionKey, value, ...answer } of selectAnswers.all(JSON.stringify([...byId.keys()]))) {
        const { questionId, questionType } = answer;
        byId.get(impressionKey)?.answers.push({ questionId, questionType, value: valueFrom(value) });
      }
      return { rows: [...byId.values()], next: page.next };
    },
    isKnown: async (siteId, promptId) => selectKnown.get(siteId, promptId) !== undefined,
    async reached(exposures, { touchpoint, matches, withinMs }) {
      await turnOfTheEventLoop();
      return exposures
        .filter(({ leadKey, at }) =>
          selectInTime
            .all(leadKey, touchpoint, at, at + withinMs)
            .map(touchpointFrom)
            .some((each) => each.bot === null && matches(each)),
        )
        .map(({ leadKey }) => leadKey);
    },
    decisions: async (siteId, promptId, span) => selectDecisions.all({ siteId, promptId, ...span }),
    decisionsOf: async (siteId, leadId) => selectDecisionsOf.all(siteId, leadId),
    answers: answerReader(db),
    async addPreview(siteId, hash, prompt, expiresAt, now) {
      forgetPreviews.run(now);
      insertPreview.run(hash, siteId, JSON.stringify(prompt), expiresAt);
    },
    async findPreview(siteId, hash, now) {
      const found = selectPreview.get(hash, siteId, now);
      return found === undefined ? null : (JSON.parse(found) as JsonObject);
    },
  };
}

function impressionFrom(row: ImpressionRow): Impression {
  const { promptId, leadKey, at, path, device, channel, stage } = row;
  return {
    promptId,
    leadKey,
    at,
    path,
    device,
    channel,
    stage,
    heldOut: row.held_out === 1,
    started: row.started_at !== null,
    completed: row.completed_at !== null,
    dismissed: row.dismissed_at !== null,
    acted: row.acted_at !== null,
    segments: row.segments === null ? [] : (JSON.parse(row.segments) as string[]),
    answers: [],
  };
}
