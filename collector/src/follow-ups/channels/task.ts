/** Tasks as a channel: what a colleague is asked to do about a lead. The store writes the row with the delivery. */
import { parseDuration } from '@handrail/sdk/condition';
import type { DurationText } from '@handrail/sdk/protocol';
import { decayed, scoreOf } from '../../leads/heat.ts';
import type { NewTask } from '../../store/follow-ups.ts';
import { type ChannelKind, fail, type Prepared } from './channel.ts';
import { mergeFields } from './merge-fields.ts';
import { type Rendering, renderLine } from './template.ts';

export interface TaskStep {
  /** May hold merge fields. */
  title: string;
  due: DurationText;
  /** Whom it is for, as the team calls them. [owner=nobody yet] */
  owner?: string | undefined;
}

export const taskKind: ChannelKind<TaskStep, NewTask> = {
  send: null,
  addresses: 'team',
  addressOf: () => null,
  topicOf: () => null,
  rateOf: () => null,
  prepare(step, { delivery, site, lead, now }): Prepared<NewTask> {
    if (!delivery.lead || !lead) return fail('missing_field', 'lead');
    const entries = delivery.scoreEntries.map(({ ruleId, points, at }) => ({
      ruleId,
      current: decayed(points, now - at, site.halfLifeMs),
    }));
    const task = taskFor(step, { ...mergeFields(lead, site), ...lead }, entries, now);
    if (!task.ok) return fail('missing_field', task.missing.join(', '));
    const score = scoreOf(delivery.lead.heat, now, site.halfLifeMs);
    const { title, dueAt, reason, owner } = task.rendered;
    return { ok: true, content: { title, dueAt, owner, reason: `Score ${score.toFixed(1)}: ${reason}` } };
  },
  open: () => ({
    send: async ({ content }) => ({ outcome: 'sent', detail: 'task created', task: content }),
  }),
  howToOpen: '',
};

/** Its own fields can all be merged into the title. */
export interface TaskLead {
  id: string;
  name?: string | null | undefined;
  email?: string | null | undefined;
  userId?: string | null | undefined;
}

/** Of the score's ledger. */
export interface TaskScoreEntry {
  ruleId: string;
  /** Points after decay. */
  current: number;
}

const MAX_REASONS = 3;

/**
 * A lead without a name goes by its e-mail, user id or id: a task that can't be addressed nicely is still due.
 *
 * @throws RangeError where `due` is no duration
 */
export function taskFor(
  step: TaskStep,
  lead: TaskLead,
  entries: readonly TaskScoreEntry[],
  now: number,
): Rendering<NewTask> {
  const dueMs = parseDuration(step.due);
  if (dueMs === undefined) throw new RangeError(`not a duration: ${step.due}`);
  const name = lead.name || lead.email || lead.userId || lead.id;
  const title = renderLine(step.title, { ...lead, name });
  if (!title.ok) return title;
  const { owner = null } = step;
  return {
    ok: true,
    rendered: { title: title.rendered, dueAt: now + dueMs, owner, reason: reasonFrom(entries) },
  };
}

/**
 * Why this lead, by the score rules that now contribute most; empty without any.
 * `demo +20, pricing +18.8 (2×), email +2.1`: a rule that scored several times is one reason.
 */
function reasonFrom(entries: readonly TaskScoreEntry[]): string {
  const byRule = new Map<string, { current: number; times: number }>();
  for (const { ruleId, current } of entries) {
    const sum = byRule.get(ruleId) ?? { current: 0, times: 0 };
    byRule.set(ruleId, { current: sum.current + current, times: sum.times + 1 });
  }
  return [...byRule]
    .filter(([, { current }]) => current > 0)
    .sort(([, a], [, b]) => b.current - a.current)
    .slice(0, MAX_REASONS)
    .map(
      ([ruleId, { current, times }]) => `${ruleId} +${+current.toFixed(1)}${times > 1 ? ` (${times}×)` : ''}`,
    )
    .join(', ');
}
