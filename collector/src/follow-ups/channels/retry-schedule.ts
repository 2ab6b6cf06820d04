/** When a delivery is tried again. Pure. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * After the first attempt, after the second, …: the schedule that Standard Webhooks proposes.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** A receiver may ask for patience, but not for a delivery to be parked for good. */
export const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;

/** Share of a delay by which it varies, so that deliveries that failed together do not return together. */
export const JITTER = 0.2;

/**
 * The time of the next attempt, or `undefined` when none is left.
 *
 * The delay is the schedule's, ± `JITTER`. `retryAfterMs` (at most 24 h of it) is the receiver's wish and only
 * ever postpones: it is exceeded by up to `JITTER`, never undercut.
 *
 * @param attempts made so far, the one that has just failed included: 1 or more
 * @param now ms since the epoch: when that attempt ended
 * @param random as `Math.random`: 0 inclusive to 1 exclusive
 */
export function nextAttemptAt(
  attempts: number,
  now: number,
  random: () => number,
  retryAfterMs = 0,
): number | undefined {
  const delayMs = RETRY_DELAYS_MS[attempts - 1];
  if (delayMs === undefined) return undefined;
  const spread = random();
  const byScheduleMs = delayMs * (1 - JITTER + 2 * JITTER * spread);
  const byReceiverMs = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) * (1 + JITTER * spread);
  return now + Math.round(Math.max(byScheduleMs, byReceiverMs));
}

/**
 * The value of a `Retry-After` header (RFC 9110, section 10.2.3: seconds, or an HTTP date) in ms from `now`;
 * `undefined` where there is none or it is neither.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * SECOND_MS;
  const at = value.endsWith(' GMT') ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
