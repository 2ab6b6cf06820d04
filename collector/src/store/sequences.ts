/** What the store tells of sequences: who is in them, and what came of it. */
import type { Reason } from '../follow-ups/reason-words.ts';
import type { Run, RunFlowStep } from '../insights/run.ts';
import type { DeliveryRecord } from './follow-ups.ts';
import type { Span } from './prompts.ts';
import type { Cursor, Slice } from './store.ts';

/** Runs that are alike. */
export interface RunGroup extends Pick<Run, 'status' | 'reason' | 'heldOut' | 'hasGoal'> {
  /** Of the site's configuration: they go through its steps. */
  version: number;
  runs: number;
  /** Of them: a message waits for its time. */
  due: number;
}

/** One follow-up of a lead's: a run through a sequence, or a step of one. */
export type FollowUpRecord = FollowUpBase & (MessageFollowUp | FlowFollowUp | RunFollowUp);
interface FollowUpBase {
  /** When it happened, or is to. */
  at: number;
  sequenceId: string;
  version: number;
}
export interface MessageFollowUp
  extends Pick<
    DeliveryRecord,
    'id' | 'channel' | 'status' | 'checks' | 'dueAt' | 'sentAt' | 'attempts' | 'detail'
  > {
  kind: 'message';
  stepId: string;
  reason: Reason | null;
  openedAt: number | null;
  clickedAt: number | null;
  bouncedAt: number | null;
}
export interface FlowFollowUp extends Pick<RunFlowStep, 'stepId' | 'outcome' | 'detail'> {
  kind: 'flow';
}
export interface RunFollowUp extends Pick<Run, 'startedAt' | 'status' | 'reason' | 'heldOut'> {
  kind: 'run';
  endedAt: number | null;
  /** The step at hand, where it sends nothing and waits for its time. */
  step: number;
  dueAt: number | null;
  goalAt: number | null;
}

export interface SequenceStore {
  /** Whether anybody has ever been in it: also such as the site no longer has. */
  isKnown(siteId: number, sequenceId: string): Promise<boolean>;
  /** All runs in groups, which come again with each slice. @param limit of runs */
  groups(siteId: number, sequenceId: string, limit: number, after: Cursor | null): Promise<Slice<RunGroup>>;
  /** Of those started in that time; the earliest first. */
  runs(
    siteId: number,
    sequenceId: string,
    span: Span,
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<Run>>;
  /** Of one lead, the latest first; what is due comes before what was. */
  followUps(
    siteId: number,
    leadId: string,
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<FollowUpRecord>>;
}
