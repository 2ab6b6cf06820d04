/** Sequences that are edited while leads are in them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, mail, openShop, type Shop } from '../../support/shop.ts';

let shop: Shop;
afterEach(() => shop.close());

const course = (changes: object = {}) => ({
  id: 'course',
  start: { touchpoint: 'start' },
  goal: { touchpoint: 'purchase' },
  holdout: 0,
  steps: [mail('one'), mail('two', { after: '1d' })],
  ...changes,
});
async function begin(changes: object = {}, options: object = {}): Promise<void> {
  shop = await openShop({ sequences: [course(changes)] }, options);
  await shop.signsUp();
  await shop.does('start');
  await shop.passes(0);
}
const publish = (sequences: object[], changes: object = {}) =>
  shop.collector.publish(shop.site({ sequences, ...changes }));

test('who is in it finishes the version they began; who comes later goes by the new one', async () => {
  await begin();
  await publish([
    course({ goal: { touchpoint: 'never' }, steps: [mail('three'), mail('four', { after: '2d' })] }),
  ]);
  await shop.signsUp({ email: 'bob@example.com' }, { anonymousId: 'bob', userId: 'bob' });
  await shop.does('start', {}, { anonymousId: 'bob' });
  await shop.passesBy(HOUR_MS, 3 * DAY_MS);
  const sentTo = (address: string) =>
    shop.sink.mails.filter(({ recipients }) => recipients.includes(address)).map(({ subject }) => subject);
  expect(sentTo('ada@example.com')).toEqual(['one', 'two']);
  expect(sentTo('bob@example.com')).toEqual(['three', 'four']);
  expect(shop.runs()).toMatchObject([
    { version: 1, status: 'completed' },
    { version: 2, status: 'completed' },
  ]);
});

test('its old goal still ends a run, and the new one does not', async () => {
  await begin();
  await publish([course({ goal: { touchpoint: 'demo' } })]);
  await shop.does('demo');
  expect(shop.runs()).toMatchObject([{ status: 'active' }]);
  await shop.does('purchase');
  expect(shop.runs()).toMatchObject([{ status: 'goal_met' }]);
});

test('over a restart, too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'handrail-editing-'));
  try {
    const databasePath = join(folder, 'handrail.sqlite');
    await begin({}, { databasePath });
    await publish([course({ steps: [mail('three')] })]);
    const { now } = shop.collector.clock;
    await shop.close();
    shop = await openShop({}, { databasePath, now });
    await shop.passes(DAY_MS);
    expect(shop.subjects()).toEqual(['two']);
    expect(shop.runs()).toMatchObject([{ version: 1, status: 'completed' }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('texts are those of today: a mistake that is mended is mended for all', async () => {
  await begin();
  const texts = ['one', 'two'].map((id) => [id, { subject: `${id}, mended`, text: id }]);
  await publish([course({ steps: [mail('one')] })], { templates: Object.fromEntries(texts) });
  await shop.passes(DAY_MS);
  expect(shop.subjects()).toEqual(['one', 'two, mended']);
});

test('a text that is gone while a run still needs it: said so, and the others are sent', async () => {
  await begin({ steps: [mail('one'), mail('two', { after: '1d' }), mail('three', { after: '2d' })] });
  const texts = ['one', 'three'].map((id) => [id, { subject: id, text: id }]);
  await publish([course({ steps: [mail('one')] })], { templates: Object.fromEntries(texts) });
  await shop.passes(DAY_MS);
  await shop.passes(DAY_MS);
  expect(shop.subjects()).toEqual(['one', 'three']);
  expect((await shop.deliveries())[1]).toMatch(/^1 failed /);
});

test('taken out of the site, it ends all its runs, and says so', async () => {
  await begin({ steps: [mail('one'), mail('two', { after: '1d' })] });
  await shop.does('start', {}, { anonymousId: 'bob' });
  await publish([course({ id: 'other' })]);
  await shop.passes(DAY_MS);
  expect(shop.subjects()).toEqual(['one']);
  expect(shop.runs().slice(0, 2)).toMatchObject([
    { status: 'exited', reason: 'removed' },
    { status: 'exited', reason: 'removed' },
  ]);
});

test('so does one that waits', async () => {
  await begin({ steps: [{ waitFor: { touchpoint: 'never' }, within: '1d', else: [mail('one')] }] });
  await publish([]);
  await shop.passes(DAY_MS);
  expect(shop.subjects()).toEqual([]);
  expect(shop.runs()).toMatchObject([{ status: 'exited', reason: 'removed' }]);
});

test('a start that comes again while it waits is counted anew by the steps it began with', async () => {
  const start = { touchpoint: 'start', unless: { touchpoint: 'purchase', within: '1h' } };
  await begin({ start, steps: [mail('one', { after: '1h' })] });
  await publish([course({ start, steps: [{ tag: { add: 'new' } }] })]);
  shop.sleeps(HOUR_MS / 2);
  await shop.does('start');
  await shop.passes(HOUR_MS / 2);
  expect(shop.subjects()).toEqual([]);
  await shop.passes(HOUR_MS / 2);
  expect(shop.subjects()).toEqual(['one']);
  expect(shop.runs()).toMatchObject([{ version: 1, status: 'completed' }]);
});

test('an endpoint that is gone while a run still needs it: said so, and the run goes on', async () => {
  const secret = `whsec_${'a'.repeat(32)}`;
  const hook = { after: '1h', send: { channel: 'webhook', endpoint: 'crm' } };
  shop = await openShop({
    endpoints: { crm: { url: 'https://crm.example/', secret } },
    sequences: [course({ steps: [hook, mail('one', { after: '2h' })] })],
  });
  await shop.signsUp();
  await shop.does('start');
  await publish([course({ steps: [mail('one')] })], { endpoints: {} });
  await shop.passes(HOUR_MS);
  await shop.passes(HOUR_MS);
  expect((await shop.deliveries())[0]).toMatch(/^0 failed /);
  expect(shop.subjects()).toEqual(['one']);
});

test('what only the old version looks back to is not forgotten by publishing', async () => {
  const twice = { touchpoint: 'visit', count: { gte: 2 } };
  await begin({ goal: twice });
  await shop.does('visit');
  await publish([course({ goal: { touchpoint: 'purchase' } })]);
  await shop.does('visit');
  expect(shop.runs()).toMatchObject([{ status: 'goal_met' }]);
});

test('two that turn out to be one person, in runs of different versions: one goes on, and nothing comes twice', async () => {
  const steps = [mail('one'), mail('two', { after: '1d' }), mail('three', { after: '2d' })];
  await begin({ steps });
  await publish([course({ steps, priority: 1 })]);
  await shop.does('start', {}, { anonymousId: 'phone' });
  expect(shop.runs().map(({ version }) => version)).toEqual([1, 2]);
  await shop.signsUp({}, { anonymousId: 'phone' });
  await shop.passesBy(HOUR_MS, 3 * DAY_MS);
  expect(shop.subjects()).toEqual(['one', 'two', 'three']);
  expect(shop.runs()).toMatchObject([
    { version: 1, status: 'completed' },
    { version: 2, status: 'exited', reason: 'merged' },
  ]);
});
