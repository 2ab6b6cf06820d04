/** What the scores given to one question come to. */
import { type Interval, rateOf, WILSON, Z } from './shares.ts';

/** How often each score was given. */
export type ScoreCounts = ReadonlyMap<number, number>;

export interface Measure extends Interval {
  /** What it is, such as `nps`. */
  name: 'nps' | 'satisfied' | 'easy' | 'agree' | 'thumbs_up' | 'mean';
  /** `points`: from -100 to 100, for the NPS; `percent`: from 0 to 100; `score`: on the question's own scale. */
  unit: 'points' | 'percent' | 'score';
  value: number;
  /** How value and interval were reckoned, in a line. */
  method: string;
}

/**
 * Net Promoter Score: the share of 9 and 10 less the share of 0 to 6, times 100, of at least one score.
 *
 *     p − d ± 1.96·√((p + d − (p − d)²)/n)
 *
 * F. F. Reichheld, HBR 12/2003; the variance of a difference of two shares of one sample (multinomial).
 */
export function nps(scores: ScoreCounts): Measure {
  const n = total(scores);
  const promoters = countWhere(scores, (score) => score >= 9) / n;
  const detractors = countWhere(scores, (score) => score <= 6) / n;
  const value = promoters - detractors;
  const margin = Z * Math.sqrt((promoters + detractors - value ** 2) / n);
  return {
    name: 'nps',
    unit: 'points',
    value: 100 * value,
    low: 100 * Math.max(-1, value - margin),
    high: 100 * Math.min(1, value + margin),
    method: '% of 9–10 less % of 0–6; interval of 95 %: ±1.96·√((p+d−(p−d)²)/n)',
  };
}

/** The share of those at or above a score, such as the 4 and 5 of a CSAT. */
export function topShare(scores: ScoreCounts, name: Measure['name'], from: number, to: number): Measure {
  const count = countWhere(scores, (score) => score >= from);
  const { percent, low, high } = rateOf({ count, of: total(scores) }) ?? { percent: 0, low: 0, high: 100 };
  return { name, unit: 'percent', value: percent, low, high, method: `% of ${from}–${to}; ${WILSON}` };
}

/** The mean of at least two scores, ± 1.96·s/√n with the sample's standard deviation s (central limit theorem). */
export function mean(scores: ScoreCounts): Measure {
  const n = total(scores);
  let sum = 0;
  for (const [score, count] of scores) sum += score * count;
  const value = sum / n;
  let squares = 0;
  for (const [score, count] of scores) squares += count * (score - value) ** 2;
  const margin = Z * Math.sqrt(squares / (n - 1) / n);
  return {
    name: 'mean',
    unit: 'score',
    value,
    low: value - margin,
    high: value + margin,
    method: 'mean; interval of 95 %: ±1.96·s/√n',
  };
}

export function total(counts: ReadonlyMap<unknown, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

function countWhere(scores: ScoreCounts, isCounted: (score: number) => boolean): number {
  let sum = 0;
  for (const [score, count] of scores) if (isCounted(score)) sum += count;
  return sum;
}
