/**
 * When a lead that was hot is silent: once it has been away for longer than three in four of those like it are away
 * between two sessions. How long that is, is learnt from the gaps themselves, as they end. Pure.
 */
import type { CompiledSite } from '../site/compile.ts';
import { decayed } from './heat.ts';
import { segmentsOf } from './standing.ts';
import { type LeadState, temperatureOf } from './state.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A weekend is no silence, however often people come on weekdays. */
export const SILENCE_FLOOR_MS = 3 * DAY_MS;
/** With fewer gaps a segment has no quartile worth the name, and that of everybody counts; with fewer still … */
export const MIN_GAPS = 50;
/** … this, until there are enough. */
export const SILENCE_UNTIL_LEARNT_MS = 14 * DAY_MS;
const QUARTILE = 0.75;

/** Everybody, among the segments. */
export const EVERYBODY = '';
/** How many gaps fell into each bucket. */
export type GapCounts = ReadonlyMap<number, number>;

/** Four buckets to each doubling: a quartile told by its bucket is at most 19 % too long. */
const BUCKETS_PER_DOUBLING = 4;

export function gapBucket(gapMs: number): number {
  return Math.max(0, Math.ceil(BUCKETS_PER_DOUBLING * Math.log2(gapMs / HOUR_MS)));
}

const longestInBucket = (bucket: number): number => HOUR_MS * 2 ** (bucket / BUCKETS_PER_DOUBLING);

/** How long three in four gaps last at most, rounded up to the end of a bucket; `null` where too few are known. */
export function usualGapMs(counts: GapCounts): number | null {
  const buckets = [...counts].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  if (total < MIN_GAPS) return null;
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= total * QUARTILE) return longestInBucket(bucket);
  }
  return null;
}

export interface Silence {
  /** When it begins to be one. */
  at: number;
  usualGapMs: number;
  /** Whose gaps it was measured by; `null`: everybody's, or nobody's yet. */
  segment: string | null;
}

/**
 * When the lead will have been silent for too long, if nothing is heard of it; `null` for one that was not hot when it
 * was last heard of, or whose silence has been noted. Of several segments the most patient one counts.
 */
export function silenceOf(
  lead: LeadState,
  site: CompiledSite,
  countsOf: (segment: string) => GapCounts,
  now: number,
): Silence | null {
  if (lead.silentAt !== null || !wasHot(lead, site)) return null;
  let longest: Omit<Silence, 'at'> | null = null;
  for (const segment of segmentsOf(lead, site, now)) {
    const gapMs = usualGapMs(countsOf(segment));
    if (gapMs !== null && (!longest || gapMs > longest.usualGapMs)) longest = { usualGapMs: gapMs, segment };
  }
  const usual = longest ?? {
    usualGapMs: usualGapMs(countsOf(EVERYBODY)) ?? SILENCE_UNTIL_LEARNT_MS,
    segment: null,
  };
  return { ...usual, at: Math.round(lead.lastSeenAt + Math.max(SILENCE_FLOOR_MS, usual.usualGapMs)) };
}

function wasHot(lead: LeadState, site: CompiledSite): boolean {
  const then = decayed(lead.score, lead.lastSeenAt - lead.scoredAt, site.halfLifeMs);
  return temperatureOf(then, site.site.scoring.thresholds) === 'hot';
}
