import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET_KEY, startCollector, type TestCollector } from '../../support/collector.ts';
import { browserOf } from './browser.ts';

const SITE = {
  name: 'Shop',
  prompts: [
    {
      id: 'poll',
      type: 'survey',
      on: { code: true },
      questions: [
        { id: 'score', type: 'nps', text: 'How likely?' },
        { id: 'why', type: 'text', text: 'Why?' },
        { id: 'many', type: 'multiple_choice', text: 'Which?', options: ['Oil', 'Bowls'] },
      ],
    },
    {
      id: 'exit',
      type: 'exit_poll',
      on: { exitIntent: true },
      questions: [{ id: 'why', type: 'text', text: 'Why?' }],
    },
  ],
};

let collector: TestCollector;
beforeEach(async () => {
  collector = await startCollector({ site: SITE });
});
afterEach(() => collector.close());

const at = (path: string) => ({ page: { path, url: `https://shop.example${path}` }, sessionId: 's1' });
const answers = async (query = '') => (await collector.owner(`/v1/answers${query}`)).data;
const exported = (accept: string, query = '') =>
  collector.request(`/v1/answers${query}`, { headers: { authorization: `Bearer ${SECRET_KEY}`, accept } });

async function answer(value: string | number | string[], question = 'why', promptId = 'poll') {
  const type = typeof value === 'number' ? 'nps' : Array.isArray(value) ? 'multiple_choice' : 'text';
  const browser = browserOf(collector);
  const { shown, answered } = browser.showing({ promptId });
  await browser.send([shown, answered(question, type, value)]);
  return browser;
}

test('each comes with the person, the page, the way to it, the cart then and the trouble in that session', async () => {
  const browser = browserOf(collector);
  const view = (path: string) => ({ ...browser.touchpoint('x', {}, at(path)), type: 'page' });
  const cart = { items: [{ item_id: 'oil', price: 12, quantity: 2 }], value: 24, currency: 'GBP' };
  const { shown, answered } = browser.showing({ promptId: 'poll' }, at('/checkout'));
  await browser.send([
    { type: 'identify', anonymousId: browser.anonymousId, traits: { email: 'ada@example.com', name: 'Ada' } },
    view('/'),
    view('/oil'),
    browser.touchpoint('add_to_cart', { cart }, at('/oil')),
    browser.touchpoint('rage_click', {}, at('/oil')),
    browser.touchpoint('rage_click', {}, at('/oil')),
    view('/checkout'),
    shown,
    answered('why', 'text', 'The button does nothing'),
    browser.touchpoint('form_abandon', {}, at('/checkout')),
    view('/later'),
    { ...browser.touchpoint('dead_click', {}, { ...at('/'), sessionId: 's2' }) },
  ]);
  expect(await answers()).toMatchObject([
    {
      leadName: 'Ada',
      leadEmail: 'ada@example.com',
      promptId: 'poll',
      questionText: 'Why?',
      questionType: 'text',
      value: 'The button does nothing',
      page: { path: '/checkout' },
      pathsBefore: ['/', '/oil', '/checkout'],
      cartValue: 24,
      friction: { rage_click: 2, form_abandon: 1 },
    },
  ]);
});

describe('filters', () => {
  beforeEach(async () => {
    await answer(3, 'score');
    await answer(9, 'score');
    await answer('Too EXPENSIVE for me', 'why');
    await answer('ÄRGER mit der Seite', 'why', 'exit');
    collector.clock.now += 86_400_000;
    await answer(['Oil', 'Bowls'], 'many');
  });
  test.each([
    ['', 5],
    ['?promptId=exit', 1],
    ['?questionId=why', 2],
    ['?questionId=why&promptId=poll', 1],
    ['?questionType=nps', 2],
    ['?minScore=9', 1],
    ['?maxScore=6', 1],
    ['?minScore=3&maxScore=9', 2],
    ['?q=expensive', 1],
    ['?q=ärger', 1],
    ['?q=bowls', 1],
    ['?q=%25', 0],
    ['?from=2026-11-22', 1],
    ['?to=2026-11-21', 4],
    ['?from=2026-11-21&to=2026-11-21&questionType=nps', 2],
    ['?leadId=lead_none', 0],
    ["?promptId=' OR 1=1 --", 0],
  ])('%s', async (query, count) => {
    expect(await answers(encodeURI(query).replaceAll('%2525', '%25'))).toHaveLength(count);
  });

  test('by person, also under the id of one that was merged', async () => {
    const browser = await answer(5, 'score');
    const [before] = await answers('?minScore=5&maxScore=5');
    await collector.ingest({ type: 'identify', userId: 'u1', anonymousId: 'other', messageId: 'o' });
    await collector.ingest({
      type: 'identify',
      userId: 'u1',
      anonymousId: browser.anonymousId,
      messageId: 'p',
    });
    const found = await answers(`?leadId=${before.leadId}`);
    expect(found).toHaveLength(1);
    expect(found[0].leadId).not.toBe(before.leadId);
  });

  test.each(['?questionType=poem', '?minScore=high', '?from=2026-13-01', '?q=', '?cursor=1'])(
    'Q32 %s is refused, in every format',
    async (query) => {
      for (const accept of ['application/json', 'text/csv'])
        expect((await exported(accept, query)).status).toBe(400);
    },
  );
});

describe('as a file', () => {
  test('Q33 CSV by RFC 4180, whole, with nothing in it that a spreadsheet would run', async () => {
    const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', 'plain', 'a "quote", and\na line'];
    for (const text of hostile) await answer(text);
    await answer(0, 'score');
    const response = await exported('text/csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="answers.csv"');
    expect(response.headers.get('vary')).toMatch(/accept/i);
    const text = await response.text();
    const [header] = text.split('\r\n');
    expect(header).toBe(
      'id,timestamp,promptId,questionId,questionType,question,value,leadId,name,email,path,pathsBefore,cartValue,friction',
    );
    for (const value of ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", `"'\rx"`, 'plain'])
      expect(text).toContain(value);
    expect(text).toContain('"a ""quote"", and\na line"');
    expect(text).not.toMatch(/(^|,)"?[=+\-@\t]/m);
    expect(text.split('\r\n')).toHaveLength(hostile.length + 3);
  });

  test('NDJSON: the same objects as in JSON, all of them, however many pages', async () => {
    const browser = browserOf(collector);
    await browser.send(
      Array.from({ length: 450 }, (_, index) =>
        browser.showing({ promptId: 'poll' }).answered('why', 'text', `Reason ${index}`),
      ),
    );
    const response = await exported('application/x-ndjson');
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(450);
    expect(JSON.parse(lines[0] ?? '')).toEqual((await answers('?limit=1'))[0]);
    const filtered = await (await exported('application/x-ndjson', '?q=reason 44')).text();
    expect(filtered.trimEnd().split('\n')).toHaveLength(11);
  });

  test('an empty list is a header, or nothing', async () => {
    expect((await (await exported('text/csv')).text()).split('\r\n')).toHaveLength(2);
    expect(await (await exported('application/x-ndjson')).text()).toBe('');
  });

  test('only who asks for a file gets one', async () => {
    for (const accept of ['*/*', 'text/html,application/xhtml+xml,*/*;q=0.8', 'image/png']) {
      expect((await exported(accept)).headers.get('content-type')).toMatch(/^application\/json/);
    }
  });
});
