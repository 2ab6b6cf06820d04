/**
 * Exponential decay without a job. A score decays by half every half-life:
 *
 *     score(t) = Σ pointsᵢ · 2^(−(t − tᵢ)/halfLife)
 *
 * All scores of a site shrink by the same factor in the same time, so their order never changes by waiting alone.
 * `heat` is a number with that order, stored once per lead and indexed: log₂|score| with the decay taken out.
 * (The plain form Σ points·2^((tᵢ − t₀)/halfLife) overflows a double after 1,024 half-lives; its logarithm does not.)
 * "Forward decay": Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009.
 */

/** Keeps log₂ of any score that counts positive, so that the sign of `heat` can carry the sign of the score. */
const OFFSET = 64;
/** A score below 2^-40 points is none. */
const SMALLEST = 2 ** -40;

export function decayed(points: number, elapsedMs: number, halfLifeMs: number): number {
  return points * 2 ** (-elapsedMs / halfLifeMs);
}

/** @param at when `score` holds; milliseconds since the Unix epoch, not before it. */
export function heatOf(score: number, at: number, halfLifeMs: number): number {
  const size = Math.abs(score);
  if (size < SMALLEST) return 0;
  return Math.sign(score) * (Math.log2(size) + at / halfLifeMs + OFFSET);
}

/** To a millionth of a point: a logarithm's last digits must not make 49.99999999 of a score that is just hot. */
export function scoreOf(heat: number, now: number, halfLifeMs: number): number {
  if (heat === 0) return 0;
  const score = Math.sign(heat) * 2 ** (Math.abs(heat) - OFFSET - now / halfLifeMs);
  return Math.round(score * 1e6) / 1e6;
}

/** When the score will have sunk to `threshold`; `null` if it is not above it. */
export function coolsAt(heat: number, threshold: number, now: number, halfLifeMs: number): number | null {
  if (scoreOf(heat, now, halfLifeMs) <= threshold) return null;
  return Math.ceil((heat - OFFSET - Math.log2(threshold)) * halfLifeMs);
}
