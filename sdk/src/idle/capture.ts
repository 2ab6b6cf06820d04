import type { CaptureParts, Vitals } from '../capture/index.ts';
import type { CommerceCall } from '../commerce-calls.ts';

/** Where the code comes from that listens to the page. */
export interface CaptureLoaders {
  loadCapture(): Promise<{ startCapture(parts: CaptureParts): () => void }>;
  loadVitals(): Promise<Vitals>;
}

export interface Capture {
  /** It runs, or it cannot be had. Never rejects. */
  settled: Promise<void>;
  stop(): void;
}

/** A file that takes longer is treated as blocked. */
const LOAD_TIMEOUT_MS = 10_000;

/**
 * Loads what listens to the page. Where that cannot be had, or the site does without, commerce is recorded as it is
 * told, without a cart.
 */
export function loadCapture(
  loaders: CaptureLoaders | undefined,
  parts: Omit<CaptureParts, 'loadVitals'>,
  recordPlain: (call: CommerceCall) => void,
): Capture {
  let isStopped = false;
  let stop: (() => void) | undefined;
  const doWithout = () => {
    stop ??= parts.commerceCalls.take(recordPlain);
  };

  async function load({ loadCapture, loadVitals }: CaptureLoaders) {
    const timer = setTimeout(doWithout, LOAD_TIMEOUT_MS);
    try {
      const { startCapture } = await loadCapture();
      if (isStopped) return;
      stop?.();
      stop = startCapture({ ...parts, loadVitals });
    } catch {
      if (!isStopped) doWithout();
    } finally {
      clearTimeout(timer);
    }
  }

  if (!loaders) doWithout();
  return {
    settled: (async () => loaders && load(loaders))(),
    stop() {
      isStopped = true;
      stop?.();
    },
  };
}
