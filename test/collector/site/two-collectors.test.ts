/** Two collectors on one file, as for the moment in which one takes over from the other. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compiledSites } from '../../../collector/src/compiled-sites.ts';
import { ownNote } from '../../../collector/src/leads/own-notes.ts';
import { StoreUnavailable } from '../../../collector/src/store/store.ts';
import { START, startCollector, type TestCollector } from '../../support/collector.ts';

const siteWith = (points: number, name = 'Shop') => ({
  name,
  scoring: { rules: [{ id: 'ping', when: { touchpoint: 'ping' }, points }] },
  stages: [{ id: 'new' }],
});
const ping = (anonymousId: string) => ({ type: 'track', event: 'ping', anonymousId });

let one: TestCollector;
let other: TestCollector;
beforeEach(async () => {
  one = await startCollector({ site: siteWith(1) });
  other = await startCollector({ site: siteWith(1), databasePath: one.databasePath });
  await one.ingest(ping('a'));
  await other.ingest(ping('b'));
});
afterEach(async () => {
  await other.close();
  await one.close();
});

const scores = async ({ owner }: TestCollector): Promise<number[]> =>
  (await owner('/v1/leads')).data.map(({ score }: { score: number }) => score);

test('what one makes live, the other goes by with the next request', async () => {
  await one.publish(siteWith(4));
  await other.ingest(ping('c'), ping('a'));
  expect(await scores(other)).toEqual([8, 4, 4]);
  await one.publish(siteWith(4, 'A new name'));
  await other.ingest(ping('d'));
  expect(await scores(one)).toEqual([8, 4, 4, 4]);
  const { entries } = await other.owner(`/v1/leads/${(await other.owner('/v1/leads')).data[0].id}/score`);
  expect(entries.map(({ points }: { points: number }) => points)).toEqual([4, 4]);
});

test('what was on its way as the other swapped is not folded under rules of the past, and nothing of it is stored', async () => {
  const advance = await compiledSites(other.store)(1);
  await one.publish(siteWith(4));
  const touchpoint = ownNote('ping', {}, 'late', START, START);
  const [{ id }] = (await one.owner('/v1/leads')).data;
  await expect(other.store.record(1, id, touchpoint, advance)).rejects.toThrow(StoreUnavailable);
  expect((await one.owner(`/v1/leads/${id}/touchpoints`)).data).toHaveLength(1);
});

test('a replay that the other has finished is left alone, however long ago it was begun', async () => {
  await one.store.sites.publish(
    1,
    JSON.parse(JSON.stringify(siteWith(4))),
    { by: null, via: 'api' },
    null,
    START,
  );
  const next = await compiledSites(other.store).next(1);
  if (!next) throw new Error('no version to fold under');
  await other.store.replays.step(next.site, 1, START);
  await one.publish(siteWith(5));
  expect(await other.store.replays.step(next.site, 100, START)).toEqual({ leads: 0, isDone: true });
  expect(await other.store.replays.goLive(next.site, false, START)).toBe(true);
  expect(await other.owner('/v1/site')).toMatchObject({ version: 3, liveVersion: 3 });
  expect(await scores(other)).toEqual([5, 5]);
});
