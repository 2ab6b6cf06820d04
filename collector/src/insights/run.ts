import type { Enrollment } from '../follow-ups/plan.ts';
import type { Reason } from '../follow-ups/reason-words.ts';
import type { StepOutcome } from '../follow-ups/walk.ts';
import type { DeliveryStatus } from '../store/follow-ups.ts';

/** A lead's run through a sequence, and what became of its steps. Times are milliseconds UTC. */
export interface Run {
  /** The person's; stands for nothing outside of this process. */
  leadKey: number;
  startedAt: number;
  status: Enrollment['status'];
  /** Why it is over; `null` while it is under way. */
  reason: Reason | null;
  /** Nothing is sent, on purpose, to measure what sending brings. */
  heldOut: boolean;
  /** Its goal was met, which may have been after the last step. */
  hasGoal: boolean;
  messages: RunMessage[];
  flow: RunFlowStep[];
  /** The person's in this sequence since it started, also those noted with a later run; the earliest first. */
  goals: ReachedGoal[];
}

export interface ReachedGoal {
  at: number;
  /** In the site's currency; `null` where the goal's touchpoint told none. */
  value: number | null;
}

interface RunStep {
  /** Its place in the version that the run began with. */
  step: number;
  stepId: string;
}
export interface RunMessage extends RunStep {
  channel: string;
  status: DeliveryStatus;
  reason: Reason | null;
  sentAt: number | null;
  openedAt: number | null;
  clickedAt: number | null;
  bouncedAt: number | null;
}
/** A step that sends nothing. */
export interface RunFlowStep extends RunStep {
  at: number;
  outcome: StepOutcome;
  /** The arm of a split, the branch taken, why it was skipped. */
  detail: string | null;
}
