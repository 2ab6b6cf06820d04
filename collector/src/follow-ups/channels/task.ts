/** The task channel: what a colleague is asked to do about a lead. Pure; the store writes the row. */

import { parseDuration } from '@handrail/sdk/condition';
import type { DurationText } from '@handrail/sdk/protocol';
import { type Rendering, renderLine } from './template.ts';

export interface TaskStep {
  /** May hold merge fields. */
  title: string;
  due: DurationText;
}

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

export interface Task {
  title: string;
  /** ms since the epoch. */
  dueAt: number;
  /** Why this lead: the score rules that now contribute most. Empty without any. */
  reason: string;
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
): Rendering<Task> {
  const dueMs = parseDuration(step.due);
  if (dueMs === undefined) throw new RangeError(`not a duration: ${step.due}`);
  const name = lead.name || lead.email || lead.userId || lead.id;
  const title = renderLine(step.title, { ...lead, name });
  if (!title.ok) return title;
  return { ok: true, rendered: { title: title.rendered, dueAt: now + dueMs, reason: reasonFrom(entries) } };
}

/** `demo +20, pricing +18.8 (2×), email +2.1`: a rule that scored several times is one reason. */
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
