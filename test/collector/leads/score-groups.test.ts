import { afterEach, expect, test } from 'vitest';
import { startCollector, type TestCollector } from '../../support/collector.ts';
import { DAY_MS, senderOf } from './messages.ts';

let collector: TestCollector;
afterEach(() => collector.close());

const rule = (id: string, points: number) => ({ id, when: { touchpoint: id }, points, group: 'content' });
const siteWith = (group: object) => ({
  name: 'Test',
  scoring: {
    rules: [
      rule('blog', 10),
      rule('video', 15),
      rule('refund', -20),
      { id: 'demo', when: { touchpoint: 'demo' }, points: 40 },
    ],
    groups: [{ id: 'content', cap: 30, ...group }],
  },
});
const lead = async () => (await collector.owner('/v1/leads')).data[0];
const ledger = async () => collector.owner(`/v1/leads/${(await lead()).id}/score`);
const points = async (): Promise<[string, number][]> =>
  (await ledger()).entries.map((entry: { ruleId: string; points: number }) => [entry.ruleId, entry.points]);

test('gives no more than its cap, and the ledger shows what was cut and by what', async () => {
  collector = await startCollector({ site: siteWith({}) });
  const ada = senderOf(collector);
  await collector.ingest(
    ada.track('blog'),
    ada.track('video'),
    ada.track('blog'),
    ada.track('blog'),
    ada.track('demo'),
  );
  expect((await lead()).score).toBe(70);
  const { entries, score } = await ledger();
  expect(score).toBeCloseTo(70, 9);
  expect(
    entries.map(({ ruleId, points: given, capped }: Record<string, unknown>) => [ruleId, given, capped]),
  ).toEqual([
    ['blog', 10, null],
    ['video', 15, null],
    ['blog', 5, { groupId: 'content', rulePoints: 10 }],
    ['demo', 40, null],
  ]);
});

test('has room again as its points decay, and where points below 0 made some', async () => {
  collector = await startCollector({ site: siteWith({}) });
  const ada = senderOf(collector);
  await collector.ingest(ada.track('video'), ada.track('video'));
  collector.clock.now += 30 * DAY_MS;
  await collector.ingest(ada.track('blog'), ada.track('video'));
  expect((await lead()).score).toBeCloseTo(30, 6);
  await collector.ingest(ada.track('refund'), ada.track('video'));
  expect((await lead()).score).toBeCloseTo(25, 6);
});

test('with a period lets in the cap anew once the period is over, and not before', async () => {
  collector = await startCollector({ site: siteWith({ per: '1d' }) });
  const ada = senderOf(collector);
  await collector.ingest(...Array.from({ length: 5 }, () => ada.track('video')));
  expect(await points()).toEqual([
    ['video', 15],
    ['video', 15],
  ]);
  collector.clock.now += DAY_MS - 1;
  await collector.ingest(ada.track('blog'));
  expect(await points()).toHaveLength(2);
  collector.clock.now += 1;
  await collector.ingest(ada.track('blog'), ada.track('blog'), ada.track('video'));
  expect((await points()).slice(2).sort()).toEqual([
    ['blog', 10],
    ['blog', 10],
    ['video', 10],
  ]);
});

test('Q37 back-dated and dense touchpoints do not get past a cap', async () => {
  collector = await startCollector({ site: siteWith({ per: '1d' }) });
  const ada = senderOf(collector);
  await collector.ingest(
    ...Array.from({ length: 400 }, (_, index) =>
      ada.track('blog', collector.clock.now - (index % 20) * 1_000),
    ),
  );
  expect((await lead()).score).toBeLessThan(30.000001);
});
