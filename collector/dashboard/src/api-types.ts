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
  source: { first: { channel: string } | null };
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
