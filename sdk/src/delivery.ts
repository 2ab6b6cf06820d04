import type { CountDrop } from './drops.ts';
import { bytesOf, type Entry, type Outbox } from './outbox.ts';
import type { PageLifecycle } from './page-lifecycle.ts';
import type { Outcome } from './transport.ts';
import { whenIdle } from './when-idle.ts';

const FLUSH_INTERVAL_MS = 3_000;
const FLUSH_COUNT = 20;
const FLUSH_BYTES = 40_000;
/**
 * Browsers let 65,536 bytes of keepalive bodies be in flight (Fetch, "HTTP-network-or-cache fetch"), all of the
 * page's together; the rest is room for the envelopes.
 */
const KEEPALIVE_BYTES = 60_000;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 60_000;
/** Nothing answered this often: a blocker or no network. The next sign of life tries again. */
const MAX_UNREACHABLE_TRIES = 6;

export interface DeliveryParts {
  outbox: Outbox;
  lifecycle: PageLifecycle;
  /** Sends the messages, given as JSON, in one request. */
  post(messages: string[], keepalive: boolean): Promise<Outcome>;
  countDrop: CountDrop;
}

export interface Delivery {
  /** Something waits in the outbox. */
  wake(): void;
  /** Sends all that waits; resolves when it is answered for, or when a request fails and must wait. */
  flush(): Promise<void>;
}

export function createDelivery({ outbox, lifecycle, post, countDrop }: DeliveryParts): Delivery {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let flushing: Promise<void> | undefined;
  let bytesInFlight = 0;
  /** Failed requests in a row; above zero, only a retry sends. */
  let failures = 0;
  /** The collector asked for peace until then. */
  let notBefore = 0;

  function flushIn(delayMs: number) {
    clearTimeout(timer);
    timer = setTimeout(flush, delayMs);
  }

  /** Whether more may be sent at once. */
  async function deliver(entries: Entry[], keepalive: boolean): Promise<boolean> {
    const bytes = bytesOf(entries);
    bytesInFlight += bytes;
    const outcome = await post(
      entries.map(({ json }) => json),
      keepalive,
    );
    bytesInFlight -= bytes;

    if (outcome.kind === 'retry') {
      outbox.putBack(entries);
      failures += 1;
      notBefore = Date.now() + outcome.retryAfterMs;
      if (outcome.status !== 0 || failures < MAX_UNREACHABLE_TRIES) {
        flushIn(retryDelayMs(failures, outcome.retryAfterMs, Math.random()));
      }
      return false;
    }
    if (outcome.kind === 'drop') {
      countDrop('refused', entries.length);
      console.warn(`handrail: HTTP ${outcome.status}, ${entries.length} touchpoints refused`);
    }
    outbox.remove(entries);
    failures = 0;
    return true;
  }

  async function flushAll() {
    if (Date.now() < notBefore) return;
    clearTimeout(timer);
    timer = undefined;
    for (;;) {
      const entries = outbox.take(FLUSH_COUNT, FLUSH_BYTES);
      if (entries.length === 0) return;
      // After a failure without keepalive: its quota, shared with the host, may be what failed.
      if (!(await deliver(entries, failures === 0))) return;
    }
  }

  function flush(): Promise<void> {
    flushing ??= flushAll().finally(() => {
      flushing = undefined;
      wake();
    });
    return flushing;
  }

  function wake() {
    if (failures > 0 || flushing) return;
    const { count, bytes } = outbox.waiting();
    if (count >= FLUSH_COUNT || bytes >= FLUSH_BYTES) whenIdle(flush);
    else if (count > 0 && timer === undefined) flushIn(FLUSH_INTERVAL_MS);
  }

  function leave() {
    if (Date.now() < notBefore) return;
    const entries = outbox.take(Number.POSITIVE_INFINITY, KEEPALIVE_BYTES - bytesInFlight);
    if (entries.length > 0) void deliver(entries, true);
  }

  lifecycle.on('leave', leave);
  lifecycle.on('return', flush);
  lifecycle.on('online', flush);

  return { wake, flush };
}

/**
 * Doubles from 0.5 s to 60 s. Half of it is left to chance, so that the visitors of a site do not all come back
 * at once after an outage. `random` is in [0, 1).
 */
export function retryDelayMs(failures: number, retryAfterMs: number, random: number): number {
  const backoffMs = Math.min(RETRY_MIN_MS * 2 ** (failures - 1), RETRY_MAX_MS);
  return retryAfterMs + backoffMs * (0.5 + random / 2);
}
