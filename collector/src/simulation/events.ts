/** What happens in a life that is lived in memory. */
import type { Enrollment } from '../follow-ups/plan.ts';
import type { MessageNode } from '../follow-ups/program.ts';
import type { Reason } from '../follow-ups/reason-words.ts';
import type { StepOutcome } from '../follow-ups/walk.ts';

/** `at`: when, in milliseconds UTC. `run`: as it is by then. */
export type LifeEvent = { at: number; run: Enrollment } & (
  | { kind: 'started' }
  /** By its last step, its goal or its exit; `run.status` says which. */
  | { kind: 'ended' }
  /** For the first time; it may have ended before. */
  | { kind: 'goal_met' }
  /** A step that sends nothing has done what it does. */
  | { kind: 'walked'; step: { index: number; id: string }; outcome: StepOutcome; detail: string | null }
  /** By quiet hours: it comes later. */
  | { kind: 'put_off'; node: MessageNode }
  | {
      kind: 'message';
      node: MessageNode;
      status: 'sent' | 'skipped' | 'failed';
      /** Why it was not sent; `null` for one that was. */
      reason: Reason | null;
    }
);
