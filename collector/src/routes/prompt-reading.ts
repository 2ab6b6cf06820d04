/** Reads impressions part by part, and adds them up as it goes: neither memory nor other requests feel their number. */
import type { PromptGoal } from '@handrail/sdk/protocol';
import type { Impression } from '../insights/impression.ts';
import { type Lift, liftOf } from '../insights/lift.ts';
import {
  newPromptTally,
  type PromptResult,
  type PromptTally,
  partsOf,
  periodStart,
  promptResult,
  type Resolve,
  type Split,
  type Trend,
  tallyImpression,
} from '../insights/prompt-results.ts';
import type { AskedQuestion } from '../insights/question-result.ts';
import { matcherOf } from '../leads/matcher.ts';
import { durationMs } from '../site/durations.ts';
import type { Exposure, PromptStore, Span } from '../store/prompts.ts';
import type { Cursor, Slice } from '../store/store.ts';

/** Rows read at a time: a few milliseconds. */
const PART = 500;
/** More parts than these, such as pages with an id in their path, are put together. */
const MAX_PARTS = 50;
const REST = '(other)';
const DEFAULT_GOAL_WITHIN = '7d';

export async function* impressionsOf(
  store: PromptStore,
  siteId: number,
  promptIds: readonly string[],
  span: Span,
): AsyncGenerator<Impression> {
  for (const promptId of promptIds) {
    let after: Cursor | null = null;
    do {
      const { rows, next }: Slice<Impression> = await store.impressions(siteId, promptId, span, PART, after);
      yield* rows;
      after = next;
    } while (after);
  }
}

export interface Results extends PromptResult {
  /** By period, where a trend was asked for; the earliest first. */
  trend: ({ start: string } & PromptResult)[] | null;
  /** By part, where a split was asked for; the largest first. */
  splits: ({ value: string | null } & PromptResult)[] | null;
}

export async function readResults(
  impressions: AsyncIterable<Impression>,
  questions: readonly AskedQuestion[],
  resolve: Resolve,
  { splitBy, trend }: { splitBy?: Split | undefined; trend?: Trend | undefined },
): Promise<Results> {
  const whole = newPromptTally(questions);
  const periods = new Map<string, PromptTally>();
  const parts = new Map<string | null, PromptTally>();
  const tallyIn = <Key>(tallies: Map<Key, PromptTally>, key: Key, impression: Impression) => {
    const tally = tallies.get(key) ?? newPromptTally(questions);
    tallies.set(key, tally);
    tallyImpression(tally, impression, resolve);
  };
  for await (const impression of impressions) {
    tallyImpression(whole, impression, resolve);
    if (trend) tallyIn(periods, periodStart(impression.at, trend), impression);
    for (const value of splitBy ? partsOf(impression, splitBy) : []) {
      tallyIn(parts, parts.has(value) || parts.size < MAX_PARTS ? value : REST, impression);
    }
  }
  return {
    ...promptResult(whole),
    trend: trend
      ? [...periods]
          .sort(([a], [b]) => a.localeCompare(b))
          .map(([start, tally]) => ({ start, ...promptResult(tally) }))
      : null,
    splits: splitBy
      ? [...parts]
          .sort(([, a], [, b]) => b.counts.shown - a.counts.shown)
          .map(([value, tally]) => ({ value, ...promptResult(tally) }))
      : null,
  };
}

/** Of the people that met the prompt in that span, each counted from their first time. */
export async function readLift(
  store: PromptStore,
  impressions: AsyncIterable<Impression>,
  { touchpoint, where, within = DEFAULT_GOAL_WITHIN }: PromptGoal,
  holdout: number,
): Promise<Lift> {
  const first = new Map<number, { at: number; heldOut: boolean } | 'both'>();
  for await (const { leadKey, at, heldOut } of impressions) {
    const known = first.get(leadKey);
    if (known === undefined) first.set(leadKey, { at, heldOut });
    // On two devices that turned out to be one person's: neither arm's.
    else if (known !== 'both' && known.heldOut !== heldOut) first.set(leadKey, 'both');
  }
  const goal = { touchpoint, matches: matcherOf(touchpoint, where), withinMs: durationMs(within) };
  const armOf = async (isHeldOut: boolean) => {
    const exposures: Exposure[] = [];
    for (const [leadKey, met] of first) {
      if (met !== 'both' && met.heldOut === isHeldOut) exposures.push({ leadKey, at: met.at });
    }
    let reached = 0;
    for (let index = 0; index < exposures.length; index += PART) {
      reached += (await store.reached(exposures.slice(index, index + PART), goal)).length;
    }
    return { people: exposures.length, reached };
  };
  return liftOf(await armOf(false), await armOf(true), holdout);
}
