/** What an owner does with sequences by hand: lets a lead begin one, and moves runs over to how it is now. */
import { afterEach, describe, expect, test } from 'vitest';
import { SECRET_KEY } from '../../support/collector.ts';
import { DAY_MS, HOUR_MS, mail, openShop, type Shop } from '../../support/shop.ts';

let shop: Shop;
afterEach(() => shop.close());

async function post(path: string, body: object = {}): Promise<[number, Record<string, unknown>]> {
  const response = await shop.collector.request(`/v1/sequences/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return [response.status, await response.json()];
}
const course = (changes: object = {}) => ({
  id: 'course',
  start: { api: true },
  holdout: 0,
  steps: [mail('one'), mail('two', { after: '1d' })],
  ...changes,
});

describe('enrolling', () => {
  test('a lead begins by its id, its user id or its address in any spelling, and by nothing else', async () => {
    shop = await openShop({ sequences: [course({ reentry: '0s' })] });
    await shop.signsUp();
    await shop.does('api');
    expect(shop.runs()).toEqual([]);
    const { id: leadId } = await shop.lead();
    for (const who of [{ leadId }, { userId: 'ada' }, { email: ' ADA@example.com ' }]) {
      expect(await post('course/enrollments', who)).toEqual([201, { sequenceId: 'course', leadId }]);
      await shop.passes(0);
      await shop.passes(DAY_MS);
    }
    expect(shop.subjects()).toEqual(['one', 'two', 'one', 'two', 'one', 'two']);
  });

  test('says why not: in it already, too soon, nobody enters, no such lead or sequence', async () => {
    shop = await openShop({ sequences: [course(), course({ id: 'resting', paused: true })] });
    await shop.signsUp();
    const ada = { userId: 'ada' };
    expect((await post('course/enrollments', ada))[0]).toBe(201);
    expect(await post('course/enrollments', ada)).toMatchObject([409, { code: 'active' }]);
    await shop.passes(0);
    await shop.passes(DAY_MS);
    expect(await post('course/enrollments', ada)).toMatchObject([409, { code: 'too_soon' }]);
    expect(await post('resting/enrollments', ada)).toMatchObject([409, { code: 'paused' }]);
    expect(await post('course/enrollments', { userId: 'bob' })).toMatchObject([404, { code: 'not_found' }]);
    expect(await post('nothing/enrollments', ada)).toMatchObject([404, { code: 'not_found' }]);
    expect(await post('course/enrollments', { userId: 'ada', email: 'x' })).toMatchObject([400, {}]);
    expect(shop.runs()).toHaveLength(1);
    shop.sleeps(7 * DAY_MS);
    expect((await post('course/enrollments', ada))[0]).toBe(201);
  });

  test('who is enrolled by hand is asked the same questions before a send', async () => {
    shop = await openShop({ sequences: [course()] });
    await shop.signsUp({}, { context: { consent: { categoryPreferences: { marketing: false } } } });
    expect((await post('course/enrollments', { userId: 'ada' }))[0]).toBe(201);
    await shop.passes(0);
    expect(shop.subjects()).toEqual([]);
    expect((await shop.deliveries())[0]).toBe('0 skipped no_consent');
  });
});

describe('moving', () => {
  test('runs under way go on by the sequence as it is now, from the step where they are; nothing is sent again', async () => {
    const named = (after: string) => [
      mail('one', { id: 'hello' }),
      mail('two', { id: 'tips', after }),
      mail('three', { id: 'bye', after: '9d' }),
    ];
    shop = await openShop({ sequences: [course({ steps: named('5d') })] });
    await shop.signsUp();
    await post('course/enrollments', { userId: 'ada' });
    await shop.passes(0);
    await shop.collector.publish(
      shop.site({ sequences: [course({ steps: [mail('four', { id: 'new' }), ...named('2d')] })] }),
    );
    expect(await post('course/move')).toEqual([200, { moved: 1, kept: 0 }]);
    expect(await post('course/move')).toEqual([200, { moved: 0, kept: 0 }]);
    await shop.passes(2 * DAY_MS);
    expect(shop.subjects()).toEqual(['one', 'two']);
    await shop.passesBy(DAY_MS, 10 * DAY_MS);
    expect(shop.subjects()).toEqual(['one', 'two', 'three']);
    expect(shop.runs()).toMatchObject([
      { version: 1, status: 'exited', reason: 'moved_away' },
      { version: 2, status: 'completed', reason: null },
    ]);
    expect(await post('nothing/move')).toMatchObject([404, { code: 'not_found' }]);
  });

  test('a run stays where its step is no more, or where what it has had would come again', async () => {
    const [one, two] = [mail('one', { id: 'hello' }), mail('two', { id: 'tips', after: '2d' })];
    shop = await openShop({
      sequences: [course({ steps: [one, two] }), course({ id: 'other', steps: [one, two] })],
    });
    await shop.signsUp();
    for (const id of ['course', 'other']) await post(`${id}/enrollments`, { userId: 'ada' });
    await shop.passes(HOUR_MS);
    await shop.collector.publish(
      shop.site({
        sequences: [course({ steps: [one] }), course({ id: 'other', steps: [two, { ...one, after: '3d' }] })],
      }),
    );
    expect(await post('course/move')).toEqual([200, { moved: 0, kept: 1 }]);
    expect(await post('other/move')).toEqual([200, { moved: 0, kept: 1 }]);
    await shop.passesBy(DAY_MS, 5 * DAY_MS);
    expect(shop.subjects().sort()).toEqual(['one', 'one', 'two', 'two']);
    expect(shop.runs().map(({ status }) => status)).toEqual(['completed', 'completed']);
  });
});
