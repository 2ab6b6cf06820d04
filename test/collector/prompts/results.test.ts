import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';
import { browserOf } from './browser.ts';

const SITE = {
  name: 'Shop',
  prompts: [
    {
      id: 'all',
      type: 'survey',
      on: { code: true },
      questions: [
        { id: 'nps', type: 'nps', text: 'How likely?' },
        { id: 'csat', type: 'csat', text: 'How satisfied?' },
        { id: 'ces', type: 'ces', text: 'It was easy.' },
      ],
    },
    {
      id: 'more',
      type: 'survey',
      on: { code: true },
      questions: [
        { id: 'likert', type: 'likert', text: 'I agree.' },
        { id: 'thumbs', type: 'thumbs', text: 'Found it?' },
        { id: 'text', type: 'text', text: 'Why?' },
      ],
    },
    {
      id: 'choices',
      type: 'survey',
      on: { code: true },
      questions: [
        { id: 'one', type: 'choice', text: 'Which?', options: ['Oil', 'Bowls'], other: true },
        { id: 'many', type: 'multiple_choice', text: 'Which ones?', options: ['Oil', 'Bowls', 'Boards'] },
      ],
      translations: { de: { questions: { one: { options: ['Öl', 'Schüsseln'] } } } },
    },
    {
      id: 'other-nps',
      type: 'survey',
      on: { code: true },
      questions: [{ id: 'q', type: 'nps', text: 'And?' }],
    },
    {
      id: 'nudge',
      type: 'cart_nudge',
      on: { exitIntent: true },
      title: 'Still there?',
      action: { label: 'To my cart', href: '/cart' },
      holdout: 0.5,
      goal: { touchpoint: 'purchase', where: { value: { gte: 10 } }, within: '1d' },
    },
  ],
};
const DAY_MS = 86_400_000;

let collector: TestCollector;
let baseUrl: string;
beforeEach(async () => {
  collector = await startCollector({ site: SITE });
  baseUrl = await collector.listen();
});
afterEach(() => collector.close());

/** Over HTTP, as a page's SDK posts and an owner asks. */
async function post(batch: object[]): Promise<void> {
  const response = await fetch(`${baseUrl}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ writeKey: WRITE_KEY, sentAt: new Date(collector.clock.now).toISOString(), batch }),
  });
  expect(response.status).toBe(200);
}
// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON as clients do
async function results(path: string): Promise<any> {
  const response = await fetch(`${baseUrl}/v1/prompts/${path}`, {
    headers: { authorization: `Bearer ${SECRET_KEY}` },
  });
  expect(response.status).toBe(200);
  return response.json();
}
/** One visitor for each value, who is shown the prompt and answers so. */
async function answersOf(
  promptId: string,
  questionId: string,
  type: string,
  values: (number | string | string[])[],
) {
  const messages = values.flatMap((value) => {
    const { shown, answered } = browserOf(collector).showing({ promptId });
    return [shown, answered(questionId, type, value)];
  });
  await post(messages);
}
const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

describe('each kind of question, from the wire to its results', () => {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const question = ({ questions }: any, id: string) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    questions.find((each: any) => each.questionId === id);

  test('NPS', async () => {
    // 60 of 120 promote, 20 detract: 33.3; ±1.96·√((1/2 + 1/6 − 1/9)/120) = ±13.34.
    await answersOf('all', 'nps', 'nps', [
      ...times(40, 10),
      ...times(20, 9),
      ...times(40, 8),
      ...times(20, 6),
    ]);
    const result = question(await results('all/results'), 'nps');
    expect(result).toMatchObject({ answers: 120, needs: null, text: 'How likely?' });
    const [nps] = result.measures;
    expect(nps).toMatchObject({ name: 'nps', unit: 'points', method: expect.stringContaining('1.96') });
    expect(nps.value).toBeCloseTo(33.333, 3);
    expect(nps.high - nps.value).toBeCloseTo(13.336, 3);
    expect(result.distribution).toHaveLength(11);
    expect(result.distribution[9]).toMatchObject({ value: 9, count: 20 });
    expect(result.distribution[3]).toMatchObject({ value: 3, count: 0, percent: 0 });
  });

  test('CSAT', async () => {
    await answersOf('all', 'csat', 'csat', [
      ...times(20, 5),
      ...times(10, 4),
      ...times(5, 3),
      ...times(5, 1),
    ]);
    const { measures } = question(await results('all/results'), 'csat');
    // 30 of 40: Wilson 59.81 to 85.81.
    expect(measures[0]).toMatchObject({ name: 'satisfied', unit: 'percent', value: 75 });
    expect(measures[0].low).toBeCloseTo(59.81, 1);
    expect(measures[0].high).toBeCloseTo(85.81, 1);
    expect(measures[1]).toMatchObject({ name: 'mean', value: 4 });
  });

  test('CES', async () => {
    await answersOf('all', 'ces', 'ces', [...times(16, 7), ...times(16, 3)]);
    const { measures } = question(await results('all/results'), 'ces');
    expect(measures[0]).toMatchObject({ name: 'mean', unit: 'score', value: 5 });
    // s = √(32·4/31); 1.96·s/√32.
    expect(measures[0].high - 5).toBeCloseTo(1.96 * Math.sqrt((32 * 4) / 31 / 32), 10);
    expect(measures[1]).toMatchObject({ name: 'easy', value: 50 });
  });

  test('Likert and thumbs', async () => {
    await answersOf('more', 'likert', 'likert', [...times(24, 4), ...times(8, 2)]);
    await answersOf('more', 'thumbs', 'thumbs', [...times(30, 'up'), ...times(10, 'down')]);
    const all = await results('more/results');
    expect(question(all, 'likert').measures[0]).toMatchObject({ name: 'agree', value: 75 });
    const thumbs = question(all, 'thumbs');
    expect(thumbs.measures[0]).toMatchObject({ name: 'thumbs_up', value: 75 });
    expect(thumbs.distribution).toMatchObject([
      { value: 'up', count: 30, percent: 75 },
      { value: 'down', count: 10, percent: 25 },
    ]);
  });

  test('a choice, whatever language it was read in; what was typed is other', async () => {
    const values = [...times(20, 'Oil'), ...times(10, 'Öl'), ...times(5, 'Bowls'), 'Olives', 'A pony'];
    await answersOf('choices', 'one', 'choice', values);
    const result = question(await results('choices/results'), 'one');
    expect(result).toMatchObject({ answers: 37, measures: null });
    expect(result.distribution).toMatchObject([
      { value: 'Oil', count: 30 },
      { value: 'Bowls', count: 5 },
      { value: null, count: 2 },
    ]);
    expect(result.distribution[0].percent).toBeCloseTo((100 * 30) / 37, 10);
    expect(JSON.stringify(result)).not.toContain('pony');
  });

  test('several choices: shares of those who answered, so that they sum to more than a hundred', async () => {
    await answersOf('choices', 'many', 'multiple_choice', [
      ...times(20, ['Oil', 'Bowls']),
      ...times(20, ['Oil']),
      ...times(10, ['Oil', 'Oil']),
    ]);
    expect(question(await results('choices/results'), 'many').distribution).toMatchObject([
      { value: 'Oil', count: 50, percent: 100 },
      { value: 'Bowls', count: 20, percent: 40 },
      { value: 'Boards', count: 0, percent: 0 },
    ]);
  });

  test('text is counted', async () => {
    await answersOf('more', 'text', 'text', ['The price', 'No reason']);
    expect(question(await results('more/results'), 'text')).toMatchObject({
      answers: 2,
      measures: null,
      distribution: [],
    });
  });

  test('too few answers: counts, what it needs, and no figure', async () => {
    await answersOf('all', 'nps', 'nps', times(29, 10));
    expect(question(await results('all/results'), 'nps')).toMatchObject({
      answers: 29,
      needs: 30,
      measures: null,
      distribution: expect.arrayContaining([{ value: 10, count: 29, percent: null, low: null, high: null }]),
    });
  });

  test('what is no answer to such a question is not counted', async () => {
    await answersOf('all', 'nps', 'nps', [11, -1, '10', ['10']]);
    await answersOf('all', 'nps', 'csat', [5]);
    await answersOf('all', 'unheard-of', 'nps', [9]);
    expect(question(await results('all/results'), 'nps').answers).toBe(0);
  });
});

test('what became of each showing is counted, and a changed answer once', async () => {
  const browser = browserOf(collector);
  const [first, second, third, fourth] = [1, 2, 3, 4].map(() => browser.showing({ promptId: 'all' }));
  await post([
    first?.shown ?? {},
    first?.answered('nps', 'nps', 3) ?? {},
    first?.answered('nps', 'nps', 9) ?? {},
    first?.completed ?? {},
    second?.shown ?? {},
    second?.dismissed ?? {},
    third?.shown ?? {},
    // The batch with its `prompt_shown` is late.
    fourth?.answered('csat', 'csat', 5) ?? {},
  ]);
  await post([fourth?.shown ?? {}]);
  const all = await results('all/results');
  expect(all.counts).toEqual({ shown: 4, started: 2, completed: 1, dismissed: 1, acted: 0, heldOut: 0 });
  expect(all.responseRate).toMatchObject({ count: 2, of: 4, percent: 50 });
  expect(all.completionRate).toMatchObject({ count: 1, of: 2 });
  const [nps] = all.questions;
  expect(nps.answers).toBe(1);
  expect(nps.distribution[9].count).toBe(1);
  expect(nps.distribution[3].count).toBe(0);
});

test('by page, device, channel, stage and period; a bot is nobody', async () => {
  const onPage = (path: string, device: string) => ({
    page: { path, url: `https://shop.example${path}`, referrer: 'https://www.google.com/' },
    device: { type: device },
    userAgent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  });
  for (const [path, device, score] of [
    ['/a', 'phone', 10],
    ['/a', 'desktop', 9],
    ['/b', 'phone', 0],
  ] as const) {
    const { shown, answered } = browserOf(collector).showing({ promptId: 'all' }, onPage(path, device));
    await post([shown, answered('nps', 'nps', score)]);
    collector.clock.now += DAY_MS;
  }
  const bot = browserOf(collector).showing(
    { promptId: 'all' },
    {
      ...onPage('/c', 'phone'),
      userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    },
  );
  await post([bot.shown, bot.answered('nps', 'nps', 0)]);

  const byPage = await results('all/results?splitBy=page');
  expect(byPage.counts.shown).toBe(3);
  expect(byPage.splits).toMatchObject([
    { value: '/a', counts: { shown: 2 }, questions: [{ answers: 2 }, {}, {}] },
    { value: '/b', counts: { shown: 1 } },
  ]);
  expect(
    (await results('all/results?splitBy=device')).splits.map((each: { value: string }) => each.value),
  ).toEqual(['phone', 'desktop']);
  expect((await results('all/results?splitBy=channel')).splits).toMatchObject([
    { value: 'organic_search', counts: { shown: 3 } },
  ]);
  expect((await results('all/results?splitBy=stage')).splits).toMatchObject([{ value: 'awareness' }]);
  expect((await results('all/results?splitBy=segment')).splits).toMatchObject([{ value: null }]);
  const byDay = await results('all/results?trend=day');
  expect(byDay.splits).toBeNull();
  expect(byDay.trend).toMatchObject([
    { start: '2026-11-21', counts: { shown: 1 } },
    { start: '2026-11-22', counts: { shown: 1 } },
    { start: '2026-11-23', counts: { shown: 1 } },
  ]);
  expect((await results('all/results?trend=week')).trend).toMatchObject([
    { start: '2026-11-16', counts: { shown: 2 } },
    { start: '2026-11-23', counts: { shown: 1 } },
  ]);
  const middle = await results('all/results?from=2026-11-22&to=2026-11-22');
  expect(middle).toMatchObject({ from: '2026-11-22', to: '2026-11-22', counts: { shown: 1 }, trend: null });
});

test('merged with another prompt that asks the same', async () => {
  await answersOf('all', 'nps', 'nps', times(20, 10));
  await answersOf('other-nps', 'q', 'nps', times(20, 0));
  const alone = await results('all/results');
  expect(alone.questions[0]).toMatchObject({ answers: 20, needs: 30 });
  const merged = await results('all/results?with=other-nps');
  expect(merged.promptIds).toEqual(['all', 'other-nps']);
  expect(merged.counts.shown).toBe(40);
  expect(merged.questions[0]).toMatchObject({ answers: 40, needs: null, measures: [{ value: 0 }] });
});

describe('lift', () => {
  async function met(what: 'shown' | 'heldOut', people: number, buyers: number, value = 20) {
    const messages = Array.from({ length: people }, (_, index) => {
      const browser = browserOf(collector);
      const showing = browser.showing({ promptId: 'nudge', promptType: 'cart_nudge' });
      return [showing[what], ...(index < buyers ? [browser.touchpoint('purchase', { value })] : [])];
    });
    await post(messages.flat());
  }

  test('of those it was shown to over those it was held back from, with its interval', async () => {
    await met('shown', 100, 30);
    await met('heldOut', 100, 20);
    const { lift, counts } = await results('nudge/results');
    expect(counts).toMatchObject({ shown: 100, heldOut: 100 });
    expect(lift).toMatchObject({
      shown: { people: 100, reached: 30, rate: { percent: 30 } },
      heldOut: { people: 100, reached: 20 },
      needs: null,
      sampleRatio: { expectedHoldout: 0.5, holdout: 0.5, isPlausible: true },
    });
    expect(lift.difference.value).toBeCloseTo(10, 10);
    // Newcombe of 30/100 and 20/100, reckoned by hand from their Wilson intervals.
    expect(lift.difference.low).toBeCloseTo(-2.0, 0);
    expect(lift.difference.high).toBeCloseTo(21.6, 0);
  });

  test('only what the goal says, after the first showing, in its time; each person once', async () => {
    const [early, small, late, twice] = [1, 2, 3, 4].map(() => browserOf(collector));
    const nudgeOf = (browser = early) =>
      browser?.showing({ promptId: 'nudge', promptType: 'cart_nudge' }).shown ?? {};
    await post([early?.touchpoint('purchase', { value: 20 }) ?? {}]);
    collector.clock.now += 60_000;
    await post([nudgeOf(early), nudgeOf(small), nudgeOf(late), nudgeOf(twice), nudgeOf(twice)]);
    await post([
      small?.touchpoint('purchase', { value: 9 }) ?? {},
      twice?.touchpoint('purchase', { value: 10 }) ?? {},
      twice?.touchpoint('purchase', { value: 10 }) ?? {},
    ]);
    collector.clock.now += DAY_MS + 1;
    await post([late?.touchpoint('purchase', { value: 20 }) ?? {}]);
    const { lift } = await results('nudge/results');
    expect(lift).toMatchObject({ shown: { people: 4, reached: 1 }, needs: 100, difference: null });
  });

  test('warns of arms that are not of the size they should be', async () => {
    await met('shown', 130, 0);
    await met('heldOut', 60, 0);
    expect((await results('nudge/results')).lift.sampleRatio).toMatchObject({ isPlausible: false });
  });

  test('a prompt without a holdout has none', async () => {
    expect((await results('all/results')).lift).toBeNull();
  });
});

test('all prompts in a list, with what came of them', async () => {
  await answersOf('all', 'nps', 'nps', [9, 3]);
  const { data } = await collector.owner('/v1/prompts');
  expect(data.map(({ id }: { id: string }) => id)).toEqual(['all', 'more', 'choices', 'other-nps', 'nudge']);
  expect(data[0]).toMatchObject({ type: 'survey', title: 'How likely?', counts: { shown: 2, started: 2 } });
  expect(data[4]).toMatchObject({ title: 'Still there?', holdout: 0.5, responseRate: null });
});

test.each([
  ['results?splitBy=email', 400],
  ['results?trend=hour', 400],
  ['results?from=yesterday', 400],
  ['results?from=2026-11-22&to=2026-11-21', 400],
  ['results?with=nobody', 404],
  [`results?with=${Array.from({ length: 21 }, (_, index) => `p${index}`).join()}`, 400],
])('Q32 %s is refused', async (query, status) => {
  const response = await collector.request(`/v1/prompts/all/${query}`, {
    headers: { authorization: `Bearer ${SECRET_KEY}` },
  });
  expect(response.status).toBe(status);
});

test('ten thousand impressions are read without keeping an acknowledgement waiting', async () => {
  const browser = browserOf(collector);
  for (let batch = 0; batch < 10; batch++) {
    await post(Array.from({ length: 1_000 }, () => browser.showing({ promptId: 'all' }).shown));
  }
  let isRead = false;
  const reading = results('all/results').then((read) => {
    isRead = true;
    return read;
  });
  await post([browser.touchpoint('visit')]);
  expect(isRead).toBe(false);
  expect((await reading).counts.shown).toBe(10_000);
}, 30_000);

test('results outlive the prompt', async () => {
  await answersOf('all', 'nps', 'nps', [9]);
  const { databasePath } = collector;
  const without = { name: 'Shop' };
  await collector.publish(without);
  const later = await startCollector({ site: without, databasePath, now: collector.clock.now });
  expect((await later.owner('/v1/prompts/all/results')).counts).toMatchObject({ shown: 1, started: 1 });
  expect((await later.owner('/v1/prompts')).data).toEqual([]);
  await later.close();
});
