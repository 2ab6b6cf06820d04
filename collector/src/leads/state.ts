import type { AnswerValue, Cart, Consent, JsonObject, JsonValue, Temperature } from '@handrail/sdk/protocol';
import type { PromptMemory } from './prompt-records.ts';
import type { Source, Trust } from './touchpoint.ts';

export interface Trait {
  value: JsonValue;
  /** Who said so: what a server said, a browser never overwrites. */
  trust: Trust;
  at: number;
}

/** Why a stage or flag is as it is. */
export interface Reason {
  at: number;
  /** The touchpoint that brought it about. */
  messageId: string;
  touchpoint: string;
}

/**
 * All that the fold knows of a lead. Its size depends on the configuration, never on the length of the history.
 * Kept as JSON; times are milliseconds UTC.
 */
export interface LeadState {
  /** At `scoredAt`; it decays from there. */
  score: number;
  scoredAt: number;
  stage: string;
  stageReason: Reason | null;
  flags: { [flag: string]: Reason };
  /** The latest timestamps of the touchpoints that some condition counts, newest first, by memory key. */
  memory: { [memoryKey: string]: number[] };
  /** The latest timestamps at which a limited score rule has scored, newest first. */
  scored: { [ruleId: string]: number[] };
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
  firstSeenAt: number;
  lastSeenAt: number;
  touchpointCount: number;
  sessionCount: number;
}

export function newLead(firstStage: string): LeadState {
  return {
    score: 0,
    scoredAt: 0,
    stage: firstStage,
    stageReason: null,
    flags: {},
    memory: {},
    scored: {},
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
    firstSeenAt: Number.MAX_SAFE_INTEGER,
    lastSeenAt: 0,
    touchpointCount: 0,
    sessionCount: 0,
  };
}

/** As it was stored; one from before there was some field has it empty, until history is folded anew. */
export function stateFrom(json: string): LeadState {
  return { ...newLead(''), ...(JSON.parse(json) as Partial<LeadState>) };
}

/** Exactly at a threshold is above it: a score of 50 is hot where hot starts at 50. */
export function temperatureOf(score: number, thresholds: { warm: number; hot: number }): Temperature {
  if (score >= thresholds.hot) return 'hot';
  return score >= thresholds.warm ? 'warm' : 'cold';
}
