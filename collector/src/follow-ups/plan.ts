/** What a touchpoint, or the passing of time, means for the lead's follow-ups. Pure: the store carries it out in the touchpoint's transaction. */
import { type Facts, holds } from '@handrail/sdk/condition';
import type { Condition } from '@handrail/sdk/protocol';
import { nextDateAt } from '../leads/dates.ts';
import { asksOfTouchpoints, factsOf, isAbout, type Moment } from '../leads/facts.ts';
import { isOwnNote, stepOf } from '../leads/own-notes.ts';
import type { LeadState } from '../leads/state.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { CompiledSequence } from '../site/compile-sequences.ts';
import { comeTo, type PlannedStep } from './come-to.ts';
import { MAX_LATENESS_MS } from './guards.ts';

/** A lead's latest run through a sequence. */
export interface Enrollment {
  id: number;
  sequenceId: string;
  /** The configuration that it began under, and ends under. */
  version: number;
  status: 'active' | 'completed' | 'goal_met' | 'exited';
  /** What happened before it is no goal of it. */
  beganAt: number;
  /** What the steps' times are counted from. */
  anchorAt: number;
  /** The step that is due next. */
  step: number;
  /** When that is, where it sends nothing; `null` for one that is a delivery. */
  dueAt: number | null;
  /** Nothing reaches the lead, to measure what the sequence brings. */
  isHeldOut: boolean;
  endedAt: number | null;
  /** When the goal was first met, which may be after the last step. */
  goalAt: number | null;
}

export type EndReason =
  | 'goal_met'
  | 'start_undone'
  /** Its exit condition holds. */
  | 'exit'
  /** A step said so. */
  | 'ended'
  /** The site has no such sequence any more. */
  | 'removed'
  /** It goes on as a run under the live configuration. */
  | 'moved_away'
  /** Of two runs of one person, this one came second. */
  | 'merged';

export interface Goal {
  at: number;
  /** Of what was bought, in the site's currency; `null` where nothing was, or in another. */
  value: number | null;
}

export interface Ending {
  reason: EndReason;
  /** Where it was met. */
  goal: Goal | null;
}

export interface FollowUps {
  started: { sequence: CompiledSequence; anchorAt: number; first: PlannedStep }[];
  /** Still waiting for its `unless`, and started anew. */
  restarted: { enrollmentId: number; anchorAt: number; first: PlannedStep }[];
  /** What they waited for has come. `next`: `null` where that was the last step. */
  arrived: { enrollment: Enrollment; stepId: string; anchorAt: number; next: PlannedStep | null }[];
  ended: (Ending & { enrollmentId: number })[];
  /** Their goal was met after the end. */
  reached: { enrollmentId: number; goal: Goal }[];
}

export const nothingPlanned = (): FollowUps => ({
  started: [],
  restarted: [],
  arrived: [],
  ended: [],
  reached: [],
});

/**
 * @param touchpoint `null`: only time has passed from one moment to the other
 * @param enrollments the lead's latest for each sequence
 * @param now when the touchpoint was received: starts that are no touchpoint of their own count from here
 */
export function plan(
  before: Moment,
  after: Moment,
  touchpoint: Touchpoint | null,
  enrollments: readonly Enrollment[],
  site: CompiledSite,
  now: number,
): FollowUps {
  const followUps = nothingPlanned();
  if (site.sequences.length === 0 || (touchpoint && touchpoint.bot !== null)) return followUps;
  const facts = { before: factsOf(before, site), after: factsOf(after, site) };
  const timezone = after.lead.timezone ?? site.site.timezone;
  for (const sequence of site.sequences) {
    const latest = enrollments.find((each) => each.sequenceId === sequence.id);
    if (latest && goOn(latest, touchpoint, facts.after, site, timezone, now, followUps)) continue;
    if (sequence.paused) continue;
    const anchorAt = startOf(sequence, touchpoint, facts, { before, after }, site, now);
    if (anchorAt === null) continue;
    if (latest?.status === 'active') {
      const begun = site.sequenceOf(latest);
      if (!begun || !startsAnew(begun, latest, anchorAt, now)) continue;
      const first = firstStep(begun, anchorAt, timezone, facts.after);
      followUps.restarted.push({ enrollmentId: latest.id, anchorAt, first });
      continue;
    }
    if (latest && isEcho(touchpoint, latest, now)) continue;
    // A date is come to once, however often it is told.
    if ('date' in sequence.startsBy && latest && anchorAt <= latest.beganAt) continue;
    if (!mayEnterAgain(sequence, latest, now)) continue;
    if (isOverAlready(sequence, anchorAt, after.lead, facts.after, site)) continue;
    const first = firstStep(sequence, anchorAt, timezone, facts.after);
    followUps.started.push({ sequence, anchorAt, first });
  }
  return followUps;
}

/** Nothing is done yet, and the time in which it may prove needless begins again. */
function startsAnew({ unless }: CompiledSequence, run: Enrollment, anchorAt: number, now: number): boolean {
  if (!unless || run.step !== 0) return false;
  return anchorAt > run.anchorAt && now < run.anchorAt + unless.withinMs;
}

/** There is nothing to reach, or to leave: the lead is as its goal or its exit asks, or the goal was told before the start. */
function isOverAlready(
  { goal, exit }: CompiledSequence,
  anchorAt: number,
  lead: LeadState,
  facts: Facts,
  site: CompiledSite,
): boolean {
  const isSo = [goal, exit].some((each) => each && happens(each, null, facts, site));
  return isSo || (goal !== undefined && hasComeSince(goal, anchorAt, lead, site));
}

/** Touchpoints may be told in another order than they happened. */
function hasComeSince(condition: Condition, since: number, lead: LeadState, site: CompiledSite): boolean {
  if ('any' in condition) return condition.any.some((part) => hasComeSince(part, since, lead, site));
  if (!('touchpoint' in condition)) return false;
  const { memoryKey, count } = site.testOf(condition);
  const latest = lead.memory[memoryKey]?.[0];
  return count === 1 && latest !== undefined && latest > since;
}

/** What it means for a run of the lead's, by the rules that the run began under. @returns whether the run is over by it */
function goOn(
  run: Enrollment,
  touchpoint: Touchpoint | null,
  facts: Facts,
  site: CompiledSite,
  timezone: string,
  now: number,
  followUps: FollowUps,
): boolean {
  const sequence = site.sequenceOf(run);
  if (!sequence) return false;
  // After its last step, or its exit: whom it has helped is only known later, as with those held out.
  if (run.status !== 'active' && run.goalAt === null) {
    if (isGoal(sequence, run, touchpoint, facts, site))
      followUps.reached.push({ enrollmentId: run.id, goal: goalOf(touchpoint, site, now) });
    return false;
  }
  if (run.status !== 'active') return false;
  const ending = endOf(sequence, run, touchpoint, facts, site, now);
  if (ending) {
    followUps.ended.push({ enrollmentId: run.id, ...ending });
    return true;
  }
  const node = sequence.program[run.step];
  if (node?.kind !== 'wait' || run.dueAt === null) return false;
  const waitsSince = run.dueAt - node.withinMs;
  // What is told only now may have come before, or too late though the time-out is still to be noted.
  if (touchpoint && (touchpoint.at < waitsSince || touchpoint.at > run.dueAt)) return false;
  if (!happens(node.condition, touchpoint, facts, site)) return false;
  const anchorAt = touchpoint?.at ?? now;
  const next = comeTo(sequence, node.came, { anchorAt, now, timezone, facts });
  followUps.arrived.push({ enrollment: run, stepId: node.id, anchorAt, next });
  return false;
}

export function firstStep(
  sequence: CompiledSequence,
  anchorAt: number,
  timezone: string,
  facts: Facts,
): PlannedStep {
  const first = comeTo(sequence, 0, { anchorAt, now: anchorAt, timezone, facts });
  if (!first) throw new Error('a sequence has at least one step');
  return first;
}

/** Why a touchpoint ends an active run, if it does. */
export function endOf(
  sequence: CompiledSequence,
  enrollment: Enrollment,
  touchpoint: Touchpoint | null,
  facts: Facts,
  site: CompiledSite,
  now: number,
): Ending | null {
  if (isGoal(sequence, enrollment, touchpoint, facts, site)) {
    return { reason: 'goal_met', goal: goalOf(touchpoint, site, now) };
  }
  const sinceAnchorMs = touchpoint ? touchpoint.at - enrollment.anchorAt : 0;
  if (sinceAnchorMs < 0) return null;
  const { exit, unless } = sequence;
  if (exit && happens(exit, touchpoint, facts, site)) return { reason: 'exit', goal: null };
  const isUndone = touchpoint && unless?.matches(touchpoint) && sinceAnchorMs <= unless.withinMs;
  return isUndone ? { reason: 'start_undone', goal: null } : null;
}

function isGoal(
  { goal }: CompiledSequence,
  { beganAt }: Enrollment,
  touchpoint: Touchpoint | null,
  facts: Facts,
  site: CompiledSite,
): boolean {
  if (!goal || (touchpoint && touchpoint.at < beganAt)) return false;
  return happens(goal, touchpoint, facts, site);
}

/** A purchase remembered from earlier does not happen now; a stage or a temperature that is reached by now counts. */
function happens(
  condition: Condition,
  touchpoint: Touchpoint | null,
  facts: Facts,
  site: CompiledSite,
): boolean {
  if (!holds(condition, facts)) return false;
  if ('any' in condition) return condition.any.some((part) => happens(part, touchpoint, facts, site));
  return !asksOfTouchpoints(condition) || (touchpoint !== null && isAbout(condition, touchpoint, site));
}

function goalOf(touchpoint: Touchpoint | null, { site }: CompiledSite, now: number): Goal {
  const { value, currency = site.currency } = touchpoint?.properties ?? {};
  const isValue = typeof value === 'number' && Number.isFinite(value) && currency === site.currency;
  return { at: touchpoint?.at ?? now, value: isValue ? value : null };
}

/** The time from which steps count; `null` if this does not start the sequence. */
function startOf(
  { startsBy }: CompiledSequence,
  touchpoint: Touchpoint | null,
  facts: { before: Facts; after: Facts },
  moments: { before: Moment; after: Moment },
  site: CompiledSite,
  now: number,
): number | null {
  if ('api' in startsBy) return null;
  if ('date' in startsBy) {
    // A date that is told only afterwards still counts for as long as a late message would.
    const isTold = touchpoint?.type === 'identify';
    const from = touchpoint ? (isTold ? now - MAX_LATENESS_MS : null) : moments.before.now;
    const at = from === null ? null : nextDateAt(startsBy.date, moments.after.lead, from, site);
    return at !== null && at <= now ? at : null;
  }
  const { condition } = startsBy;
  if (!holds(condition, facts.after)) return null;
  if (touchpoint && isAbout(condition, touchpoint, site)) return touchpoint.at;
  return holds(condition, facts.before) ? null : now;
}

/** Sequences that start each other go round once in this time, and not for ever within one. */
const ECHO_MS = 3_600_000;

/** Whether it is a sequence's own doing, so soon after the latest run began. */
const isEcho = (touchpoint: Touchpoint | null, { beganAt }: Enrollment, now: number): boolean =>
  touchpoint !== null && isOwnNote(touchpoint) && stepOf(touchpoint) !== null && now - beganAt < ECHO_MS;

/** @param now when the next run would start */
export function mayEnterAgain(
  { reentryMs }: CompiledSequence,
  latest: Enrollment | undefined,
  now: number,
): boolean {
  if (!latest) return true;
  // Who wants no second time means it, however the first one ended.
  if (reentryMs === Number.POSITIVE_INFINITY) return false;
  if (latest.goalAt !== null || latest.endedAt === null) return true;
  return latest.status === 'exited' || now - latest.endedAt >= reentryMs;
}
