/** What a tick costs: by what is due, and not by what is only pending. */
import Database from 'better-sqlite3';
import { createLeadTimers } from '../../collector/src/lead-timers.ts';
import { openCollector, record, timed } from './dispatching.ts';
import { atMost, numberText, type Row, type Table } from './table.ts';

/** Enough for every round to make a thousand leads due. */
const FEW_PENDING = 10_000;
const MANY_PENDING = 1_000_000;
const DUE = [0, 10, 1_000];
const ROUNDS = 7;
const DAY_MS = 86_400_000;
/** "About equal": the index over a million has one level more than the one over a thousand. */
const MOST_GROWTH = 2;

export async function benchTimers(folder: string): Promise<Table> {
  const few = await measure(`${folder}/few.sqlite`, FEW_PENDING);
  const many = await measure(`${folder}/many.sqlite`, MANY_PENDING);
  return {
    title: `processor time of a tick where ${numberText(MANY_PENDING)} timers of each kind are pending, against ${numberText(FEW_PENDING)}; median of ${ROUNDS}`,
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
          return await cpuMsOf(due, collector.dispatcher.tick);
        }),
      });
    }
    for (const due of DUE) {
      costs.push({
        what: `${numberText(due)} steps due that send nothing`,
        ms: await median(async () => {
          makeDue(path, 'enrollments', 'timer_at', due);
          return await cpuMsOf(due, collector.dispatcher.tick);
        }),
      });
    }
    for (const due of DUE) {
      costs.push({
        what: `${numberText(due)} leads due to change`,
        ms: await median(async () => {
          makeDue(path, 'all_lead_states', 'changes_at', due);
          return await cpuMsOf(due, () => leadTimers.tick());
        }),
      });
    }
    return costs;
  } finally {
    await collector.store.close();
  }
}

/** Of processor time, as the disk and whatever else runs on this machine have their own. */
async function cpuMsOf(due: number, tick: () => Promise<unknown>): Promise<number> {
  // One with nothing to do is too short to be measured alone.
  const ticks = due === 0 ? 200 : 1;
  const { cpuMs } = await timed(async () => {
    for (let count = 0; count < ticks; count++) await tick();
  });
  return cpuMs / ticks;
}

async function median(measureOnce: (round: number) => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await measureOnce(round));
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

/** Deliveries, leads and runs of a sequence like the first, due from tomorrow on. */
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
    `${numbers} INSERT INTO leads (site_id, public_id) SELECT 1, 'lead_pending_' || n FROM numbers`,
  ).run(pending);
  db.prepare(
    `INSERT INTO all_lead_states
       (lead_id, version, site_id, heat, first_seen_at, last_seen_at, changes_at, facets, state)
     SELECT leads.id, version, first.site_id, heat, first_seen_at, last_seen_at, ? + leads.id, '[]', state
     FROM leads, (SELECT * FROM all_lead_states LIMIT 1) AS first WHERE public_id LIKE 'lead_pending_%'`,
  ).run(tomorrow);
  db.prepare(
    `INSERT INTO enrollments (site_id, lead_id, sequence_id, version, status, anchor_at, step, timer_at, started_at)
     SELECT site_id, id, 'quiet', 1, 'active', $tomorrow, 0, $tomorrow + id, $tomorrow
     FROM leads WHERE public_id LIKE 'lead_pending_%'`,
  ).run({ tomorrow });
  // Else every look would go through a log of a gigabyte.
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

/** So many of the earliest; those that were have been done with. */
function makeDue(path: string, table: string, column: string, due: number): void {
  const db = new Database(path);
  db.prepare(
    `UPDATE ${table} SET ${column} = ? WHERE rowid IN (
       SELECT rowid FROM ${table} WHERE site_id = 1 AND version = 1 AND ${column} IS NOT NULL ORDER BY ${column} LIMIT ?)`,
  ).run(Date.now() - 1, due);
  db.close();
}
