/** What a touchpoint, or the passing of time, means for the lead's follow-ups. Pure: the store carries it out in the touchpoint's transaction. */
import { type Facts, holds } from '@handrail/sdk/condition';
import { factsOf, isAbout, type Moment } from '../leads/facts.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import { type CompiledSequence, type CompiledSite, durationMs, touchpointsIn } from '../site/compile.ts';
import type { Route } from './routes.ts';

/** A lead's latest run through a sequence. */
export interface Enrollment {
  id: number;
  sequenceId: string;
  status: 'active' | 'completed' | 'goal_met' | 'exited';
  /** What the steps' times are counted from. */
  anchorAt: number;
  /** The step that is due next. */
  step: number;
  endedAt: number | null;
}

export type EndReason =
  | 'goal_met'
  | 'start_undone'
  /** Of two runs of one person, this one came second. */
  | 'merged';

export interface PlannedStep extends Route {
  step: number;
  dueAt: number;
}

export interface FollowUps {
  started: { sequenceId: string; anchorAt: number; first: PlannedStep }[];
  /** Still waiting for its `unless`, and started anew. */
  restarted: { enrollmentId: number; anchorAt: number; first: PlannedStep }[];
  ended: { enrollmentId: number; reason: EndReason }[];
}

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
  const followUps: FollowUps = { started: [], restarted: [], ended: [] };
  if (site.sequences.length === 0 || (touchpoint && touchpoint.bot !== null)) return followUps;
  const facts = { before: factsOf(before, site), after: factsOf(after, site) };
  for (const sequence of site.sequences) {
    const latest = enrollments.find((each) => each.sequenceId === sequence.id);
    if (latest?.status === 'active') {
      const reason = endOf(sequence, latest, touchpoint, facts.after, site);
      if (reason) {
        followUps.ended.push({ enrollmentId: latest.id, reason });
        continue;
      }
    }
    const anchorAt = startOf(sequence, touchpoint, facts, site, now);
    if (anchorAt === null) continue;
    const first = planStep(sequence, 0, anchorAt);
    if (!first) continue;
    if (latest?.status === 'active') {
      const isWaiting =
        latest.step === 0 && sequence.unless && now < latest.anchorAt + sequence.unless.withinMs;
      if (isWaiting) followUps.restarted.push({ enrollmentId: latest.id, anchorAt, first });
    } else if (mayEnterAgain(sequence, latest, now)) {
      followUps.started.push({ sequenceId: sequence.id, anchorAt, first });
    }
  }
  return followUps;
}

/** When the step is due; `null` after the last one. The first never before the `unless` of the start is decided. */
export function planStep(sequence: CompiledSequence, index: number, anchorAt: number): PlannedStep | null {
  const step = sequence.steps[index];
  const route = sequence.routes[index];
  if (!step || !route) return null;
  const afterMs = Math.max(durationMs(step.after), sequence.unless?.withinMs ?? 0);
  return { ...route, step: index, dueAt: anchorAt + afterMs };
}

/** Why a touchpoint ends an active run, if it does. */
export function endOf(
  { goal, unless }: CompiledSequence,
  enrollment: Enrollment,
  touchpoint: Touchpoint | null,
  facts: Facts,
  site: CompiledSite,
): EndReason | null {
  const sinceAnchorMs = touchpoint ? touchpoint.at - enrollment.anchorAt : 0;
  if (sinceAnchorMs < 0) return null;
  if (goal && holds(goal, facts)) {
    // A purchase remembered from before the start is not this run's goal; a stage or temperature reached since is.
    if (touchpointsIn(goal).length === 0 || (touchpoint && isAbout(goal, touchpoint, site)))
      return 'goal_met';
  }
  if (!touchpoint) return null;
  return unless?.matches(touchpoint) && sinceAnchorMs <= unless.withinMs ? 'start_undone' : null;
}

/** The time from which steps count; `null` if this touchpoint does not start the sequence. */
function startOf(
  { start }: CompiledSequence,
  touchpoint: Touchpoint | null,
  facts: { before: Facts; after: Facts },
  site: CompiledSite,
  now: number,
): number | null {
  if (!holds(start, facts.after)) return null;
  if (touchpoint && isAbout(start, touchpoint, site)) return touchpoint.at;
  return holds(start, facts.before) ? null : now;
}

/** @param now when the next run would start */
export function mayEnterAgain(
  { reentryMs }: CompiledSequence,
  latest: Enrollment | undefined,
  now: number,
): boolean {
  if (!latest || latest.status === 'goal_met' || latest.endedAt === null) return true;
  return latest.status === 'exited' || now - latest.endedAt >= reentryMs;
}
