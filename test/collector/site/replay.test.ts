/** A published version: history is folded under it beside the live one, and swapped in at once. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compiledSites } from '../../../collector/src/compiled-sites.ts';
import { createReplays } from '../../../collector/src/replays.ts';
import { START, startCollector, type TestCollector } from '../../support/collector.ts';
import { readDatabase } from '../../support/database.ts';

const MINUTE_MS = 60_000;

function siteWith(points: number) {
  return {
    name: 'Shop',
    scoring: {
      rules: [
        { id: 'ping', when: { touchpoint: 'ping' }, points, limit: { times: 5, per: '1h' } },
        { id: 'pair', when: { touchpoint: 'pong', count: { gte: 2 }, within: '1h' }, points: 2 * points },
      ],
    },
    stages: [{ id: 'new' }, { id: 'keen', when: { touchpoint: 'ping', count: { gte: points } } }],
    flags: [{ id: 'fresh', when: { touchpoint: 'ping', within: `${points}h` } }],
    segments: [{ id: 'pinged', when: { touchpoint: 'ping', count: { gte: points } } }],
    sequences: [
      {
        id: 'fresh',
        start: { flag: 'fresh' },
        steps: [{ after: '0s', task: { title: 'Call', due: '1h' } }],
      },
      {
        id: 'warm',
        start: { temperature: 'warm' },
        steps: [{ after: '0s', task: { title: 'Call', due: '1h' } }],
      },
    ],
  };
}

interface Move {
  visitor: string;
  event: string;
  minutesLater: number;
}
const move = fc.record({
  visitor: fc.constantFrom('a', 'b', 'c'),
  event: fc.constantFrom('ping', 'pong', 'identify'),
  minutesLater: fc.integer({ min: -30, max: 90 }),
});

function messageOf({ visitor, event }: Move, at: number, number: number): object {
  const common = { anonymousId: visitor, messageId: `m${number}`, timestamp: new Date(at).toISOString() };
  // Two of the three turn out to be one person.
  return event === 'identify'
    ? { ...common, type: 'identify', userId: visitor === 'c' ? 'other' : 'same', traits: {} }
    : { ...common, type: 'track', event };
}

const pingsOf = (leads: number) =>
  Array.from({ length: leads }, (_, lead) => ({ type: 'track', event: 'ping', anonymousId: `v${lead}` }));

/** All that is folded of every lead, whatever it is called. */
async function everything({ owner, databasePath, timers }: TestCollector) {
  await timers.tick();
  const { data } = await owner('/v1/leads?sort=firstSeenAt');
  const leads = await Promise.all(
    // What is due to a lead is not folded, and not what another version's rules would have started.
    data.map(async ({ id, nextDueAt: _, ...lead }: { id: string; nextDueAt: unknown }) => ({
      ...lead,
      ledger: (await owner(`/v1/leads/${id}/score`)).entries.map(
        ({ version: _, ...entry }: { version: number }) => entry,
      ),
    })),
  );
  const byText = (a: unknown, b: unknown) => JSON.stringify(a).localeCompare(JSON.stringify(b));
  const rows = (sql: string) => readDatabase(databasePath, (db) => db.prepare(sql).all());
  return {
    leads: leads.sort(byText),
    moves: rows('SELECT touchpoint_id, from_stage, to_stage, at FROM stage_moves ORDER BY 1'),
    found: rows('SELECT kind, value, lead_id FROM lead_facets ORDER BY 1, 2, 3'),
    timers: rows('SELECT lead_id, facets, changes_at, silent_at FROM lead_states ORDER BY 1'),
  };
}

describe('whatever arrives in the middle of a replay', () => {
  test('is there after it as if the new rules had always held, and triggers only what the old ones did', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { minLength: 1, maxLength: 15 }),
        fc.array(move, { maxLength: 8 }),
        fc.integer({ min: 1, max: 6 }),
        async (earlier, meanwhile, stepSize) => {
          const replayed = await startCollector({ site: siteWith(1) });
          const fresh = await startCollector({ site: siteWith(4) });
          try {
            let number = 0;
            const ingest = async (moves: Move[], collectors: TestCollector[]) => {
              const times = moves.map(({ minutesLater }) => START + minutesLater * MINUTE_MS);
              const messages = moves.map((each, index) => messageOf(each, times[index] ?? START, number++));
              for (const collector of collectors) {
                collector.clock.now = Math.max(collector.clock.now, ...times);
                await collector.ingest(...messages);
              }
            };
            await ingest(earlier, [replayed, fresh]);

            const { store } = replayed;
            const sites = compiledSites(store);
            const author = { by: null, via: 'api' } as const;
            await store.sites.publish(1, JSON.parse(JSON.stringify(siteWith(4))), author, null, START);
            const next = await sites.next(1);
            if (!next) throw new Error('no version to fold under');
            for (const each of meanwhile) {
              await store.replays.step(next.site, stepSize, replayed.clock.now);
              await ingest([each], [replayed, fresh]);
            }
            const tasksBefore = (await replayed.owner('/v1/deliveries?limit=200')).data.length;
            await replayed.replays.published(1);
            await replayed.replays.settled();

            expect(await everything(replayed)).toEqual(await everything(fresh));
            expect((await replayed.owner('/v1/deliveries?limit=200')).data).toHaveLength(tasksBefore);
            // Nothing of the old version is left behind.
            const left = readDatabase(replayed.databasePath, (db) =>
              db
                .prepare(
                  `SELECT (SELECT count(*) FROM lead_refolds) + (SELECT count(*) FROM all_stage_moves WHERE version <> 2)
                     + (SELECT count(*) FROM all_score_entries WHERE version <> 2)
                     + (SELECT count(*) FROM all_lead_states WHERE version <> 2)
                     + (SELECT count(*) FROM all_lead_facets WHERE version <> 2)`,
                )
                .pluck()
                .get(),
            );
            expect(left).toBe(0);
          } finally {
            await replayed.close();
            await fresh.close();
          }
        },
      ),
      { numRuns: 6 },
    );
  }, 60_000);
});

test('until the swap everything is as it was, also what arrives; then all of it is new at once', async () => {
  const collector = await startCollector({ site: siteWith(1) });
  const { store, ingest, owner } = collector;
  await ingest(...pingsOf(40));
  const scores = async () => [
    ...new Set((await owner('/v1/leads?limit=200')).data.map(({ score }: { score: number }) => score)),
  ];
  const author = { by: null, via: 'api' } as const;
  await store.sites.publish(1, JSON.parse(JSON.stringify(siteWith(4))), author, null, START);
  const next = await compiledSites(store).next(1);
  if (!next) throw new Error('no version to fold under');
  const { site } = next;
  expect(await store.replays.progress(site)).toEqual({ done: 0, total: 40 });
  expect((await store.replays.step(site, 150, START)).isDone).toBe(false);
  expect(await store.replays.progress(site)).toEqual({ done: 30, total: 40 });
  await ingest({ type: 'track', event: 'ping', anonymousId: 'late' });
  expect(await scores()).toEqual([1]);
  expect(await owner('/v1/site')).toMatchObject({ version: 2, liveVersion: 1 });

  await collector.replays.published(1);
  await collector.replays.settled();
  expect(await scores()).toEqual([4]);
  expect(await owner('/v1/site/replay')).toEqual({ version: 2, liveVersion: 2, replay: null });
  await ingest({ type: 'track', event: 'ping', anonymousId: 'later' });
  expect(await scores()).toEqual([4]);
  await collector.close();
});

test('a version published in the middle of a replay takes its place', async () => {
  const collector = await startCollector({ site: siteWith(1) });
  await collector.ingest(...pingsOf(20));
  const author = { by: null, via: 'api' } as const;
  await collector.store.sites.publish(1, JSON.parse(JSON.stringify(siteWith(4))), author, null, START);
  const half = await compiledSites(collector.store).next(1);
  if (half) await collector.store.replays.step(half.site, 50, START);
  expect(await collector.publish(siteWith(3))).toBe(3);
  const { data } = await collector.owner('/v1/leads?limit=200');
  expect(new Set(data.map(({ score }: { score: number }) => score))).toEqual(new Set([3]));
  const versions = readDatabase(collector.databasePath, (db) =>
    db.prepare('SELECT DISTINCT version FROM all_score_entries').pluck().all(),
  );
  expect(versions).toEqual([3]);
  await collector.close();
});

test('a replay that cannot go on says so, and is taken up again', async () => {
  const collector = await startCollector({ site: siteWith(1) });
  await collector.ingest({ type: 'track', event: 'ping', anonymousId: 'v' });
  const { store } = collector;
  let isFull = true;
  const failing = {
    ...store,
    replays: {
      ...store.replays,
      step: (...given: Parameters<typeof store.replays.step>) =>
        isFull ? Promise.reject(new Error('disk full')) : store.replays.step(...given),
    },
  };
  const errors: unknown[] = [];
  const replays = createReplays({
    store: failing,
    sites: compiledSites(store),
    retryMs: 1,
    onError: (error) => {
      errors.push(error);
      isFull = errors.length < 2;
    },
  });
  const author = { by: null, via: 'api' } as const;
  await store.sites.publish(1, JSON.parse(JSON.stringify(siteWith(4))), author, null, START);
  await replays.published(1);
  await replays.settled();
  expect(errors.map(String)).toEqual(['Error: disk full', 'Error: disk full']);
  expect((await store.sites.live(1))?.version).toBe(2);
  await collector.close();
});
