/** What begins a sequence, begins it again, and ends it. */
import { afterEach, describe, expect, test } from 'vitest';
import { START } from '../../support/collector.ts';
import { DAY_MS, HOUR_MS, mail, openShop, type Shop } from '../../support/shop.ts';

let shop: Shop;
afterEach(() => shop.close());

const tag = { tag: { add: 'begun' } };
const course = (start: object, changes: object = {}) => ({
  id: 'course',
  start,
  holdout: 0,
  steps: [tag],
  ...changes,
});
const statuses = () => shop.runs().map(({ status }) => status);

const POLL = {
  id: 'nps',
  type: 'survey',
  on: { code: true },
  questions: [{ id: 'score', type: 'nps', text: 'Would you recommend us?' }],
};
const SITE = {
  scoring: {
    halfLifeDays: 7,
    thresholds: { warm: 20, hot: 50 },
    rules: [{ id: 'demo', when: { touchpoint: 'demo' }, points: 60 }],
  },
  stages: [{ id: 'awareness' }, { id: 'decision', when: { touchpoint: 'demo' } }],
  flags: [{ id: 'keen', when: { touchpoint: 'demo' } }],
  segments: [
    { id: 'demos', when: { touchpoint: 'demo' } },
    { id: 'away', when: { all: [{ touchpoint: 'demo' }, { not: { touchpoint: 'demo', within: '7d' } }] } },
  ],
  prompts: [POLL],
};
const demo = () => shop.does('demo');
const answers = (value: number) => () =>
  shop.does('prompt_answered', { promptId: 'nps', questionId: 'score', questionType: 'nps', value });

describe('a sequence begins', () => {
  test.each([
    ['on getting hot', { temperature: 'hot' }, demo],
    ['on reaching a stage', { stage: 'decision' }, demo],
    ['on a flag', { flag: 'keen' }, demo],
    ['on coming into a segment by a touchpoint', { segment: 'demos' }, demo],
    ['on a bad answer', { answer: { prompt: 'nps', lte: 6 } }, answers(3)],
  ])('%s, once', async (_, start, happen) => {
    shop = await openShop({ ...SITE, sequences: [course(start)] });
    await shop.signsUp();
    await shop.does('page_view');
    await answers(9)();
    await shop.passes(0);
    expect(shop.runs()).toEqual([]);
    await happen();
    await shop.passes(0);
    await shop.does('page_view');
    await shop.passes(HOUR_MS);
    expect(shop.runs()).toMatchObject([{ status: 'completed', steps: ['0 tagged begun'] }]);
  });

  test.each([
    ['on coming into a segment', { segment: 'away' }, 7],
    // 60 points halve in a week: 20 are left after log2(3) weeks, 11.1 days.
    ['on getting cold', { temperature: 'cold' }, 11],
  ])('%s by time alone, without a touchpoint', async (_, start, days) => {
    shop = await openShop({ ...SITE, sequences: [course(start)] });
    await demo();
    await shop.passesBy(DAY_MS, days * DAY_MS);
    expect(shop.runs()).toEqual([]);
    await shop.passesBy(DAY_MS, DAY_MS);
    expect(shop.runs()).toMatchObject([{ status: 'completed' }]);
    await shop.passesBy(DAY_MS, 10 * DAY_MS);
    expect(shop.runs()).toHaveLength(1);
  });
});

describe('a date of the lead’s', () => {
  /** @returns the days at which a run began, in London */
  async function begins(date: object, traits: object, days: number, from = START): Promise<string[]> {
    shop = await openShop(
      { sequences: [course({ date }, { reentry: '0s', steps: [mail('one')] })] },
      { now: from },
    );
    await shop.signsUp(traits);
    await shop.passes(0);
    await shop.passesBy(DAY_MS, days * DAY_MS);
    const { data } = await shop.collector.owner('/v1/deliveries');
    return data.map(({ dueAt }: { dueAt: string }) => dueAt).reverse();
  }

  test.each([
    [
      'before it',
      { trait: 'renewsAt', before: '14d' },
      { renewsAt: '2026-12-15' },
      ['2026-12-01T00:00:00.000Z'],
    ],
    [
      'after it',
      { trait: 'boughtAt', after: '3d' },
      { boughtAt: '2026-11-20' },
      ['2026-11-23T00:00:00.000Z'],
    ],
    [
      'a time with its zone',
      { trait: 'at' },
      { at: '2026-11-25T10:00:00+02:00' },
      ['2026-11-25T08:00:00.000Z'],
    ],
    ['what is no date', { trait: 'renewsAt' }, { renewsAt: 'soon' }, []],
    [
      'told within a day of it',
      { trait: 'at' },
      { at: '2026-11-20T18:00:00Z' },
      ['2026-11-20T18:00:00.000Z'],
    ],
    ['told too late', { trait: 'at' }, { at: '2026-11-20T11:00:00Z' }, []],
  ])('%s', async (_, date, traits, expected) => {
    expect(await begins(date, traits, 30)).toEqual(expected);
  });

  test('each year, though the day is there only every fourth', async () => {
    const traits = { birthday: '2024-02-29' };
    const before = Date.parse('2027-02-25T12:00:00Z');
    expect(await begins({ trait: 'birthday', yearly: true }, traits, 5, before)).toEqual([
      '2027-02-28T00:00:00.000Z',
    ]);
    shop.sleeps(Date.parse('2028-02-25T12:00:00Z') - shop.collector.clock.now);
    await shop.passes(0);
    await shop.passesBy(DAY_MS, 5 * DAY_MS);
    const { data } = await shop.collector.owner('/v1/deliveries');
    expect(data[0]).toMatchObject({ dueAt: '2028-02-29T00:00:00.000Z', status: 'sent' });
    expect(data).toHaveLength(2);
  });

  test('told again and again, it begins once; moved, it begins at the new day', async () => {
    expect(await begins({ trait: 'renewsAt' }, { renewsAt: '2026-11-22' }, 1)).toHaveLength(1);
    await shop.signsUp({ renewsAt: '2026-11-22' });
    await shop.signsUp({ renewsAt: '2026-11-30' });
    await shop.signsUp({ renewsAt: '2026-12-02' });
    await shop.passesBy(DAY_MS, 20 * DAY_MS);
    const { data } = await shop.collector.owner('/v1/deliveries');
    expect(data.map(({ dueAt }: { dueAt: string }) => dueAt)).toEqual([
      '2026-12-02T00:00:00.000Z',
      '2026-11-22T00:00:00.000Z',
    ]);
  });

  test('a sequence that begins by a date is published: those whose date was told before are in it, too', async () => {
    shop = await openShop({});
    await shop.signsUp({ renewsAt: '2026-12-01' });
    await shop.collector.publish(shop.site({ sequences: [course({ date: { trait: 'renewsAt' } })] }));
    await shop.passesBy(DAY_MS, 12 * DAY_MS);
    expect(shop.runs()).toMatchObject([{ status: 'completed', steps: ['0 tagged begun'] }]);
  });
});

describe('it does not begin', () => {
  const cart = course(
    { touchpoint: 'add_to_cart', unless: { touchpoint: 'purchase', within: '1h' } },
    { goal: { touchpoint: 'purchase' }, steps: [mail('one', { after: '1h' })] },
  );

  test('by what is told only after its goal was: the shop’s server was quicker than the browser', async () => {
    shop = await openShop({ sequences: [cart] });
    await shop.signsUp();
    shop.sleeps(HOUR_MS / 2);
    await shop.does('purchase');
    await shop.does('add_to_cart', {}, { timestamp: new Date(START).toISOString() });
    expect(shop.runs()).toEqual([]);
    await shop.does('add_to_cart');
    expect(statuses()).toEqual(['active']);
  });

  test.each([['goal'], ['exit']])('where the lead is as its %s asks already', async (end) => {
    shop = await openShop({
      ...SITE,
      sequences: [course({ touchpoint: 'start' }, { [end]: { flag: 'keen' } })],
    });
    await demo();
    await shop.does('start');
    await shop.does('start', {}, { anonymousId: 'bob' });
    await shop.passes(0);
    expect(shop.runs()).toHaveLength(1);
  });

  test('and an earlier start that is told later does not bring its first step forward', async () => {
    shop = await openShop({ sequences: [cart] });
    await shop.signsUp();
    shop.sleeps(HOUR_MS / 2);
    await shop.does('add_to_cart');
    await shop.does('add_to_cart', {}, { timestamp: new Date(START).toISOString() });
    await shop.passes(HOUR_MS - 1);
    expect(shop.subjects()).toEqual([]);
    await shop.passes(1);
    expect(shop.subjects()).toEqual(['one']);
  });
});

describe('it begins again', () => {
  const begin = async (changes: object) => {
    shop = await openShop({
      sequences: [course({ touchpoint: 'start' }, { goal: { touchpoint: 'purchase' }, ...changes })],
    });
    await shop.does('start');
    await shop.passes(0);
  };

  test('after its time, not before', async () => {
    await begin({ reentry: '2d' });
    shop.sleeps(2 * DAY_MS - 1);
    await shop.does('start');
    expect(statuses()).toEqual(['completed']);
    shop.sleeps(1);
    await shop.does('start');
    expect(statuses()).toEqual(['completed', 'active']);
  });

  test('at once where its goal was met, be it after the last step', async () => {
    await begin({ reentry: '30d' });
    await shop.does('purchase');
    await shop.does('start');
    expect(statuses()).toEqual(['completed', 'active']);
  });

  test('never, if so said, whatever became of it', async () => {
    await begin({ reentry: 'never' });
    await shop.does('purchase');
    shop.sleeps(400 * DAY_MS);
    await shop.does('start');
    expect(statuses()).toEqual(['completed']);
  });
});

describe('it ends', () => {
  const long = (changes: object) => ({
    sequences: [
      course(
        { touchpoint: 'start' },
        { goal: { touchpoint: 'purchase' }, steps: [mail('one'), mail('two', { after: '1d' })], ...changes },
      ),
    ],
  });

  test('at its goal, with the time and what is not yet sent skipped', async () => {
    shop = await openShop(long({}));
    await shop.signsUp();
    await shop.does('purchase');
    await shop.does('start');
    await shop.passes(HOUR_MS);
    await shop.does('purchase', { value: 20, currency: 'GBP' });
    await shop.passes(DAY_MS);
    expect(shop.subjects()).toEqual(['one']);
    expect(shop.runs()).toMatchObject([{ status: 'goal_met', reason: 'goal_met', goalAt: START + HOUR_MS }]);
    expect(await shop.deliveries()).toEqual(['0 sent', '1 skipped goal_met']);
  });

  test('a goal that came after the start, but is told once a later step has come, still ends it', async () => {
    shop = await openShop(long({ steps: [mail('one', { after: '1d' }), mail('two', { after: '2d' })] }));
    await shop.signsUp();
    await shop.does('start');
    shop.sleeps(DAY_MS + 10 * HOUR_MS);
    await shop.passes(0);
    await shop.does('purchase', {}, { timestamp: new Date(START + HOUR_MS).toISOString() });
    await shop.passesBy(HOUR_MS, 2 * DAY_MS);
    expect(shop.subjects()).toEqual(['one']);
    expect(shop.runs()).toMatchObject([{ status: 'goal_met', goalAt: START + HOUR_MS }]);
  });

  test('a goal met after the last step is known, and changes nothing else', async () => {
    shop = await openShop(long({}));
    await shop.signsUp();
    await shop.does('start');
    await shop.passes(0);
    await shop.passes(2 * DAY_MS);
    await shop.does('purchase');
    await shop.does('purchase');
    expect(shop.runs()).toMatchObject([{ status: 'completed', reason: null, goalAt: START + 2 * DAY_MS }]);
  });

  test('at its exit condition, which is no goal', async () => {
    shop = await openShop({ tags: [{ id: 'left' }], ...long({ exit: { tag: 'left' } }) });
    await shop.signsUp();
    await shop.does('start');
    await shop.passes(0);
    const { id } = await shop.lead();
    await shop.collector.request(`/v1/leads/${id}/tags/left`, {
      method: 'PUT',
      headers: { authorization: 'Bearer sk_test_0123456789ab' },
    });
    await shop.passes(DAY_MS);
    expect(shop.subjects()).toEqual(['one']);
    expect(shop.runs()).toMatchObject([{ status: 'exited', reason: 'exit', goalAt: null }]);
  });

  test('an answer given long before the start is no goal now', async () => {
    shop = await openShop({ ...SITE, ...long({ goal: { answer: { prompt: 'nps', gte: 9 } } }) });
    await shop.signsUp();
    await answers(10)();
    await shop.does('start');
    await shop.passes(DAY_MS);
    await shop.does('page_view');
    expect(shop.runs()).toMatchObject([{ status: 'active' }]);
    await answers(9)();
    expect(shop.runs()).toMatchObject([{ status: 'goal_met' }]);
  });
});

describe('several at once', () => {
  const two = (changes: object[], budget: number) => ({
    contactBudget: { messages: { perWeek: budget } },
    sequences: ['first', 'second'].map((id, index) =>
      course(
        { touchpoint: 'start' },
        { id, steps: [mail(index === 0 ? 'one' : 'two', { after: '1h' })], ...changes[index] },
      ),
    ),
  });

  test('each goes its own way', async () => {
    shop = await openShop(two([{}, { goal: { touchpoint: 'purchase' } }], 50));
    await shop.signsUp();
    await shop.does('start');
    await shop.does('purchase');
    await shop.passes(HOUR_MS);
    expect(shop.subjects()).toEqual(['one']);
    expect(statuses()).toEqual(['completed', 'goal_met']);
  });

  test('where the budget has room for one message, the sequence of higher priority has it', async () => {
    shop = await openShop(two([{}, { priority: 10 }], 1));
    await shop.signsUp();
    await shop.does('start');
    await shop.passes(HOUR_MS);
    await shop.passes(HOUR_MS);
    expect(shop.subjects()).toEqual(['two']);
    expect((await shop.deliveries()).sort()).toEqual(['0 sent', '0 skipped contact_budget']);
  });
});

test('those held out go the whole way, and nothing reaches them: no mail, no task, no tag', async () => {
  const steps = [
    { waitFor: { touchpoint: 'never' }, within: '1h' },
    tag,
    { task: { title: 'Call', due: '1h' } },
    { branch: [{ if: { touchpoint: 'start' }, steps: [mail('one')] }] },
  ];
  shop = await openShop({ sequences: [course({ touchpoint: 'start' }, { holdout: 0.5, steps })] });
  for (let person = 0; person < 12; person++) {
    const anonymousId = `p${person}`;
    await shop.signsUp({ email: `p${person}@example.com` }, { anonymousId, userId: anonymousId });
    await shop.does('start', {}, { anonymousId });
  }
  await shop.passes(HOUR_MS);
  const runs = shop.runs();
  const held = runs.filter(({ heldOut }) => heldOut);
  expect(held.length).toBeGreaterThan(0);
  expect(held.length).toBeLessThan(12);
  for (const { heldOut, status, steps: done } of runs) {
    expect(status).toBe('completed');
    expect(done).toEqual(['0 timed_out', heldOut ? '1 skipped holdout' : '1 tagged begun', '3 branch 0']);
  }
  expect(shop.subjects()).toHaveLength(12 - held.length);
  expect((await shop.collector.owner('/v1/tasks')).data).toHaveLength(12 - held.length);
  const skipped = (await shop.deliveries()).filter((each) => each.includes('skipped'));
  expect(skipped.every((each) => each.endsWith('holdout'))).toBe(true);
});

test('sequences that start each other go round once, and hold nothing up', async () => {
  const echo = (id: string, touchpoint: string, tag: object) => ({
    id,
    start: { touchpoint },
    reentry: '0s',
    steps: [{ tag }],
  });
  shop = await openShop({
    sequences: [
      echo('first', 'add_to_cart', { add: 'seen' }),
      echo('on', 'tag_added', { remove: 'seen' }),
      echo('off', 'tag_removed', { add: 'seen' }),
    ],
  });
  await shop.signsUp();
  await shop.does('add_to_cart');
  await shop.passes(0);
  expect(shop.runs()).toMatchObject([
    { sequence: 'first', status: 'completed' },
    { sequence: 'on', status: 'completed' },
    { sequence: 'off', status: 'completed' },
  ]);
  // A person's own touchpoint starts all of it again.
  await shop.does('add_to_cart');
  await shop.passes(0);
  expect(shop.runs()).toHaveLength(4);
});
