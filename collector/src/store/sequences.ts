/** What the store tells of sequences: who is in them, and what came of it. */
import type { Reason } from '../follow-ups/reason-words.ts';
import type { Run, RunFlowStep } from '../insights/run.ts';
import type { DeliveryRecord } from './follow-ups.ts';
import type { Span } from './prompts.ts';
import type { Cursor, Slice } from './store.ts';

/** A run without its steps. */
export interface RunSummary
  extends Pick<Run, 'leadKey' | 'startedAt' | 'status' | 'reason' | 'heldOut' | 'goalAt'> {
  /** Of the site's configuration: the run goes through its steps. */
  version: number;
  /** A message of it waits for its time. */
  isMessageDue: boolean;
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
export interface RunFollowUp extends Pick<Run, 'startedAt' | 'status' | 'reason' | 'heldOut' | 'goalAt'> {
  kind: 'run';
  endedAt: number | null;
  /** The step at hand, where it sends nothing and waits for its time. */
  step: number;
  dueAt: number | null;
}

export interface SequenceStore {
  /** Whether anybody has ever been in it: also such as the site no longer has. */
  isKnown(siteId: number, sequenceId: string): Promise<boolean>;
  /** The earliest first. */
  summaries(
    siteId: number,
    sequenceId: string,
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<RunSummary>>;
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
