import { afterEach, beforeEach, expect, test } from 'vitest';
import { gapBucket, MIN_GAPS, usualGapMs } from '../../../collector/src/leads/silence.ts';
import { START, startCollector, type TestCollector } from '../../support/collector.ts';
import { DAY_MS, HOUR_MS, type Sender, senderOf } from './messages.ts';

const SITE = {
  name: 'Test',
  scoring: {
    rules: [
      { id: 'demo', when: { touchpoint: 'demo_booked' }, points: 200 },
      { id: 'silent', when: { touchpoint: 'lead_silent' }, points: -10 },
    ],
  },
  stages: [{ id: 'awareness' }],
  segments: [{ id: 'trade', when: { trait: { trade: true } } }],
  sequences: [
    {
      id: 'call',
      start: { touchpoint: 'lead_silent' },
      steps: [{ after: '0s', task: { title: 'Call', due: '1d' } }],
    },
  ],
};

let collector: TestCollector;
let ada: Sender;
beforeEach(async () => {
  collector = await startCollector({ site: SITE });
  ada = senderOf(collector);
});
afterEach(() => collector.close());

const leadOf = async (userId: string) => (await collector.owner(`/v1/leads?userId=${userId}`)).data[0];
const silences = async (userId = 'ada') => {
  const { data } = await collector.owner(`/v1/leads/${(await leadOf(userId)).id}/touchpoints?limit=200`);
  return data.filter(({ name }: { name: string }) => name === 'lead_silent');
};
const iso = (at: number) => new Date(at).toISOString();
/** Lets the timers run at a time, some times over. */
async function tickAt(at: number): Promise<void> {
  collector.clock.now = at;
  for (let times = 0; times < 2; times++) await collector.timers.tick();
}

/** People who come back so many days after their first visit, which was long ago. */
async function returning(count: number, days: number, traits: object, prefix: string): Promise<void> {
  const first = collector.clock.now - 300 * DAY_MS;
  const people = Array.from({ length: count }, (_, index) => senderOf(collector, `${prefix}${index}`));
  await collector.ingest(
    ...people.flatMap((person) => [
      person.view('/', first),
      person.identify(traits, first + 1),
      person.view('/', first + 2),
    ]),
  );
  await collector.ingest(...people.map((person) => person.view('/', first + 2 + days * DAY_MS)));
}

test('a hot lead that is heard of no more is noted as silent after two weeks, while nothing is learnt: once, and a sequence may start on it', async () => {
  await collector.ingest(ada.identify({ name: 'Ada' }), ada.track('demo_booked'));
  await tickAt(START + 14 * DAY_MS - 1);
  expect(await silences()).toEqual([]);
  expect((await leadOf('ada')).silentSince).toBeNull();
  await tickAt(START + 14 * DAY_MS + 5_000);
  expect(await silences()).toMatchObject([
    {
      trust: 'server',
      timestamp: iso(START + 14 * DAY_MS),
      properties: { silentSince: iso(START), usualGapHours: 14 * 24, segment: null },
    },
  ]);
  expect(await leadOf('ada')).toMatchObject({
    silentSince: iso(START + 14 * DAY_MS),
    // It is no sign of life.
    lastSeenAt: iso(START),
  });
  expect((await collector.owner('/v1/deliveries')).data).toMatchObject([
    { sequenceId: 'call', status: 'due' },
  ]);
  const { entries } = await collector.owner(`/v1/leads/${(await leadOf('ada')).id}/score`);
  expect(entries.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(['demo', 'silent']);
  await tickAt(START + 100 * DAY_MS);
  expect(await silences()).toHaveLength(1);
});

test('whoever is heard of is not silent, and may fall silent again', async () => {
  await collector.ingest(ada.identify({ name: 'Ada' }), ada.track('demo_booked'));
  collector.clock.now = START + 13 * DAY_MS;
  await collector.ingest(ada.view('/'));
  await tickAt(START + 15 * DAY_MS);
  expect(await silences()).toEqual([]);
  await tickAt(START + 27 * DAY_MS);
  expect(await silences()).toHaveLength(1);
  await collector.ingest(ada.track('demo_booked'));
  expect((await leadOf('ada')).silentSince).toBeNull();
  await tickAt(START + 41 * DAY_MS);
  expect(await silences()).toHaveLength(2);
});

test('nobody else is: not who was never hot, nor who has cooled before, nor an imported past', async () => {
  const [bob, cho] = [senderOf(collector, 'bob'), senderOf(collector, 'cho')];
  await collector.ingest(bob.identify({ name: 'Bob' }), bob.view('/'));
  await collector.ingest(
    cho.identify({ name: 'Cho' }, START - 90 * DAY_MS),
    cho.track('demo_booked', START - 90 * DAY_MS),
  );
  await collector.ingest(ada.identify({ name: 'Ada' }), ada.track('demo_booked'));
  collector.clock.now = START + 80 * DAY_MS;
  await collector.timers.tick();
  await collector.ingest(ada.view('/'));
  expect((await leadOf('ada')).temperature).toBe('warm');
  await tickAt(START + 200 * DAY_MS);
  expect([await silences('bob'), await silences('cho'), (await silences('ada')).length]).toEqual([[], [], 1]);
});

test('a replay neither notes it again nor notes what it missed', async () => {
  await collector.ingest(ada.identify({ name: 'Ada' }), ada.track('demo_booked'));
  await tickAt(START + 15 * DAY_MS);
  await collector.foldAnew();
  await tickAt(START + 20 * DAY_MS);
  expect(await silences()).toHaveLength(1);
  expect((await collector.owner('/v1/deliveries')).data).toHaveLength(1);
});

test('how long is too long is learnt: of everybody, then of its own segment, and never less than three days', async () => {
  await returning(MIN_GAPS, 5, { trade: false }, 'shopper');
  const [bob, cho] = [senderOf(collector, 'bob'), senderOf(collector, 'cho')];
  await collector.ingest(bob.identify({ trade: true }), bob.track('demo_booked'));
  await tickAt(START + 4.9 * DAY_MS);
  expect(await silences('bob')).toEqual([]);
  // A quartile is told by its bucket, up to 19 % too long.
  await tickAt(START + 5 * 1.19 * DAY_MS);
  expect(await silences('bob')).toMatchObject([{ properties: { segment: null } }]);

  await returning(MIN_GAPS, 20, { trade: true }, 'trader');
  const from = collector.clock.now;
  await collector.ingest(cho.identify({ trade: true }), cho.track('demo_booked'));
  await tickAt(from + 19.9 * DAY_MS);
  expect(await silences('cho')).toEqual([]);
  await tickAt(from + 20 * 1.19 * DAY_MS);
  expect(await silences('cho')).toMatchObject([{ properties: { segment: 'trade' } }]);
}, 30_000);

test('what a timer was set by may have changed as it rings: then it is set anew', async () => {
  await collector.ingest(ada.identify({ trade: true }), ada.track('demo_booked'));
  await returning(MIN_GAPS, 30, { trade: true }, 'trader');
  await tickAt(START + 15 * DAY_MS);
  expect(await silences()).toEqual([]);
  await tickAt(START + 30 * 1.19 * DAY_MS);
  expect(await silences()).toHaveLength(1);
}, 30_000);

test('the quartile: three in four gaps are no longer, and with too few there is none', () => {
  const counts = (...gaps: [hours: number, count: number][]) =>
    new Map(gaps.map(([hours, count]) => [gapBucket(hours * HOUR_MS), count]));
  expect(usualGapMs(counts([1, MIN_GAPS - 1]))).toBeNull();
  expect(usualGapMs(counts([1, 75], [100, 25]))).toBe(HOUR_MS);
  expect(usualGapMs(counts([1, 74], [64, 26]))).toBe(64 * HOUR_MS);
  // Between two ends of buckets, the longer.
  expect(usualGapMs(counts([70, 100]))).toBeCloseTo(64 * 2 ** 0.25 * HOUR_MS, 3);
  expect(usualGapMs(counts([0.001, 100]))).toBe(HOUR_MS);
});
