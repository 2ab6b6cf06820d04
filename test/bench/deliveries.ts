/** Follow-ups that are due: how fast they leave, whom a dead receiver delays, and what timers cost that are not due. */
import Database from 'better-sqlite3';
import { createWebhookChannel } from '../../collector/src/follow-ups/channels/webhook.ts';
import { START, startCollector, type TestCollector } from '../support/collector.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
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
  const collector = await startCollector({
    databasePath: `${folder}/handrail.sqlite`,
    site: {
      name: 'Bench',
      scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo' }, points: 60 }] },
      stages: [{ id: 'awareness' }, { id: 'decision', when: { touchpoint: 'visit' } }],
      endpoints: {
        quick: endpoint(quick.origin, 'lead.became_hot'),
        alsoQuick: endpoint(alsoQuick.origin, 'lead.stage_changed'),
        dead: endpoint(dead.origin, 'lead.stage_changed'),
      },
    },
    channels: { webhook: createWebhookChannel({ allowPrivateOrigins: origins }) },
  });
  try {
    await record(collector, 'demo', DUE);
    const alone = await timed(() => collector.dispatcher.tick());
    expectReceived('quick', quick.received.length, DUE);

    await record(collector, 'visit', DUE);
    const beside = await timed(async () => {
      void collector.dispatcher.tick();
      while (alsoQuick.received.length < DUE) await new Promise((turn) => setTimeout(turn, 1));
    });
    await dead.close();
    await settled(collector);

    const few = await tickWithFewDue(collector, 'few');
    addPending(collector.databasePath);
    const fewOfMany = await tickWithFewDue(collector, 'few-of-many');
    return {
      title:
        'follow-ups: signed webhooks to a receiver in the same process; each delivery committed and fsynced',
      rows: [
        {
          what: `${numberText(DUE)} due`,
          measured: `${numberText(alone)} ms`,
          budget: atMost(5_000, alone, 'ms'),
        },
        {
          what: `${numberText(DUE)} due, beside as many to a receiver that never answers`,
          measured: `${numberText(beside)} ms`,
          budget: atMost(5_000, beside, 'ms'),
        },
        { what: `a tick with ${FEW} due`, measured: `${numberText(few)} ms` },
        {
          what: `a tick with ${FEW} due among ${numberText(PENDING)} timers that are not`,
          measured: `${numberText(fewOfMany)} ms (${numberText(fewOfMany / few)} ×)`,
        },
      ],
    };
  } finally {
    await collector.close();
    await Promise.all([quick.close(), alsoQuick.close()]);
  }
}

async function record(collector: TestCollector, event: string, people: number, prefix = 'p'): Promise<void> {
  for (let first = 0; first < people; first += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, people - first) }, (_, index) => ({
      type: 'track',
      event,
      anonymousId: `${prefix}-${first + index}`,
      messageId: `${prefix}-${event}-${first + index}`,
      timestamp: new Date(collector.clock.now).toISOString(),
    }));
    await collector.ingest(...messages);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** The median of a few, as one commit may wait for the disk. */
async function tickWithFewDue(collector: TestCollector, prefix: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    await record(collector, 'demo', FEW, `${prefix}-${round}`);
    times.push(await timed(() => collector.dispatcher.tick()));
  }
  return times.sort((a, b) => a - b)[3] ?? Number.NaN;
}

/** What the dead receiver has left is put off, so that no later tick waits for it. */
async function settled(collector: TestCollector): Promise<void> {
  while ((await collector.store.followUps.dueLanes(collector.clock.now)).length > 0)
    await collector.dispatcher.tick();
}

function addPending(path: string): void {
  const db = new Database(path);
  db.prepare(
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
     INSERT INTO deliveries (site_id, public_id, lead_id, event_id, channel, endpoint, lane, status, due_at)
     SELECT 1, 'dlv_pending_' || n, NULL, (SELECT min(id) FROM events), 'webhook', 'pending-' || n,
       (SELECT lane FROM deliveries WHERE endpoint = 'quick' LIMIT 1), 'due', ? + n FROM numbers`,
  ).run(PENDING, START + DAY_MS);
  db.close();
}

function expectReceived(name: string, received: number, expected: number): void {
  if (received !== expected) throw new Error(`${name} received ${received} instead of ${expected}`);
}
