/** A collector without its HTTP side: for benches of what is due. */
import type { Advance } from '../../collector/src/advance.ts';
import { type CompiledSites, compiledSites } from '../../collector/src/compiled-sites.ts';
import type { Channels } from '../../collector/src/follow-ups/channels/open.ts';
import { createDispatcher, type Dispatcher } from '../../collector/src/follow-ups/dispatch.ts';
import { signedLinks } from '../../collector/src/follow-ups/links.ts';
import { collectorTouchpoint } from '../../collector/src/follow-ups/sent-touchpoint.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite/index.ts';
import type { Store } from '../../collector/src/store/store.ts';

/** Touchpoints in one transaction. */
const BATCH = 100;

export interface BenchCollector {
  store: Store;
  sites: CompiledSites;
  advance: Advance;
  dispatcher: Dispatcher;
}

/** `demo` makes a lead hot, `visit` moves it to another stage. */
export async function openCollector(
  path: string,
  channels: Channels,
  changes: object,
): Promise<BenchCollector> {
  const store = openSqliteStore(path);
  const document = {
    name: 'Bench',
    scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo' }, points: 60 }] },
    stages: [{ id: 'awareness' }, { id: 'decision', when: { touchpoint: 'visit' } }],
    ...changes,
  };
  const siteId = await store.sites.create(document, Date.now());
  const sites = compiledSites(store);
  const dispatcher = createDispatcher({
    store,
    sites,
    channels,
    links: signedLinks('https://collect.example', Buffer.from('secret')),
    onError: (error) => {
      throw error;
    },
  });
  return { store, sites, advance: await sites(siteId), dispatcher };
}

/** One touchpoint each of so many people. */
export async function record(
  { store, advance }: BenchCollector,
  event: string,
  people: number,
  prefix: string,
): Promise<void> {
  const receivedAt = Date.now();
  for (let first = 0; first < people; first += BATCH) {
    const decoded = Array.from({ length: Math.min(BATCH, people - first) }, (_, index) => ({
      sender: {
        anonymousId: `${prefix}-${first + index}`,
        userId: null,
        previousId: null,
        email: null,
        phone: null,
      },
      touchpoint: collectorTouchpoint(`${prefix}-${event}-${first + index}`, event, {}, receivedAt),
    }));
    await store.apply(
      { siteId: advance.site.id, decoded, rejected: [], trust: 'server', sentAt: null, receivedAt },
      advance,
    );
  }
}

export interface Timed {
  ms: number;
  /** Of this process, the receiver in it included: what is left of `ms` on a machine that does nothing else. */
  cpuMs: number;
}
export async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000 };
}
