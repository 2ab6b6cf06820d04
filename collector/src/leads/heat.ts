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
  return roundedScore(Math.sign(heat) * 2 ** (Math.abs(heat) - OFFSET - now / halfLifeMs));
}

const PER_POINT = 1e6;
export const roundedScore = (score: number): number => Math.round(score * PER_POINT) / PER_POINT;

/** The least heat whose score, rounded, has reached `score` by now: what a list is cut by. */
export function heatToReach(score: number, now: number, halfLifeMs: number): number {
  return heatOf(roundedUpFrom(score), now, halfLifeMs);
}

/** The least that is rounded to `score` or to more. */
function roundedUpFrom(score: number): number {
  const nearest = Math.round(score * PER_POINT);
  const least = nearest / PER_POINT < score ? nearest + 1 : nearest;
  return (least - 0.5) / PER_POINT;
}

/**
 * The first millisecond at which the score, rounded, is below `threshold`; `null` if it is so already. At a threshold
 * of 0 or less, never: a score only nears 0.
 */
export function coolsAt(heat: number, threshold: number, now: number, halfLifeMs: number): number | null {
  if (threshold <= 0 || scoreOf(heat, now, halfLifeMs) < threshold) return null;
  const crossing = (heat - OFFSET - Math.log2(roundedUpFrom(threshold))) * halfLifeMs;
  // A logarithm's last digits are worth less than a millisecond, of which the crossing may be on either side.
  let at = Math.floor(crossing);
  while (scoreOf(heat, at, halfLifeMs) >= threshold) at++;
  return at;
}
