import { afterEach, beforeEach, expect, test } from 'vitest';
import { START, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';
import { readDatabase } from '../../support/database.ts';

const DAY_MS = 86_400_000;
const TABLES_OF_PEOPLE = ['leads', 'visitors', 'touchpoints', 'lead_identifiers', 'rejected_messages'];

let collector: TestCollector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(() => collector.close());

const view = (path: string, more: object = {}) => ({
  type: 'page',
  context: { page: { path }, cookieless: true },
  ...more,
});

/** As a browser would, over a connection of its own. */
async function send(userAgent: string, ...batch: object[]) {
  const url = await collector.listen();
  const response = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { 'user-agent': userAgent },
    body: JSON.stringify({ writeKey: WRITE_KEY, batch }),
  });
  return response.json();
}

const rowsIn = (table: string) =>
  readDatabase(collector.databasePath, (db) => db.prepare(`SELECT * FROM ${table}`).all());

test('views and visitors are counted by day and path, and belong to nobody', async () => {
  const answer = await send('Firefox', view('/'), view('/pricing'), {
    type: 'track',
    event: 'demo_booked',
    context: { page: { path: '/pricing' }, cookieless: true },
  });
  await send('Firefox', view('/'));
  await send('Chromium', view('/'));

  expect(answer).toMatchObject({ accepted: 3, duplicates: 0, rejected: [] });
  expect(await collector.owner('/v1/cookieless')).toEqual({
    data: [
      {
        day: '2026-11-21',
        visitors: 2,
        views: 4,
        touchpoints: 5,
        paths: [
          { path: '/', views: 3 },
          { path: '/pricing', views: 1 },
        ],
      },
    ],
    next: null,
  });
  for (const table of TABLES_OF_PEOPLE) expect(rowsIn(table), table).toEqual([]);
});

test('ids that come along with a refusal are not looked at', async () => {
  await collector.ingest({ type: 'page', anonymousId: 'known', context: { page: { path: '/' } } });
  await collector.ingest(view('/secret', { anonymousId: 'known', userId: 'zoe' }), {
    type: 'identify',
    userId: 'zoe',
    traits: { email: 'zoe@example.com' },
    context: { cookieless: true },
  });
  const { data: leads } = await collector.owner('/v1/leads');
  expect(leads).toMatchObject([{ userId: null, touchpointCount: 1 }]);
  expect(JSON.stringify(TABLES_OF_PEOPLE.map(rowsIn))).not.toMatch(/secret|zoe/);
});

test('the next day the same visitor is a new one, and nothing is left that could tell', async () => {
  await send('Firefox', view('/'));
  const [salt, visitor] = [rowsIn('cookieless_salts'), rowsIn('cookieless_visitors')];
  collector.clock.now = START + DAY_MS;
  await send('Firefox', view('/'));

  expect(rowsIn('cookieless_salts')).toHaveLength(1);
  expect(rowsIn('cookieless_salts')).not.toEqual(salt);
  expect(rowsIn('cookieless_visitors')).toHaveLength(1);
  expect(rowsIn('cookieless_visitors')).not.toEqual(visitor);
  const { data } = await collector.owner('/v1/cookieless');
  expect(data.map(({ day, visitors }: { day: string; visitors: number }) => [day, visitors])).toEqual([
    ['2026-11-22', 1],
    ['2026-11-21', 1],
  ]);
});

test('also on a site where nobody comes any more, the salt does not outlive its day', async () => {
  await send('Firefox', view('/'));
  await collector.store.cookieless.forgetPastDays(START);
  expect(rowsIn('cookieless_salts')).toHaveLength(1);
  await collector.store.cookieless.forgetPastDays(START + DAY_MS);
  expect(rowsIn('cookieless_salts')).toEqual([]);
  expect(rowsIn('cookieless_visitors')).toEqual([]);
});

test('neither address nor browser is stored, and a path is scrubbed', async () => {
  await send('Very Particular Browser', view('/u/ada@example.com'));
  const stored = readDatabase(collector.databasePath, (db) => db.serialize()).toString('latin1');
  expect(stored).not.toMatch(/Very Particular|127\.0\.0\.1|ada@/);
});

test('asks for days, and only for days', async () => {
  await send('Firefox', view('/'));
  expect((await collector.owner('/v1/cookieless?from=2026-11-22&to=2026-11-30')).data).toEqual([]);
  expect((await collector.owner('/v1/cookieless?to=2026-11-21')).data).toHaveLength(1);
  const answer = await collector.request('/v1/cookieless?from=yesterday', {
    headers: { authorization: 'Bearer sk_test_0123456789ab' },
  });
  expect(answer.status).toBe(400);
});

test('Q25 a withdrawal stands on the lead, and does away with nothing else', async () => {
  await collector.ingest({
    type: 'page',
    anonymousId: 'a1',
    context: { page: { path: '/' }, consent: { categoryPreferences: { analytics: true, marketing: true } } },
  });
  await collector.ingest({
    type: 'track',
    event: 'consent_updated',
    anonymousId: 'a1',
    context: { consent: { categoryPreferences: { analytics: false, marketing: false } } },
  });
  expect((await collector.owner('/v1/leads')).data).toMatchObject([
    { consent: { analytics: 'denied', marketing: 'denied' }, touchpointCount: 2 },
  ]);
});
