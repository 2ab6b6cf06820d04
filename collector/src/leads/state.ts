import type {
  AnswerValue,
  Cart,
  Consent,
  Device,
  JsonObject,
  JsonValue,
  Temperature,
} from '@handrail/sdk/protocol';
import { roundedScore } from './heat.ts';
import type { PromptMemory } from './prompt-records.ts';
import type { Source, Trust } from './touchpoint.ts';

export interface Trait {
  value: JsonValue;
  /** Who said so: what a server said, a browser never overwrites. */
  trust: Trust;
  at: number;
}

/** Why something is as it is. */
export interface Reason {
  at: number;
  /** The touchpoint that brought it about; `null`: the passing of time did, as when a window had run out. */
  messageId: string | null;
  touchpoint: string | null;
  /** The step of a sequence that did it; absent where none did. */
  by?: StepRef;
}

export interface StepRef {
  sequenceId: string;
  stepId: string;
}

/** Said again and again; of each the latest counts, by when it happened and not by when it arrived. */
export type Told = 'page' | 'cart' | 'consent' | 'group' | 'timezone' | 'device';

/**
 * All that the fold knows of a lead. Its size depends on the configuration, never on the length of the history.
 * Kept as JSON; times are milliseconds UTC.
 */
export interface LeadState {
  /** At `scoredAt`; it decays from there. */
  score: number;
  /** The lead's own time: that of its latest touchpoint. It never goes back. */
  scoredAt: number;
  stage: string;
  stageReason: Reason | null;
  /** The stage was left backwards, and nothing has led forward again since. */
  hasFallenBack: boolean;
  /** Why each flag that was up at `scoredAt` was; see standing.ts for which are up now. */
  flags: { [flag: string]: Reason };
  /** What steps and hands have said of flags; see flags.ts for how long it stands. */
  flagNotes: { [flag: string]: FlagNote };
  tags: { [tag: string]: Reason };
  /** Tags that were taken off by hand, and when: no rule puts them on again. */
  untagged: { [tag: string]: number };
  /** The latest timestamps of the touchpoints that some condition counts, newest first, by memory key. */
  memory: { [memoryKey: string]: number[] };
  /** The latest timestamps at which a limited score rule has scored, newest first. */
  scored: { [ruleId: string]: number[] };
  /** What a capped group of score rules has given. */
  groups: { [groupId: string]: GroupMemory };
  /** The latest answer by `promptId/questionId`. */
  answers: { [question: string]: AnswerValue };
  /** What became of each of the site's prompts. */
  prompts: { [promptId: string]: PromptMemory };
  /** When prompts were shown in the week before the latest of them, newest first. */
  promptContacts: number[];
  traits: { [name: string]: Trait };
  group: { id: string; traits: JsonObject } | null;
  consent: Partial<Consent>;
  /** What the person's browsers last said of it; see consent.ts. */
  saidConsent: Partial<Consent>;
  cart: (Cart & { changedAt: number }) | null;
  source: { first: Source; firstAt: number; last: Source; lastAt: number } | null;
  page: { url: string | null; path: string | null; title: string | null } | null;
  /** IANA name; not checked. */
  timezone: string | null;
  device: Device | null;
  told: { [what in Told]: number };
  /** The latest few, for a person may have several open; the one heard of last comes first. */
  sessions: { id: string; pageViews: number }[];
  firstSeenAt: number;
  /** When the person was last heard of; what the collector itself has noted does not count. */
  lastSeenAt: number;
  /** When its silence was noted; `null` once it is heard of again. */
  silentAt: number | null;
  touchpointCount: number;
  sessionCount: number;
}

export interface FlagNote {
  /** What it keeps the flag; `null`: it is spent, and only outdoes an earlier note that arrives later. */
  keeps: 'up' | 'down' | null;
  reason: Reason;
}

/** Points and when they were given, newest first; for a cap without a period one entry, that decays as the score does. */
export type GroupMemory = [at: number, points: number][];

export function newLead(firstStage: string): LeadState {
  return {
    score: 0,
    scoredAt: 0,
    stage: firstStage,
    stageReason: null,
    hasFallenBack: false,
    flags: {},
    flagNotes: {},
    tags: {},
    untagged: {},
    memory: {},
    scored: {},
    groups: {},
    answers: {},
    prompts: {},
    promptContacts: [],
    traits: {},
    group: null,
    consent: {},
    saidConsent: {},
    cart: null,
    source: null,
    page: null,
    timezone: null,
    device: null,
    told: { page: 0, cart: 0, consent: 0, group: 0, timezone: 0, device: 0 },
    sessions: [],
    firstSeenAt: Number.MAX_SAFE_INTEGER,
    lastSeenAt: 0,
    silentAt: null,
    touchpointCount: 0,
    sessionCount: 0,
  };
}

/** As it was stored; one from before there was some field has it empty, until history is folded anew. */
export function stateFrom(json: string): LeadState {
  return { ...newLead(''), ...(JSON.parse(json) as Partial<LeadState>) };
}

/**
 * Exactly at a threshold is above it: a score of 50 is hot where hot starts at 50. To a millionth of a point: the last
 * digits of a sum must not make 49.99999999 of a score that is just hot.
 */
export function temperatureOf(score: number, thresholds: { warm: number; hot: number }): Temperature {
  const points = roundedScore(score);
  if (points >= thresholds.hot) return 'hot';
  return points >= thresholds.warm ? 'warm' : 'cold';
}
