/** Lists over a million leads, which one collector may have after years; and what the fold costs after a long history. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { fold } from '../../collector/src/leads/fold.ts';
import { heatOf } from '../../collector/src/leads/heat.ts';
import { type LeadState, newLead } from '../../collector/src/leads/state.ts';
import type { Touchpoint } from '../../collector/src/leads/touchpoint.ts';
import { checkSite } from '../../collector/src/site/check.ts';
import { type CompiledSite, compileSite } from '../../collector/src/site/compile.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite/index.ts';
import type { LeadQuery } from '../../collector/src/store/store.ts';
import { SITE } from './site.ts';
import { atMost, numberText, type Row, type Table } from './table.ts';

const LEADS = 1_000_000;
const DAY_MS = 86_400_000;
const ROUNDS = 60;
/** Touchpoints in a window; of twenty windows the fastest counts, as in fold.ts. */
const MEASURED = 20_000;
/** One lead in so many has a flag that few have. */
const RARE = 5_000;

export async function benchLeads(folder: string): Promise<Table> {
  const path = join(folder, 'leads.sqlite');
  const now = Date.now();
  await fill(path, now);
  const store = openSqliteStore(path);
  const any = { from: null, below: null };
  const hottest: LeadQuery = {
    sort: 'heat',
    descending: true,
    limit: 50,
    after: null,
    heat: any,
    lastSeenAt: any,
    firstSeenAt: any,
    facets: [],
    identified: null,
    userId: null,
    email: null,
  };
  const rows: Row[] = [];
  const add = async (what: string, query: LeadQuery, most?: number) => {
    const { median, p99, found } = await timesOf(async () => (await store.leads.list(1, query)).rows.length);
    rows.push({
      what: `${what}: ${found} leads`,
      measured: `${numberText(median)} ms median, ${numberText(p99)} ms at most of 99 %`,
      ...(most !== undefined && { budget: atMost(most, median, 'ms') }),
    });
  };
  const site = compiledSite();
  for (const days of [0, 30, 365]) {
    // What is hot changes by the day; the order, and so the way to it, does not.
    const from = heatOf(0.001, now + days * DAY_MS, site.halfLifeMs);
    await add(`hottest 50, in ${days} days`, { ...hottest, heat: { from, below: null } }, 5);
  }
  await add('the 50 seen last', { ...hottest, sort: 'lastSeenAt' });
  await add('hottest 50 with a flag that 200 have', {
    ...hottest,
    facets: [{ kind: 'flag', value: 'rare' }],
  });
  await add('hottest 50 by the beginning of a name', {
    ...hottest,
    facets: [{ kind: 'word', value: 'name77' }],
  });
  await add('hottest 50 in a stage that half are in', {
    ...hottest,
    facets: [{ kind: 'stage', value: 'awareness' }],
  });
  await store.close();
  return {
    title: `leads: lists over ${numberText(LEADS)}`,
    rows: [...rows, ...historyRows(site)],
  };
}

/** Straight into the file: a million leads by ingest would take as long as all other sections together. */
async function fill(path: string, now: number): Promise<void> {
  const store = openSqliteStore(path);
  await store.sites.create(SITE, now);
  await store.close();
  const db = new Database(path);
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  const insertLead = db.prepare('INSERT INTO leads (id, site_id, public_id) VALUES (?, 1, ?)');
  const insertState = db.prepare(
    `INSERT INTO all_lead_states (lead_id, version, site_id, heat, first_seen_at, last_seen_at, facets, state)
     VALUES (?, 1, 1, ?, ?, ?, ?, ?)`,
  );
  const insertFacet = db.prepare(
    'INSERT INTO all_lead_facets (site_id, version, kind, value, lead_id) VALUES (1, 1, ?, ?, ?)',
  );
  const { halfLifeMs } = compiledSite();
  db.transaction(() => {
    for (let index = 0; index < LEADS; index++) {
      // Spread over three years and all scores, in no order.
      const at = now - ((index * 7_919) % LEADS) * ((3 * 365 * DAY_MS) / LEADS);
      const score = 1 + ((index * 104_729) % 997) / 5;
      const stage = index % 2 === 0 ? 'awareness' : 'decision';
      const facets: [string, string][] = [
        ['stage', stage],
        ['channel', 'direct'],
        ['word', `name${index}`],
      ];
      if (index % RARE === 0) facets.push(['flag', 'rare']);
      const state = { ...newLead(stage), score, scoredAt: at, firstSeenAt: at, lastSeenAt: at };
      const texts = facets.map(([kind, value]) => `${kind}:${value}`);
      const heat = heatOf(score, at, halfLifeMs);
      const id = index + 1;
      insertLead.run(id, `lead_${index}`);
      insertState.run(id, heat, Math.round(at), Math.round(at), JSON.stringify(texts), JSON.stringify(state));
      for (const [kind, value] of facets) insertFacet.run(kind, value, id);
    }
  })();
  db.close();
}

async function timesOf(ask: () => Promise<number>): Promise<{ median: number; p99: number; found: number }> {
  const found = await ask();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (ROUNDS - 1))] ?? 0;
  return { median: at(0.5), p99: at(0.99), found };
}

/** One lead's touchpoints, one after the other: what the thousandth costs, and what the last. */
function historyRows(site: CompiledSite): Row[] {
  const perTouchpoint = (earlier: number): number => {
    let lead: LeadState = newLead(site.site.stages[0]?.id ?? '');
    let index = 0;
    const next = () => {
      lead = fold(lead, touchpointAt(index++), false, site).lead;
    };
    while (index < earlier) next();
    let fastest = Number.POSITIVE_INFINITY;
    for (let window = 0; window < 20; window++) {
      const start = process.threadCpuUsage();
      for (let count = 0; count < MEASURED; count++) next();
      const { user, system } = process.threadCpuUsage(start);
      fastest = Math.min(fastest, ((user + system) * 1_000) / MEASURED);
    }
    return fastest;
  };
  perTouchpoint(100_000);
  const [early, late] = [perTouchpoint(1_000), perTouchpoint(1_000_000)];
  return [
    { what: 'fold, after a history of 1,000', measured: `${numberText(early)} ns a touchpoint` },
    {
      what: 'fold, after one of 1,000,000',
      measured: `${numberText(late)} ns a touchpoint, ${numberText(late / early)} ×`,
      budget: atMost(1.5, late / early, '×'),
    },
  ];
}

const PATHS = ['/', '/pricing', '/compare/clubs', '/blog/topic-3/how', '/products/oil-4', '/careers/cook'];

function touchpointAt(index: number): Touchpoint {
  const at = Date.parse('2020-01-01T00:00:00Z') + index * 60_000;
  return {
    messageId: `m-${index}`,
    type: 'page',
    name: 'page_view',
    originalName: null,
    at,
    receivedAt: at,
    trust: 'browser',
    bot: null,
    sessionId: `s-${index >> 3}`,
    page: { url: null, path: PATHS[index % PATHS.length] ?? '/', title: null, referrer: null },
    source: { channel: 'direct', source: null, medium: null, campaign: null },
    properties: {},
    groupId: null,
    timezone: null,
    device: null,
    consent: null,
  };
}

function compiledSite(): CompiledSite {
  const checked = checkSite(SITE);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return compileSite(1, 1, checked.site);
}
