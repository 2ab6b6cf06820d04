/** How fast people answer: from a task being made to its being done. Pure. */
import type { TaskTiming } from '../store/follow-ups.ts';

export interface ResponseTimes {
  /** Tasks done, and tasks whose promised time has passed. */
  tasks: number;
  done: number;
  /** In seconds, over those done; `null` where none is. */
  medianSeconds: number | null;
  p90Seconds: number | null;
  /** Of `tasks`: done by the promised time, before any snooze. `null` without tasks. */
  shareWithinPromise: number | null;
}

/** One that is neither done nor past its time says nothing yet. */
export function responseTimesOf(timings: readonly TaskTiming[], now: number): ResponseTimes {
  const known = timings.filter(({ doneAt, promisedAt }) => doneAt !== null || promisedAt < now);
  const seconds = known
    .flatMap(({ createdAt, doneAt }) => (doneAt === null ? [] : [(doneAt - createdAt) / 1_000]))
    .sort((a, b) => a - b);
  const inTime = known.filter(({ doneAt, promisedAt }) => doneAt !== null && doneAt <= promisedAt);
  return {
    tasks: known.length,
    done: seconds.length,
    medianSeconds: quantile(seconds, 0.5),
    p90Seconds: quantile(seconds, 0.9),
    shareWithinPromise: known.length === 0 ? null : inTime.length / known.length,
  };
}

/** By owner, the busiest first; `null` is nobody. */
export function responseTimesByOwner(
  timings: readonly TaskTiming[],
  now: number,
): (ResponseTimes & { owner: string | null })[] {
  return [...new Set(timings.map(({ owner }) => owner))]
    .map((owner) => {
      const theirs = timings.filter((each) => each.owner === owner);
      return { owner, ...responseTimesOf(theirs, now) };
    })
    .filter(({ tasks }) => tasks > 0)
    .sort((a, b) => b.tasks - a.tasks);
}

/** Between the two nearest values (Hyndman and Fan's type 7, the default of R, NumPy and Excel). */
function quantile(sorted: readonly number[], share: number): number | null {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) return null;
  return below + (above - below) * (position - Math.floor(position));
}
