/** The bounded memory behind windowed conditions and limits: the latest few timestamps, newest first. */

/**
 * Of all timestamps ever added, the `size` latest. So the result does not depend on the order of arrival.
 */
export function remember(latest: readonly number[] | undefined, at: number, size: number): number[] {
  if (!latest) return [at];
  const place = latest.findIndex((each) => each < at);
  const next = place < 0 ? [...latest, at] : [...latest.slice(0, place), at, ...latest.slice(place)];
  return next.length > size ? next.slice(0, size) : next;
}

/** Whether the `count` latest fell within one window; both ends belong to it. */
export function happened(
  latest: readonly number[] | undefined,
  count: number,
  withinMs: number,
  now: number,
): boolean {
  const oldest = latest?.[count - 1];
  return oldest !== undefined && now - oldest <= withinMs;
}
