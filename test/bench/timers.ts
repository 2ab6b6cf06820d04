/** What a tick costs: by what is due, and not by what is only pending. */
import Database from 'better-sqlite3';
import { createLeadTimers } from '../../collector/src/lead-timers.ts';
import { openCollector, record, timed } from './dispatching.ts';
import { atMost, numberText, type Row, type Table } from './table.ts';

/** Enough for every round to make a thousand leads due. */
const FEW_PENDING = 10_000;
const MANY_PENDING = 1_000_000;
const DUE = [0, 10, 1_000];
/** A commit may wait for the disk, and a tick with little to do for whatever else runs on this machine. */
const ROUNDS = 7;
const DAY_MS = 86_400_000;
/** "About equal": the index over a million has one level more than the one over a thousand. */
const MOST_GROWTH = 2;

export async function benchTimers(folder: string): Promise<Table> {
  const few = await measure(`${folder}/few.sqlite`, FEW_PENDING);
  const many = await measure(`${folder}/many.sqlite`, MANY_PENDING);
  return {
    title: `a tick where ${numberText(MANY_PENDING)} timers of each kind are pending, against ${numberText(FEW_PENDING)}; median of ${ROUNDS}`,
    rows: few.map(({ what, ms }, index): Row => {
      const later = many[index]?.ms ?? Number.NaN;
      const growth = later / ms;
      return {
        what,
        measured: `${numberText(ms)} → ${numberText(later)} ms`,
        budget: atMost(MOST_GROWTH, growth, '×'),
      };
    }),
  };
}

interface Cost {
  what: string;
  ms: number;
}

async function measure(path: string, pending: number): Promise<Cost[]> {
  // Sending costs nothing here: what is measured is finding, deciding and writing down.
  const webhook = { send: async () => ({ outcome: 'sent', detail: '' }) as const };
  const collector = await openCollector(
    path,
    { webhook },
    {
      endpoints: {
        crm: { url: 'https://crm.example/', secret: `whsec_${'a'.repeat(32)}`, events: ['lead.became_hot'] },
      },
    },
  );
  const leadTimers = createLeadTimers(collector.store, collector.sites, Date.now);
  try {
    await record(collector, 'demo', 1, 'first');
    await collector.dispatcher.tick();
    addPending(path, pending);
    const costs: Cost[] = [];
    for (const due of DUE) {
      costs.push({
        what: `${numberText(due)} deliveries due`,
        ms: await median(async (round) => {
          await record(collector, 'demo', due, `${due}-${round}`);
          return (await timed(() => collector.dispatcher.tick())).ms;
        }),
      });
    }
    for (const due of DUE) {
      costs.push({
        what: `${numberText(due)} leads due to change`,
        ms: await median(async () => {
          makeLeadsDue(path, due);
          return (await timed(() => leadTimers.tick())).ms;
        }),
      });
    }
    return costs;
  } finally {
    await collector.store.close();
  }
}

async function median(measureOnce: (round: number) => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await measureOnce(round));
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

/** Deliveries and leads like the first, due from tomorrow on. */
function addPending(path: string, pending: number): void {
  const db = new Database(path);
  const tomorrow = Date.now() + DAY_MS;
  const numbers = 'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)';
  db.prepare(
    `${numbers} INSERT INTO deliveries (site_id, public_id, event_id, channel, endpoint, lane, status, due_at)
     SELECT site_id, 'dlv_pending_' || n, event_id, channel, 'pending-' || n, lane, 'due', ? + n
     FROM numbers, (SELECT * FROM deliveries LIMIT 1)`,
  ).run(pending, tomorrow);
  db.prepare(
    `${numbers} INSERT INTO leads (site_id, public_id)
     SELECT site_id, 'lead_pending_' || n FROM numbers, (SELECT * FROM leads LIMIT 1)`,
  ).run(pending);
  db.prepare(
    `INSERT INTO all_lead_states
       (lead_id, version, site_id, heat, first_seen_at, last_seen_at, changes_at, facets, state)
     SELECT leads.id, version, first.site_id, heat, first_seen_at, last_seen_at, ? + leads.id, '[]', state
     FROM leads, (SELECT * FROM all_lead_states LIMIT 1) AS first WHERE public_id LIKE 'lead_pending_%'`,
  ).run(tomorrow);
  // Else every look would go through a log of a gigabyte.
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

function makeLeadsDue(path: string, due: number): void {
  const db = new Database(path);
  db.prepare(
    `UPDATE all_lead_states SET changes_at = ? WHERE lead_id IN (
       SELECT lead_id FROM lead_states WHERE site_id = 1 AND changes_at > 0 ORDER BY changes_at LIMIT ?)`,
  ).run(Date.now() - 1, due);
  db.close();
}
