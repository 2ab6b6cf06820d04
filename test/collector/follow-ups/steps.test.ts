/** What each kind of step does, both ways. */
import { afterEach, describe, expect, test } from 'vitest';
import { START } from '../../support/collector.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, mail, openShop, type Shop } from '../../support/shop.ts';

let shop: Shop;
afterEach(() => shop.close());

const HOT = { scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo' }, points: 60 }] } };

/** Ada signs up and is in a sequence of these steps. */
async function begin(
  steps: object[],
  changes: object = {},
  { now = START, traits = {} } = {},
): Promise<void> {
  shop = await openShop(
    { sequences: [{ id: 'course', start: { touchpoint: 'start' }, holdout: 0, steps }], ...changes },
    { now },
  );
  await shop.signsUp(traits);
  await shop.does('start');
  await shop.passes(0);
}

describe('waitFor', () => {
  const steps = [
    mail('one'),
    {
      waitFor: { touchpoint: 'set_up' },
      within: '3d',
      steps: [mail('two', { after: '1h' })],
      else: [mail('three')],
    },
    mail('four', { after: '2d' }),
  ];

  test('goes on at once when it comes; what follows is counted from then', async () => {
    await begin(steps);
    await shop.passes(DAY_MS);
    await shop.does('set_up');
    await shop.passes(59 * MINUTE_MS);
    expect(shop.subjects()).toEqual(['one']);
    await shop.passes(MINUTE_MS);
    expect(shop.subjects()).toEqual(['one', 'two']);
    await shop.passes(47 * HOUR_MS - MINUTE_MS);
    expect(shop.subjects()).toEqual(['one', 'two']);
    await shop.passes(MINUTE_MS);
    expect(shop.subjects()).toEqual(['one', 'two', 'four']);
    expect(shop.runs()).toMatchObject([{ status: 'completed', steps: ['1 waited'] }]);
  });

  test('goes the other way when it does not come in time, and a later one changes nothing', async () => {
    await begin(steps);
    await shop.passes(3 * DAY_MS - MINUTE_MS);
    expect(shop.subjects()).toEqual(['one']);
    await shop.passes(MINUTE_MS);
    expect(shop.subjects()).toEqual(['one', 'three']);
    await shop.does('set_up');
    await shop.passes(2 * DAY_MS);
    expect(shop.subjects()).toEqual(['one', 'three', 'four']);
    expect(shop.runs()).toMatchObject([{ status: 'completed', steps: ['1 timed_out'] }]);
  });

  test('what had come before it waited does not count, nor what is told of it later', async () => {
    await begin([mail('one', { after: '1d' }), ...steps.slice(1)]);
    await shop.does('set_up');
    await shop.passes(DAY_MS);
    await shop.does('set_up', {}, { timestamp: new Date(START + HOUR_MS).toISOString() });
    await shop.passes(HOUR_MS);
    expect(shop.subjects()).toEqual(['one']);
    await shop.passes(3 * DAY_MS);
    expect(shop.subjects()).toEqual(['one', 'three']);
  });

  test('what came too late is a time-out, though the collector was down when it was over', async () => {
    await begin(steps);
    shop.sleeps(4 * DAY_MS);
    await shop.does('set_up');
    await shop.passes(0);
    expect(shop.runs()).toMatchObject([{ steps: ['1 timed_out'] }]);
    expect(shop.subjects()).toEqual(['one', 'three']);
  });

  test('what came in time counts, though it is told while the collector is up again', async () => {
    await begin(steps);
    shop.sleeps(4 * DAY_MS);
    await shop.does('set_up', {}, { timestamp: new Date(START + 2 * DAY_MS).toISOString() });
    await shop.passes(0);
    expect(shop.runs()).toMatchObject([{ steps: ['1 waited'] }]);
  });

  test('for a stage or a temperature, it goes on when the lead gets there, and at once where it is there', async () => {
    const hot = {
      waitFor: { temperature: 'hot' },
      within: '3d',
      steps: [mail('two')],
      else: [mail('three')],
    };
    await begin([mail('one'), hot], HOT);
    await shop.does('page_view');
    await shop.passes(HOUR_MS);
    expect(shop.subjects()).toEqual(['one']);
    await shop.does('demo');
    await shop.passes(0);
    expect(shop.subjects()).toEqual(['one', 'two']);
    await shop.close();

    shop = await openShop({
      ...HOT,
      sequences: [{ id: 'course', start: { touchpoint: 'start' }, holdout: 0, steps: [hot] }],
    });
    await shop.signsUp();
    await shop.does('demo');
    await shop.does('start');
    await shop.passes(0);
    expect(shop.subjects()).toEqual(['two']);
  });
});

describe('branch', () => {
  const by = (condition: object) => [
    { after: '1h', branch: [{ if: condition, steps: [mail('one')] }], else: [mail('two')] },
  ];
  const sites = {
    stages: [{ id: 'awareness' }, { id: 'decision', when: { touchpoint: 'demo' } }],
    segments: [{ id: 'demos', when: { touchpoint: 'demo', within: '1d' } }],
    ...HOT,
  };
  test.each([
    ['stage', { stage: 'decision' }],
    ['temperature', { temperature: 'hot' }],
    ['segment', { segment: 'demos' }],
    ['trait', { trait: { plan: 'pro' } }],
  ])('by %s, as it is when the step comes', async (_, condition) => {
    await begin(by(condition), sites);
    await shop.does('demo');
    await shop.signsUp({ plan: 'pro' });
    await shop.passes(HOUR_MS);
    expect(shop.subjects()).toEqual(['one']);
    expect(shop.runs()).toMatchObject([{ status: 'completed', steps: ['0 branch 0'] }]);
    await shop.close();

    await begin(by(condition), sites);
    await shop.passes(HOUR_MS);
    expect(shop.subjects()).toEqual(['two']);
    expect(shop.runs()).toMatchObject([{ steps: ['0 branch else'] }]);
  });

  test('the first that holds, and with none and no else it just goes on', async () => {
    await begin([
      {
        branch: [
          { if: { touchpoint: 'start' }, steps: [mail('one')] },
          { if: { not: { touchpoint: 'never' } }, steps: [mail('two')] },
        ],
      },
      { branch: [{ if: { touchpoint: 'never' }, steps: [mail('three')] }] },
      mail('four'),
    ]);
    expect(shop.subjects()).toEqual(['one', 'four']);
  });
});

test('split: everyone has a way of their own and keeps it; the shares are about as asked', async () => {
  const split = {
    split: [
      { id: 'a', share: 0.25, steps: [{ tag: { add: 'arm-a' } }] },
      { id: 'b', share: 0.75, steps: [{ tag: { add: 'arm-b' } }] },
    ],
  };
  shop = await openShop({
    sequences: [{ id: 'test', start: { touchpoint: 'start' }, holdout: 0, reentry: '0s', steps: [split] }],
  });
  const people = Array.from({ length: 200 }, (_, index) => `p${index}`);
  const all = () => people.map((anonymousId) => shop.track('start', {}, { anonymousId }));
  await shop.collector.ingest(...all());
  await shop.passes(0);
  await shop.passes(HOUR_MS);
  await shop.collector.ingest(...all());
  await shop.passes(0);
  const ways = shop.runs().map(({ steps }) => steps[0]);
  expect(ways).toHaveLength(400);
  expect(ways.slice(200)).toEqual(ways.slice(0, 200));
  // 50 of 200 wanted; fewer than 30 or more than 70 come less than once in a thousand times.
  const inA = ways.slice(0, 200).filter((way) => way === '0 split a').length;
  expect(inA).toBeGreaterThan(29);
  expect(inA).toBeLessThan(71);
  const { data } = await shop.collector.owner('/v1/leads?limit=200');
  const tagged = data.filter(({ tags }: { tags: string[] }) => tags.length === 1);
  expect(tagged).toHaveLength(200);
});

describe('marks', () => {
  test('tags, flags and points are the lead’s, with what gave them, and stay over a replay', async () => {
    await begin(
      [
        { tag: { add: 'course' } },
        { flag: { set: 'learner' } },
        { id: 'praise', points: 5 },
        { after: '1h', tag: { remove: 'course' } },
        { after: '1h', flag: { clear: 'learner' } },
      ],
      { flags: [{ id: 'learner' }] },
    );
    expect(await shop.lead()).toMatchObject({ tags: ['course'], flags: ['learner'], score: 5 });
    const entriesOf = async ({ id }: { id: string }) =>
      (await shop.collector.owner(`/v1/leads/${id}/score`)).entries;
    expect(await entriesOf(await shop.lead())).toMatchObject([
      { points: 5, touchpoint: 'points_given', messageId: expect.any(String) },
    ]);
    await shop.collector.foldAnew();
    expect(await shop.lead()).toMatchObject({ tags: ['course'], flags: ['learner'], score: 5 });
    await shop.passes(HOUR_MS);
    expect(await shop.lead()).toMatchObject({ tags: [], flags: [] });
    expect(shop.runs()).toMatchObject([
      {
        status: 'completed',
        steps: [
          '0 tagged course',
          '1 flag_set learner',
          'praise points 5',
          '3 untagged course',
          '4 flag_cleared learner',
        ],
      },
    ]);
    const lead = await shop.lead();
    const { data } = await shop.collector.owner(`/v1/leads/${lead.id}/touchpoints`);
    const given = data.find(({ name }: { name: string }) => name === 'points_given');
    expect(given.properties).toEqual({ points: 5, sequenceId: 'course', stepId: 'praise' });
  });

  test('an `if` that does not hold leaves the lead as it is, says so, and the next step comes', async () => {
    await begin([
      { if: { touchpoint: 'never' }, tag: { add: 'course' } },
      mail('one', { if: { touchpoint: 'never' } }),
      mail('two', { if: { touchpoint: 'start' } }),
    ]);
    expect((await shop.lead()).tags).toEqual([]);
    expect(shop.subjects()).toEqual(['two']);
    expect(shop.runs()).toMatchObject([{ steps: ['0 skipped condition'] }]);
    expect(await shop.deliveries()).toEqual(['1 skipped condition', '2 sent']);
  });
});

test('end: over there, and says so; where its `if` does not hold the run goes on', async () => {
  await begin([
    { if: { touchpoint: 'never' }, end: true },
    mail('one'),
    { if: { touchpoint: 'start' }, end: true },
    mail('two', { after: '1h' }),
  ]);
  await shop.passes(DAY_MS);
  expect(shop.subjects()).toEqual(['one']);
  expect(shop.runs()).toMatchObject([
    { status: 'completed', reason: 'ended', steps: ['0 skipped condition', '2 ended'] },
  ]);
});

describe('at', () => {
  const at = Date.parse;
  const onWeekdays = [mail('one', { at: { time: '09:00', days: 'weekdays' } })];
  const sentAt = async () => (await shop.collector.owner('/v1/deliveries')).data[0].dueAt;

  test.each([
    ['over a weekend', '2026-11-20T12:00:00Z', 'America/New_York', '2026-11-20T14:00:00.000Z'],
    ['from Friday noon to Monday', '2026-11-20T17:00:00Z', 'America/New_York', '2026-11-23T14:00:00.000Z'],
    ['where it is Monday already', '2026-11-22T23:30:00Z', 'Asia/Tokyo', '2026-11-23T00:00:00.000Z'],
    ['over the change to summer time', '2026-03-27T12:00:00Z', 'Europe/London', '2026-03-30T08:00:00.000Z'],
    ['over the change to winter time', '2026-10-23T12:00:00Z', 'Europe/London', '2026-10-26T09:00:00.000Z'],
    ['exactly then', '2026-10-26T09:00:00Z', 'Europe/London', '2026-10-26T09:00:00.000Z'],
  ])('09:00 on weekdays, where the lead is: %s', async (_, now, timezone, due) => {
    shop = await openShop(
      {
        timezone: 'UTC',
        sequences: [{ id: 'course', start: { touchpoint: 'start' }, holdout: 0, steps: onWeekdays }],
      },
      { now: at(now) },
    );
    await shop.signsUp();
    await shop.does(
      'start',
      {},
      {
        context: { timezone, consent: { categoryPreferences: { marketing: true } } },
      },
    );
    expect(await sentAt()).toBe(due);
    await shop.passes(at(due) - at(now) - 1);
    expect(shop.subjects()).toEqual([]);
    await shop.passes(1);
    expect(shop.subjects()).toEqual(['one']);
  });

  test('a time that the clocks leave out comes an hour later, one that they repeat once', async () => {
    await begin([mail('one', { at: { time: '01:30' } })], {}, { now: at('2026-03-28T12:00:00Z') });
    expect(await sentAt()).toBe('2026-03-29T01:30:00.000Z');
    await shop.close();
    await begin([mail('one', { at: { time: '01:30' } })], {}, { now: at('2026-10-24T12:00:00Z') });
    await shop.passesBy(HOUR_MS, 2 * DAY_MS);
    expect(shop.subjects()).toEqual(['one']);
  });
});

test('a step that comes later than it may is skipped, and says so; each has its own time', async () => {
  await begin([mail('one', { after: '1d', expires: '1h' }), mail('two', { after: '1d', expires: '3d' })]);
  shop.sleeps(DAY_MS + 2 * HOUR_MS);
  await shop.passes(0);
  expect(shop.subjects()).toEqual(['two']);
  expect(await shop.deliveries()).toEqual(['0 skipped expired', '1 sent']);
});
