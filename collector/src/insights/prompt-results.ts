/** What became of a prompt: how often it was shown, what came of it, what was answered; as a whole and in parts. */
import type { GivenAnswer, Impression } from './impression.ts';
import {
  type AskedQuestion,
  count,
  newQuestionTally,
  type QuestionResult,
  type QuestionTally,
  resultOf,
} from './question-result.ts';
import { type Rate, rateOf } from './shares.ts';

export interface PromptCounts {
  shown: number;
  /** Gave at least one answer. */
  started: number;
  /** Went through to the end, or sent the form. */
  completed: number;
  dismissed: number;
  /** Followed its link, or saved the cart. */
  acted: number;
  heldOut: number;
}

export interface PromptResult {
  counts: PromptCounts;
  /** Those who answered, completed or acted, of those it was shown to. */
  responseRate: Rate | null;
  /** Those who completed, of those who started. */
  completionRate: Rate | null;
  questions: QuestionResult[];
}

/** Grows with the number of questions, not with the number of impressions. */
export interface PromptTally {
  counts: PromptCounts;
  responded: number;
  questions: Map<AskedQuestion, QuestionTally>;
}

/** Which question an answer is to, and what it says in that question's own words; `null`: to none of them. */
export type Resolve = (
  answer: GivenAnswer,
  impression: Impression,
) => { question: AskedQuestion; value: GivenAnswer['value'] } | null;

export function newPromptTally(questions: readonly AskedQuestion[]): PromptTally {
  return {
    counts: { shown: 0, started: 0, completed: 0, dismissed: 0, acted: 0, heldOut: 0 },
    responded: 0,
    questions: new Map(questions.map((each) => [each, newQuestionTally()])),
  };
}

export function tallyImpression(tally: PromptTally, impression: Impression, resolve: Resolve): void {
  const { counts } = tally;
  if (impression.heldOut) {
    counts.heldOut++;
    return;
  }
  counts.shown++;
  for (const what of ['started', 'completed', 'dismissed', 'acted'] as const) {
    if (impression[what]) counts[what]++;
  }
  if (impression.started || impression.completed || impression.acted) tally.responded++;
  for (const answer of impression.answers) {
    const resolved = resolve(answer, impression);
    const question = resolved && tally.questions.get(resolved.question);
    if (question) count(question, resolved.question, resolved.value);
  }
}

export function promptResult({ counts, responded, questions }: PromptTally): PromptResult {
  return {
    counts,
    responseRate: rateOf({ count: responded, of: counts.shown }),
    completionRate: rateOf({ count: Math.min(counts.completed, counts.started), of: counts.started }),
    questions: [...questions].map(([question, tally]) => resultOf(question, tally)),
  };
}

export const SPLITS = ['page', 'device', 'channel', 'stage', 'segment'] as const;
export type Split = (typeof SPLITS)[number];

/** The parts that an impression belongs to; `null` is where it is not known, or in none. */
export function partsOf(impression: Impression, split: Split): (string | null)[] {
  switch (split) {
    case 'page':
      return [impression.path];
    case 'segment':
      return impression.segments.length > 0 ? impression.segments : [null];
    default:
      return [impression[split]];
  }
}

export const TRENDS = ['day', 'week', 'month'] as const;
export type Trend = (typeof TRENDS)[number];

const DAY_MS = 86_400_000;

/** The first day (UTC) of the day, the ISO week (from Monday) or the month that a time is in. */
export function periodStart(at: number, trend: Trend): string {
  const date = new Date(at);
  if (trend === 'month') date.setUTCDate(1);
  if (trend === 'week') date.setTime(at - ((date.getUTCDay() + 6) % 7) * DAY_MS);
  return date.toISOString().slice(0, 10);
}
