/** Shares, and how sure one may be of them. Intervals are of 95 %. */

export interface Interval {
  low: number;
  high: number;
}

/** `count` of `of`. */
export interface Share {
  count: number;
  of: number;
}

/** The normal distribution's 97.5 % quantile. */
export const Z = 1.96;

export const WILSON = 'Wilson score interval, 95 %';

/**
 * Wilson's score interval, which holds for small numbers and near 0 and 1 too, as shares from 0 to 1:
 *
 *     (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)
 *
 * E. B. Wilson, JASA 22 (1927), 209–212; method 3 of R. G. Newcombe, Statistics in Medicine 17 (1998), 857–872.
 */
export function wilson({ count, of: n }: Share): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const share = count / n;
  const centre = share + Z ** 2 / (2 * n);
  const spread = Z * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  const scale = 1 + Z ** 2 / n;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

export const NEWCOMBE = "Newcombe's hybrid score interval of the difference, 95 %";

/**
 * Of the difference `a − b` of two independent shares, from the Wilson intervals of both:
 * method 10 of R. G. Newcombe, Statistics in Medicine 17 (1998), 873–890.
 */
export function newcombe(a: Share, b: Share): Interval {
  const shareOf = ({ count, of }: Share) => (of === 0 ? 0 : count / of);
  const [shareA, shareB] = [shareOf(a), shareOf(b)];
  const [inA, inB] = [wilson(a), wilson(b)];
  const difference = shareA - shareB;
  return {
    low: difference - Math.hypot(shareA - inA.low, inB.high - shareB),
    high: difference + Math.hypot(inA.high - shareA, shareB - inB.low),
  };
}

/** As an answer of the API: in percent. `null` of nothing. */
export interface Rate extends Share, Interval {
  percent: number;
}

export function rateOf(share: Share): Rate | null {
  if (share.of === 0) return null;
  const { low, high } = wilson(share);
  return { ...share, percent: (100 * share.count) / share.of, low: 100 * low, high: 100 * high };
}
