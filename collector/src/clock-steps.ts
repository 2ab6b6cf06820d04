/**
 * Notices when the server's clock is set. For a while nothing that waits for a time is taken to be due: were the clock
 * wrong, what is due tomorrow would be sent today, and what is due today be skipped as long past. A process that was
 * stopped and goes on looks the same; it waits too, and then sees what has expired.
 */

/** Less is a clock that is kept right little by little, or a busy machine. */
const MAX_STEP_MS = 60_000;
/** As long as a service that keeps the time needs to put a wrong clock right. */
const HOLD_MS = 600_000;

export interface ClockOptions {
  /** Milliseconds since the Unix epoch. [now=Date.now] */
  now?: () => number;
  /** Milliseconds since any time, by a clock that is never set. [monotonicNow=performance.now] */
  monotonicNow?: () => number;
  /** Told how far it was set. */
  onStep?: (stepMs: number) => void;
}

/** @returns whether the time can be relied on; to be asked every few seconds */
export function clockSteps({
  now = Date.now,
  monotonicNow = performance.now.bind(performance),
  onStep = () => {},
}: ClockOptions = {}): () => boolean {
  let offset = now() - monotonicNow();
  let heldUntil = Number.NEGATIVE_INFINITY;
  return () => {
    const steady = monotonicNow();
    const stepMs = now() - steady - offset;
    offset += stepMs;
    if (Math.abs(stepMs) > MAX_STEP_MS) {
      heldUntil = steady + HOLD_MS;
      onStep(stepMs);
    }
    return steady >= heldUntil;
  };
}
