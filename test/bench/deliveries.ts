/** Follow-ups that are due: how fast they leave, whom a dead receiver delays, and what timers cost that are not due. */
import Database from 'better-sqlite3';
import type { Advance } from '../../collector/src/advance.ts';
import { compiledSites } from '../../collector/src/compiled-sites.ts';
import { createWebhookChannel } from '../../collector/src/follow-ups/channels/webhook.ts';
import { createDispatcher, type Dispatcher } from '../../collector/src/follow-ups/dispatch.ts';
import { signedLinks } from '../../collector/src/follow-ups/links.ts';
import { collectorTouchpoint } from '../../collector/src/follow-ups/sent-touchpoint.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite/index.ts';
import type { Store } from '../../collector/src/store/store.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { commitCount } from './commits.ts';
import { atMost, numberText, type Table } from './table.ts';

const DUE = 1_000;
const BATCH = 100;
const PENDING = 1_000_000;
const FEW = 10;
const DAY_MS = 86_400_000;

export async function benchDeliveries(folder: string): Promise<Table> {
  const quick = await startHttpReceiver();
  const alsoQuick = await startHttpReceiver();
  const dead = await startHttpReceiver(() => {});
  const origins = [quick, alsoQuick, dead].map(({ origin }) => origin);
  const endpoint = (origin: string, event: string) => ({
    url: origin,
    secret: `whsec_${'a'.repeat(32)}`,
    events: [event],
  });
  const databasePath = `${folder}/handrail.sqlite`;
  const webhook = createWebhookChannel({ allowPrivateOrigins: origins });
  const collector = await openCollector(databasePath, webhook, {
    quick: endpoint(quick.origin, 'lead.became_hot'),
    another: endpoint(alsoQuick.origin, 'lead.stage_changed'),
    dead: endpoint(dead.origin, 'lead.stage_changed'),
  });
  try {
    await record(collector, 'demo', DUE);
    const commitsBefore = commitCount(databasePath);
    const alone = await timed(() => collector.dispatcher.tick());
    const commits = commitCount(databasePath) - commitsBefore;
    expectReceived('quick', quick.received.length, DUE);

    await record(collector, 'visit', DUE);
    const beside = await timed(async () => {
      void collector.dispatcher.tick();
      while (alsoQuick.received.length < DUE) await new Promise((turn) => setTimeout(turn, 1));
    });
    await dead.close();
    await settled(collector);

    const few = await tickWithFewDue(collector, 'few');
    addPending(databasePath);
    const fewOfMany = await tickWithFewDue(collector, 'few-of-many');
    return {
      title:
        'follow-ups: signed webhooks to a receiver in the same process; each delivery committed and fsynced',
      rows: [
        {
          what: `${numberText(DUE)} due`,
          measured: `${text(alone)}, ${numberText(commits)} commits`,
          budget: atMost(5_000, alone.ms, 'ms'),
        },
        {
          what: `${numberText(DUE)} due, beside as many to a receiver that never answers`,
          measured: text(beside),
          budget: atMost(5_000, beside.ms, 'ms'),
        },
        { what: `a tick with ${FEW} due`, measured: `${numberText(few)} ms` },
        {
          what: `a tick with ${FEW} due among ${numberText(PENDING)} timers that are not`,
          measured: `${numberText(fewOfMany)} ms (${numberText(fewOfMany / few)} ×)`,
        },
      ],
    };
  } finally {
    await collector.store.close();
    await Promise.all([quick.close(), alsoQuick.close()]);
  }
}

interface Collector {
  store: Store;
  advance: Advance;
  dispatcher: Dispatcher;
}

async function openCollector(
  path: string,
  webhook: ReturnType<typeof createWebhookChannel>,
  endpoints: { [name: string]: { url: string; secret: string; events: string[] } },
): Promise<Collector> {
  const store = openSqliteStore(path);
  const document = {
    name: 'Bench',
    scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo' }, points: 60 }] },
    stages: [{ id: 'awareness' }, { id: 'decision', when: { touchpoint: 'visit' } }],
    endpoints,
  };
  const siteId = await store.sites.create(document, Date.now());
  const sites = compiledSites(store);
  const dispatcher = createDispatcher({
    store,
    sites,
    channels: { webhook },
    links: signedLinks('https://collect.example', Buffer.from('secret')),
  });
  return { store, advance: await sites(siteId), dispatcher };
}

async function record(
  { store, advance }: Collector,
  event: string,
  people: number,
  prefix = 'p',
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
    const batch = {
      siteId: advance.site.id,
      decoded,
      rejected: [],
      trust: 'server',
      sentAt: null,
      receivedAt,
    } as const;
    await store.apply({ ...batch, rejected: [] }, advance);
  }
}

interface Timed {
  ms: number;
  /** Of this process, the receiver in it included: what is left of `ms` on a machine that does nothing else. */
  cpuMs: number;
}
async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000 };
}
const text = ({ ms, cpuMs }: Timed): string => `${numberText(ms)} ms (${numberText(cpuMs)} ms of CPU)`;

/** The median of a few, as one commit may wait for the disk. */
async function tickWithFewDue(collector: Collector, prefix: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    await record(collector, 'demo', FEW, `${prefix}-${round}`);
    times.push((await timed(() => collector.dispatcher.tick())).ms);
  }
  return times.sort((a, b) => a - b)[3] ?? Number.NaN;
}

/** What the dead receiver has left is put off, so that no later tick waits for it. */
async function settled(collector: Collector): Promise<void> {
  while ((await collector.store.followUps.dueLanes(Date.now())).length > 0) await collector.dispatcher.tick();
}

function addPending(path: string): void {
  const db = new Database(path);
  db.prepare(
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
     INSERT INTO deliveries (site_id, public_id, lead_id, event_id, channel, endpoint, lane, status, due_at)
     SELECT 1, 'dlv_pending_' || n, NULL, (SELECT min(id) FROM events), 'webhook', 'pending-' || n,
       (SELECT lane FROM deliveries WHERE endpoint = 'quick' LIMIT 1), 'due', ? + n FROM numbers`,
  ).run(PENDING, Date.now() + DAY_MS);
  db.close();
}

function expectReceived(name: string, received: number, expected: number): void {
  if (received !== expected) throw new Error(`${name} received ${received} instead of ${expected}`);
}
