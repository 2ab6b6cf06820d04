import type { DropReport } from './drop-report.ts';
import { bytesOf, type Entry, type Outbox } from './outbox.ts';
import type { PageLifecycle } from './page-lifecycle.ts';
import type { DecisionLedger } from './prompts/ledger.ts';
import type { Drops, PromptDecisionCounts } from './protocol.ts';
import type { Manner, Outcome } from './transport.ts';
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
  drops: DropReport;
  decisions: Pick<DecisionLedger, 'takeUntold' | 'putBack'>;
  /** Sends the entries in one request, and tells what else there is to tell. Never rejects. */
  post(entries: Entry[], told: Told, manner: Manner): Promise<Outcome>;
}

/** What a batch tells besides its touchpoints: all that the collector has not been told before. */
export interface Told {
  drops: Drops;
  decisions: PromptDecisionCounts | undefined;
}

export interface Delivery {
  /** Something waits in the outbox. */
  wake(): void;
  /** Sends all that waits; resolves when it is answered for, or when a request fails and must wait. */
  flush(): Promise<void>;
}

export function createDelivery({ outbox, lifecycle, drops, decisions, post }: DeliveryParts): Delivery {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let flushing: Promise<void> | undefined;
  let bytesInFlight = 0;
  /** Failed requests in a row; above zero, only a retry sends. */
  let failures = 0;
  /** The collector asked for peace until then, by a clock that nobody sets. */
  let notBeforeMs = 0;

  const isHeldOff = () => performance.now() < notBeforeMs;

  function flushIn(delayMs: number) {
    clearTimeout(timer);
    timer = setTimeout(flush, delayMs);
  }

  /** Whether more may be sent at once. */
  async function deliver(entries: Entry[], manner: Manner): Promise<boolean> {
    const bytes = bytesOf(entries);
    const told = { drops: drops.takeUntold(), decisions: decisions.takeUntold() };
    bytesInFlight += bytes;
    const outcome = await post(entries, told, manner);
    if (outcome.kind !== 'done') {
      drops.putBack(told.drops);
      decisions.putBack(told.decisions);
    }

    if (outcome.kind === 'retry') {
      // In a task of its own, which a page that is being left no longer gets: there Chromium fails what is in flight,
      // though it arrives, and the next `leave` would send it again.
      setTimeout(() => {
        bytesInFlight -= bytes;
        outbox.putBack(entries);
      });
      failures += 1;
      notBeforeMs = performance.now() + outcome.retryAfterMs;
      if (outcome.status !== 0 || failures < MAX_UNREACHABLE_TRIES) {
        flushIn(retryDelayMs(failures, outcome.retryAfterMs, Math.random()));
      }
      return false;
    }
    bytesInFlight -= bytes;
    if (outcome.kind === 'drop') {
      drops.count('refused', entries.length);
      console.warn(`handrail: HTTP ${outcome.status}, ${entries.length} touchpoints refused`);
    }
    outbox.remove(entries);
    failures = 0;
    return true;
  }

  async function sendAll() {
    for (;;) {
      const entries = outbox.take(FLUSH_COUNT, FLUSH_BYTES);
      if (entries.length === 0) return;
      // After a failure a plain one: the other's quota, shared with the host, may be what failed.
      if (!(await deliver(entries, failures === 0 ? 'outliving' : 'plain'))) return;
    }
  }

  async function flushAll() {
    if (isHeldOff()) return;
    clearTimeout(timer);
    timer = undefined;
    await outbox.withBacklog(sendAll);
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
    if (isHeldOff()) return;
    const entries = outbox.take(Number.POSITIVE_INFINITY, KEEPALIVE_BYTES - bytesInFlight);
    if (entries.length > 0) void deliver(entries, 'leaving');
  }

  lifecycle.on('send', leave);
  lifecycle.on('return', flush);
  lifecycle.on('online', flush);

  return { wake, flush };
}

/**
 * Doubles from 0.5 s to 60 s, half of it left to chance, so that the visitors of a site do not all come back at once
 * after an outage. Those who were all told the same `Retry-After` spread over as long again. `random` is in [0, 1).
 */
export function retryDelayMs(failures: number, retryAfterMs: number, random: number): number {
  const backoffMs = Math.min(RETRY_MIN_MS * 2 ** (failures - 1), RETRY_MAX_MS);
  if (retryAfterMs === 0) return backoffMs * (0.5 + random / 2);
  return retryAfterMs + Math.max(backoffMs, retryAfterMs) * random;
}
