/** Pauses, downtimes and quiet nights: what comes late comes once, in its distance, or not at all. */
import { afterEach, describe, expect, test } from 'vitest';
import { START } from '../../support/collector.ts';
import { DAY_MS, HOUR_MS, mail, openShop, type Shop } from '../../support/shop.ts';

let shop: Shop;
afterEach(() => shop.close());

const drip = (changes: object = {}) => ({
  id: 'drip',
  start: { touchpoint: 'start' },
  holdout: 0,
  steps: ['one', 'two', 'three', 'four'].map((text, day) => mail(text, { after: `${day}d` })),
  ...changes,
});
async function begin(sequence: object, changes: object = {}, now = START): Promise<void> {
  shop = await openShop({ sequences: [sequence], ...changes }, { now });
  await shop.signsUp();
  await shop.does('start');
  await shop.passes(0);
}
const times = async () => {
  const { data } = await shop.collector.owner('/v1/deliveries?status=sent');
  return data.map(({ sentAt }: { sentAt: string }) => sentAt.slice(5, 16)).reverse();
};

describe('a pause', () => {
  const pause = (paused: boolean) => shop.collector.publish(shop.site({ sequences: [drip({ paused })] }));

  test('nothing is sent and nobody enters; afterwards what is too late is skipped, and the rest keeps its distance', async () => {
    await begin(drip());
    expect(shop.subjects()).toEqual(['one']);
    await pause(true);
    await shop.does('start', {}, { anonymousId: 'bob' });
    await shop.passesBy(HOUR_MS, 2 * DAY_MS + 12 * HOUR_MS);
    expect(shop.subjects()).toEqual(['one']);
    expect(shop.runs()).toHaveLength(1);
    await pause(false);
    await shop.passesBy(HOUR_MS, 3 * DAY_MS);
    expect(await shop.deliveries()).toEqual(['0 sent', '1 skipped expired', '2 sent', '3 sent']);
    expect(await times()).toEqual(['11-21T12:00', '11-24T01:00', '11-25T01:00']);
  });

  test('who reaches the goal meanwhile gets nothing afterwards', async () => {
    await begin(drip({ goal: { touchpoint: 'purchase' } }));
    await shop.collector.publish(
      shop.site({ sequences: [drip({ goal: { touchpoint: 'purchase' }, paused: true })] }),
    );
    await shop.passesBy(HOUR_MS, DAY_MS + HOUR_MS);
    await shop.does('purchase');
    expect(shop.runs()).toMatchObject([{ status: 'goal_met' }]);
    expect(await shop.deliveries()).toEqual(['0 sent', '1 skipped goal_met']);
  });

  test('what is waited for may come meanwhile; marks wait for its end', async () => {
    const steps = [{ waitFor: { touchpoint: 'set_up' }, within: '1d', steps: [{ tag: { add: 'set-up' } }] }];
    await begin(drip({ steps }));
    await shop.collector.publish(shop.site({ sequences: [drip({ steps, paused: true })] }));
    await shop.passes(HOUR_MS);
    await shop.does('set_up');
    await shop.passesBy(HOUR_MS, 3 * HOUR_MS);
    expect((await shop.lead()).tags).toEqual([]);
    await shop.collector.publish(shop.site({ sequences: [drip({ steps })] }));
    await shop.passes(HOUR_MS);
    expect(shop.runs()).toMatchObject([
      { status: 'completed', steps: ['0 waited', '0.came.0 tagged set-up'] },
    ]);
  });
});

test('after three days in which nobody was there, one message comes and not three', async () => {
  await begin(drip());
  shop.sleeps(3 * DAY_MS - HOUR_MS);
  await shop.passes(0);
  expect(shop.subjects()).toEqual(['one', 'three']);
  expect(await shop.deliveries()).toEqual(['0 sent', '1 skipped expired', '2 sent', '3 due']);
  await shop.passesBy(HOUR_MS, 2 * DAY_MS);
  expect(await times()).toEqual(['11-21T12:00', '11-24T11:00', '11-25T11:00']);
});

test('after a quiet night the steps keep their distance', async () => {
  const steps = [mail('one'), mail('two', { after: '2h' }), mail('three', { after: '4h' })];
  const quiet = { contactBudget: { messages: { perWeek: 50 }, quietHours: ['21:00', '08:00'] } };
  await begin(drip({ steps }), quiet, Date.parse('2026-11-21T20:30:00Z'));
  await shop.passesBy(HOUR_MS / 2, DAY_MS);
  expect(await times()).toEqual(['11-21T20:30', '11-22T08:00', '11-22T10:00']);
});
