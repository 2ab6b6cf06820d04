/** What is kept of prompts beside the touchpoints: impressions with their answers, decisions, drafts to look at. */
import type { AnswerValue, JsonObject, PromptReason } from '@handrail/sdk/protocol';
import type { Impression } from '../insights/impression.ts';
import type { Matcher } from '../leads/matcher.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import type { Cursor, Slice } from './store.ts';

export interface Span {
  /** Included. */
  from: number;
  /** Not included. */
  to: number;
}

export interface AnswerFilter extends Partial<Span> {
  promptId?: string | undefined;
  questionId?: string | undefined;
  questionType?: string | undefined;
  minScore?: number | undefined;
  maxScore?: number | undefined;
  leadId?: string | undefined;
  /** In the answer, without regard to case. */
  text?: string | undefined;
}

/** An answer, the person's way to it and what was in that way. */
export interface StoredAnswer {
  id: number;
  leadId: string;
  leadName: string | null;
  leadEmail: string | null;
  promptId: string;
  questionId: string;
  questionType: string | null;
  value: AnswerValue;
  touchpoint: Touchpoint;
  /** Of the cart, then; `null` without one. */
  cartValue: number | null;
  /** Pages seen before it in the session, the earliest first. */
  pathsBefore: string[];
  /** Touchpoints in its session that tell of trouble, by their name. */
  friction: { [name: string]: number };
}

export interface PromptDecision {
  promptId: string;
  reason: PromptReason;
  count: number;
  lastAt: number;
}

/** From when on a person's touchpoints count for the goal of a prompt. */
export interface Exposure {
  leadKey: number;
  at: number;
}

export interface PromptStore {
  /** The earliest first. Bots' are not among them. */
  impressions(
    siteId: number,
    promptId: string,
    span: Span,
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<Impression>>;
  /** Whether it has ever been shown or held back: also such as the site no longer has. */
  isKnown(siteId: number, promptId: string): Promise<boolean>;
  /** The leads among the exposures that reached the goal in its time. */
  reached(exposures: readonly Exposure[], goal: GoalTest): Promise<number[]>;
  decisions(
    siteId: number,
    promptId: string,
    span: Span,
  ): Promise<{ day: number; reason: PromptReason; count: number }[]>;
  /** Of one lead, the latest first. */
  decisionsOf(siteId: number, leadId: string): Promise<PromptDecision[]>;
  /** Latest first. */
  answers(
    siteId: number,
    filter: AnswerFilter,
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<StoredAnswer>>;
  addPreview(siteId: number, hash: Buffer, prompt: JsonObject, expiresAt: number, now: number): Promise<void>;
  findPreview(siteId: number, hash: Buffer, now: number): Promise<JsonObject | null>;
}

/** Such a touchpoint, within this time. */
export interface GoalTest {
  touchpoint: string;
  matches: Matcher;
  withinMs: number;
}
