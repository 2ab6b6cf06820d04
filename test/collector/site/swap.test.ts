/** What a swap of versions costs, and what is right from its first moment on. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CompiledSites, compiledSites } from '../../../collector/src/compiled-sites.ts';
import { gaps } from '../../../collector/src/store/sqlite/gaps.ts';
import { foldLog } from '../../../collector/src/store/sqlite/history.ts';
import { leadRows } from '../../../collector/src/store/sqlite/lead-row.ts';
import { openDatabase } from '../../../collector/src/store/sqlite/open.ts';
import { replayStore } from '../../../collector/src/store/sqlite/replay.ts';
import { startCollector, type TestCollector } from '../../support/collector.ts';
import { DAY_MS, HOUR_MS, type Sender, senderOf } from '../leads/messages.ts';

const OLD = {
  name: 'Shop',
  scoring: { rules: [{ id: 'visit', when: { touchpoint: 'page_view' }, points: 1 }] },
  stages: [{ id: 'new' }],
};
const NEW = {
  name: 'Shop',
  scoring: {
    rules: [
      { id: 'visit', when: { touchpoint: 'page_view' }, points: 2 },
      { id: 'demo', when: { touchpoint: 'demo_booked' }, points: 200 },
    ],
    fit: [{ when: { trait: { plan: 'team' } }, points: 10 }],
  },
  stages: [{ id: 'new' }, { id: 'trial', when: { touchpoint: 'sign_up' } }],
  flags: [
    {
      id: 'lapsed',
      when: { all: [{ touchpoint: 'login' }, { not: { touchpoint: 'login', within: '7d' } }] },
    },
  ],
  segments: [{ id: 'visitors', when: { touchpoint: 'page_view' } }],
  sequences: [
    {
      id: 'win-back',
      start: { flag: 'lapsed' },
      steps: [{ after: '0s', task: { title: 'Call', due: '1d' } }],
    },
  ],
};

let collector: TestCollector;
let sites: CompiledSites;
let ada: Sender;
let bob: Sender;
beforeEach(async () => {
  collector = await startCollector({ site: OLD });
  sites = compiledSites(collector.store);
  ada = senderOf(collector, 'ada');
  bob = senderOf(collector, 'bob');
});
afterEach(() => collector.close());

const listed = async (query: string): Promise<string[]> =>
  (await collector.owner(`/v1/leads?${query}`)).data.map(({ userId }: { userId: string }) => userId);
const sequencesStarted = async () => (await collector.owner('/v1/deliveries')).data.length;

/** Folds all of history under NEW, which is then as good as live. */
async function folded(): Promise<NonNullable<Awaited<ReturnType<CompiledSites['next']>>>> {
  const { store, clock } = collector;
  const document = JSON.parse(JSON.stringify(NEW));
  await store.sites.publish(1, document, { by: null, via: 'api' }, null, clock.now);
  const next = await sites.next(1);
  if (!next) throw new Error('no version to fold under');
  while (!(await store.replays.step(next.site, 1_000, clock.now)).isDone);
  return next;
}

describe('the transaction of a swap', () => {
  test.each([
    { leads: 50, late: 0, atLeast: 1, atMost: 1 },
    { leads: 2_000, late: 0, atLeast: 1, atMost: 1 },
    { leads: 50, late: 10, atLeast: 31, atMost: 61 },
    { leads: 2_000, late: 10, atLeast: 31, atMost: 61 },
  ])('writes $atLeast to $atMost rows: $leads leads, $late of which came back last', async (given) => {
    const people = Array.from({ length: given.leads }, (_, index) => senderOf(collector, `v${index}`));
    await collector.ingest(...people.map((person) => person.view('/')));
    const { site } = await folded();
    await collector.ingest(...people.slice(0, given.late).map((person) => person.view('/')));

    const db = openDatabase(collector.databasePath);
    const replays = replayStore(db, foldLog(db), leadRows(db, gaps(db)));
    const changes = db.prepare<[], number>('SELECT total_changes()').pluck();
    const before = changes.get() ?? 0;
    expect(await replays.goLive(site, false, collector.clock.now)).toBe(true);
    const rows = (changes.get() ?? 0) - before;
    expect(rows).toBeGreaterThanOrEqual(given.atLeast);
    expect(rows).toBeLessThanOrEqual(given.atMost);
    expect(db.prepare('SELECT count(*) FROM lead_states').pluck().get()).toBe(given.leads);
    db.close();
  });

  test('leaves to further steps what it would take too long for', async () => {
    const { site } = await folded();
    const late = Array.from({ length: 600 }, (_, index) => senderOf(collector, `v${index}`).view('/'));
    await collector.ingest(...late);
    const { replays } = collector.store;
    expect(await replays.goLive(site, false, collector.clock.now)).toBe(false);
    expect((await collector.owner('/v1/site')).liveVersion).toBe(1);
  });
});

test('lists by stage, flag, segment, fit and word are right at once, and no timer has anything to make up for', async () => {
  await collector.ingest(
    ada.identify({ name: 'Ada Lovelace', plan: 'team' }),
    ada.view('/'),
    ada.track('sign_up'),
    ada.track('login', collector.clock.now - 8 * DAY_MS),
    bob.identify({ name: 'Bob' }),
    bob.track('login'),
  );
  await collector.publish(NEW);
  expect(await collector.timers.tick()).toBe(0);
  expect(await listed('stage=trial')).toEqual(['ada']);
  expect(await listed('flag=lapsed')).toEqual(['ada']);
  expect(await listed('segment=visitors')).toEqual(['ada']);
  expect((await collector.owner('/v1/segments')).data).toMatchObject([{ id: 'visitors', leads: 1 }]);
  expect(await listed('q=lovelace')).toEqual(['ada']);
  expect(await listed('sort=-score')).toEqual(['ada', 'bob']);
});

describe('what time brings', () => {
  test('before the swap, under the new rules, starts nothing; after it, it does', async () => {
    const lastLogin = (person: Sender, ago: number) => [
      person.identify({}),
      person.track('login', collector.clock.now - ago),
    ];
    await collector.ingest(...lastLogin(ada, 8 * DAY_MS), ...lastLogin(bob, 7 * DAY_MS - HOUR_MS));
    const cleo = senderOf(collector, 'cleo');
    await collector.ingest(...lastLogin(cleo, 6 * DAY_MS));
    await folded();
    // Bob lapses while the version waits for its swap: its timers do not ring yet.
    collector.clock.now += 2 * HOUR_MS;
    expect(await collector.timers.tick()).toBe(0);
    await collector.replays.published(1);
    await collector.replays.settled();

    expect(await collector.timers.tick()).toBe(1);
    expect((await listed('flag=lapsed')).sort()).toEqual(['ada', 'bob']);
    expect(await sequencesStarted()).toBe(0);
    await collector.ingest(bob.view('/'));
    expect(await sequencesStarted()).toBe(0);

    collector.clock.now += DAY_MS;
    await collector.timers.tick();
    expect((await listed('flag=lapsed')).sort()).toEqual(['ada', 'bob', 'cleo']);
    expect(await sequencesStarted()).toBe(1);
  });

  test('a silence that was past before the swap is not noted; one that comes after is', async () => {
    const { clock } = collector;
    const hotSince = (person: Sender, ago: number) => [
      person.identify({}, clock.now - ago),
      person.track('demo_booked', clock.now - ago),
    ];
    // Two weeks are too long, while nothing is learnt.
    await collector.ingest(...hotSince(ada, 14 * DAY_MS - HOUR_MS), ...hotSince(bob, 13 * DAY_MS));
    await folded();
    clock.now += 2 * HOUR_MS;
    await collector.replays.published(1);
    await collector.replays.settled();
    const silences = async (userId: string) => {
      const [lead] = (await collector.owner(`/v1/leads?userId=${userId}`)).data;
      const { data } = await collector.owner(`/v1/leads/${lead.id}/touchpoints`);
      return data.filter(({ name }: { name: string }) => name === 'lead_silent').length;
    };
    await collector.timers.tick();
    expect([await silences('ada'), await silences('bob')]).toEqual([0, 0]);
    clock.now += DAY_MS;
    await collector.timers.tick();
    expect([await silences('ada'), await silences('bob')]).toEqual([0, 1]);
    expect(await collector.timers.tick()).toBe(0);
  });
});
