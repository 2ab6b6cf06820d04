/** What the owner API answers, as far as this page reads it. Times are ISO 8601. */

export type Temperature = 'cold' | 'warm' | 'hot';

export interface List<Item> {
  data: Item[];
  /** Cursor of the next page; null on the last one. */
  next: string | null;
}

export interface Site {
  name: string;
  /** IANA name: all times on the page are shown in it. */
  timezone: string;
  /** ISO 4217: for money that does not say its own. */
  currency: string;
}

export interface Lead {
  id: string;
  name: string | null;
  email: string | null;
  score: number;
  temperature: Temperature;
  /** When the score falls below the next lower threshold; null for a cold lead. */
  coolsAt: string | null;
  /** A to D; null where the site has no fit rules. */
  fit: string | null;
  stage: string;
  flags: string[];
  /** `null` where no page was seen, as of one that a server told of. */
  source: { first: { channel: string } } | null;
  consent: { marketing: 'granted' | 'denied' | 'pending' };
  firstSeenAt: string;
  lastSeenAt: string;
  touchpointCount: number;
  sessionCount: number;
}

/** What one score rule gave for one touchpoint. */
export interface Contribution {
  ruleId: string;
  /** As given, then. */
  points: number;
  /** What is left of it after decay. */
  current: number;
  /** Name of the touchpoint. */
  touchpoint: string;
}

/** Σ `current` over the entries = `score`. */
export interface Ledger {
  score: number;
  at: string;
  halfLifeDays: number;
  entries: (Contribution & { messageId: string; timestamp: string })[];
}

export interface Page {
  path?: string | null;
  title?: string | null;
}

export interface Touchpoint {
  messageId: string;
  name: string;
  timestamp: string;
  page: Page | null;
  channel: string | null;
  properties: { [key: string]: unknown };
}

export interface Answer {
  id: string;
  leadId: string;
  leadName: string | null;
  leadEmail: string | null;
  promptId: string;
  promptType: string;
  questionId: string;
  /** As the site asks it now. */
  questionText: string | null;
  questionType: string;
  value: string | number;
  timestamp: string;
  page: Page | null;
}

export interface Task {
  id: string;
  leadId: string;
  leadName: string | null;
  leadEmail: string | null;
  title: string;
  dueAt: string;
  overdue: boolean;
  /** Put off, and not yet due again. */
  snoozed: boolean;
  /** Whom it is for, as the team calls them; null for nobody yet. */
  owner: string | null;
  /** Why this lead, as it was when the task was made. */
  reason: string;
}

/** A run through a sequence, a message of it, or a step that sends nothing. */
export type FollowUp = {
  sequenceId: string;
  what: string;
  /** What became of it, in a sentence. */
  says: string;
  /** When it happened, or is to. */
  at: string;
} & (
  | {
      kind: 'message';
      deliveryId: string;
      status: 'due' | 'leased' | 'sent' | 'failed' | 'skipped';
      detail: string | null;
    }
  | { kind: 'flow' }
  | { kind: 'run' }
);

export interface Sequence {
  id: string;
  paused: boolean;
  counts: {
    active: number;
    completed: number;
    goalMet: number;
    exited: number;
    heldOut: number;
    /** Active ones with a message that waits for its time. */
    due: number;
  };
  /** By which runs are under way. */
  versions: { version: number; active: number }[];
}

export interface Difference {
  value: number;
  low: number;
  high: number;
}
interface Arm {
  people: number;
  /** Those of them who reached the goal. */
  reached: number;
  /** `null` of nobody. */
  rate: { percent: number } | null;
}
export interface SequenceLift {
  treated: Arm;
  heldOut: Arm;
  /** In percentage points; `null` where there are too few people. */
  difference: Difference | null;
  /** How many people it takes in each arm; `null`: there are enough. */
  needs: number | null;
  sampleRatio: { expectedHoldout: number; holdout: number | null; isPlausible: boolean };
  money: { difference: Difference | null; inAll: Difference | null } | null;
}
export interface StepResult {
  stepId: string;
  what: string;
  isLive: boolean;
  /** `null` for a step that sends nothing. */
  channel: string | null;
  due: number;
  waiting: number;
  sent: number;
  delivered: number;
  /** `null` where it is not counted. */
  opened: number | null;
  clicked: number | null;
  goal: { percent: number } | null;
  stopped: { reason: string; says: string; count: number }[];
  outcomes: { outcome: string; detail: string | null; says: string; count: number }[];
}
export interface SplitResult {
  stepId: string;
  arms: (Arm & { id: string; difference: Difference | null })[];
  needs: number | null;
}
export interface SequenceResults {
  from: string;
  to: string;
  /** How long a person had to reach the goal, such as `30d`. */
  within: string;
  currency: string;
  steps: StepResult[];
  splits: SplitResult[];
  /** `null` without a holdout. */
  lift: SequenceLift | null;
}

export interface Endpoint {
  id: string;
  origin: string;
  status: 'active' | 'failing' | 'disabled';
  disabledReason: 'gone' | 'failing' | 'by_hand' | null;
  lastSuccessAt: string | null;
  lastFailureAt: string | null;
  lastFailure: string | null;
  due: number;
  failed: number;
}
