/** Makes published versions live: folds history under them in the background, swaps, and clears up. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CompiledSites } from './compiled-sites.ts';
import type { CompiledSite } from './site/compile.ts';
import type { Store } from './store/store.ts';

/** Some 10 ms of work: what a request may have to wait for. */
const STEP_TOUCHPOINTS = 500;
const SWEEP_ROWS = 2_000;
/** As often as long as the step before it took: ingest keeps most of the thread, however slow the machine is. */
const REST_SHARE = 2;
const MAX_REST_MS = 2_000;
export interface ReplayProgress {
  siteId: number;
  version: number;
  leads: { done: number; total: number };
  isLive: boolean;
}

export interface ReplaysOptions {
  store: Store;
  sites: CompiledSites;
  /** Told after each step, and once the version is live. */
  onProgress?: (progress: ReplayProgress) => void;
  /** Told of what stopped a replay, such as a full disk; it is taken up again. [onError=console.error] */
  onError?: (error: unknown) => void;
  /** After how long. [retryMs=5000] */
  retryMs?: number;
  /** Milliseconds; tells what time has changed in a lead, and how long a step took. [now=Date.now] */
  now?: () => number;
}

export interface Replays {
  /** Goes on with what a restart has cut off. Resolves once all of it is under way. */
  resume(): Promise<void>;
  /** A version was published. Resolves once it is live, where it folds alike, or else its replay is under way. */
  published(siteId: number): Promise<void>;
  /** The replay that is under way; `null` if none is. */
  progress(siteId: number): ReplayProgress | null;
  /** Resolves once nothing is under way any more. */
  settled(): Promise<void>;
  /** Ends after the step under way; what is left is for the next start. */
  stop(): Promise<void>;
}

export function createReplays({
  store,
  sites,
  onProgress = () => {},
  onError = console.error,
  retryMs = 5_000,
  now = Date.now,
}: ReplaysOptions): Replays {
  const running = new Map<number, Promise<void>>();
  const underWay = new Map<number, ReplayProgress>();
  /** Sites with a newer version than the one that is being folded. */
  const outdated = new Set<number>();
  const stopping = new AbortController();
  const isInterrupted = (siteId: number) => stopping.signal.aborted || outdated.has(siteId);
  const rest = (forMs: number) => delay(forMs, undefined, { signal: stopping.signal }).catch(() => {});
  const restSince = (startedAt: number) =>
    rest(Math.min(MAX_REST_MS, REST_SHARE * Math.max(1, now() - startedAt)));

  async function goLive(site: CompiledSite, isAlike: boolean): Promise<boolean> {
    const isLive = await store.replays.goLive(site, isAlike, now());
    if (isLive) sites.swap(site);
    return isLive;
  }

  async function replay(site: CompiledSite): Promise<void> {
    const leads = await store.replays.progress(site);
    const progress = { siteId: site.id, version: site.version, leads, isLive: false };
    underWay.set(site.id, progress);
    while (!isInterrupted(site.id)) {
      const startedAt = now();
      const step = await store.replays.step(site, STEP_TOUCHPOINTS, startedAt);
      leads.done += step.leads;
      // New leads have come meanwhile.
      leads.total = Math.max(leads.total, leads.done);
      progress.isLive = step.isDone && (await goLive(site, false));
      onProgress(progress);
      if (progress.isLive) return;
      await restSince(startedAt);
    }
  }

  async function workOff(siteId: number): Promise<void> {
    const next = await sites.next(siteId);
    if (next?.isAlike) await goLive(next.site, true);
    else if (next) await replay(next.site);
    underWay.delete(siteId);
    while (!isInterrupted(siteId)) {
      const startedAt = now();
      if (await store.replays.sweep(siteId, SWEEP_ROWS)) return;
      await restSince(startedAt);
    }
  }

  async function run(siteId: number): Promise<void> {
    do {
      outdated.delete(siteId);
      await workOff(siteId).catch(async (error) => {
        onError(error);
        outdated.add(siteId);
        await rest(retryMs);
      });
    } while (outdated.has(siteId) && !stopping.signal.aborted);
    underWay.delete(siteId);
    running.delete(siteId);
  }

  async function published(siteId: number): Promise<void> {
    const next = await sites.next(siteId);
    if (next?.isAlike) await goLive(next.site, true);
    if (stopping.signal.aborted) return;
    if (running.has(siteId)) outdated.add(siteId);
    else running.set(siteId, run(siteId));
  }

  return {
    async resume() {
      for (const siteId of await store.replays.pending()) await published(siteId);
    },
    published,
    progress: (siteId) => underWay.get(siteId) ?? null,
    async settled() {
      while (running.size > 0) await Promise.all(running.values());
    },
    async stop() {
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}
