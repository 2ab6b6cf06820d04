import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { correctedTime } from '../../collector/src/ingest/clock.ts';
import { flush, isRunning, nameOf, persisted, tracked } from '../sdk/browser.ts';
import { WRITE_KEY } from '../support/page-server.ts';
import { browser, server } from '../support/site-in-browser.ts';
import { eventually } from '../support/wait-for.ts';

beforeEach(async () => {
  server.pages['/'] = '<handrail data-consent="granted">';
});

async function openShop(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  return page;
}

const track = (page: Page, name: string) => page.evaluate((name) => window.handrail.track(name), name);
const preflights = () => server.requests.filter(({ method }) => method === 'OPTIONS');

test('a page view arrives by itself, as one Segment message with its context', async () => {
  const page = await browser.newPage({ locale: 'en-GB', timezoneId: 'Europe/London' });
  await page.goto(`${server.siteUrl}/?utm_source=news&utm_campaign=spring`);
  await eventually(() => expect(server.accepted()).toHaveLength(1));

  const [batch] = server.batches();
  expect(batch).toMatchObject({
    writeKey: WRITE_KEY,
    sentAt: expect.stringMatching(/^\d{4}-.*Z$/),
    context: {
      library: { name: '@handrail/sdk', version: expect.stringMatching(/^\d/) },
      locale: 'en-GB',
      timezone: 'Europe/London',
    },
  });
  const url = `${server.siteUrl}/?utm_source=news&utm_campaign=spring`;
  const search = '?utm_source=news&utm_campaign=spring';
  expect(batch?.batch[0]).toMatchObject({
    type: 'page',
    messageId: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
    anonymousId: expect.stringMatching(/./),
    properties: { url, path: '/', title: '/', referrer: '', search },
    context: {
      page: { url, path: '/', title: '/', referrer: '', search },
      campaign: { source: 'news', name: 'spring' },
      sessionId: expect.stringMatching(/./),
      consent: { categoryPreferences: { analytics: true } },
    },
  });
  expect(preflights()).toEqual([]);
});

test('Q11 what is recorded as the page is left is delivered, without a pre-flight', async () => {
  server.pages['/next'] = 'Another page, without Handrail';
  const page = await openShop();
  await page.evaluate((next) => {
    addEventListener('pagehide', () => window.handrail.track('last_words'), { capture: true });
    location.href = next;
  }, '/next');
  await page.waitForURL('**/next');
  await eventually(() => expect(server.accepted().map(nameOf)).toContain('last_words'));

  expect(preflights()).toEqual([]);
  const posts = server.requests.filter(({ method }) => method === 'POST');
  expect(posts.every(({ contentType }) => contentType?.startsWith('text/plain'))).toBe(true);
});

test('a busy collector is left alone for as long as it asks, then gets everything once', async () => {
  const times: number[] = [];
  server.answerBatch = () => {
    times.push(performance.now());
    return times.length === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { status: 200 };
  };
  const page = await openShop();
  await flush(page);
  await track(page, 'later');
  await flush(page);
  expect(times).toHaveLength(1);

  await eventually(() => expect(server.accepted().map(nameOf)).toEqual(['page /', 'later']));
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test('what the collector refuses for good is dropped, counted and told to the developer', async () => {
  server.answerBatch = () => ({ status: 401 });
  const page = await browser.newPage();
  const warnings: string[] = [];
  page.on('console', (message) => warnings.push(message.text()));
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  await flush(page);
  await flush(page);

  expect(server.batches()).toHaveLength(1);
  expect(await page.evaluate(() => window.handrail.explain().drops)).toEqual({ refused: 1 });
  expect(warnings).toContain('handrail: HTTP 401, 1 touchpoints refused');
});

test('twenty touchpoints do not wait for the three seconds', async () => {
  const page = await openShop();
  await flush(page);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1_000);
  await page.evaluate(() => {
    for (let index = 0; index < 20; index++) window.handrail.track('many');
  });
  await page.clock.runFor(1_000);
  await eventually(() => expect(tracked(server.accepted(), 'many')).toHaveLength(20));
});

test('what all messages of a page share is sent once, not with each', async () => {
  const page = await openShop();
  await page.evaluate(() => {
    for (let index = 0; index < 5; index++) window.handrail.track('many');
  });
  await flush(page);
  const sent = server.requests.filter(({ path }) => path === '/v1/batch').map(({ body }) => JSON.parse(body));
  const batch = sent.find((each) => each.batch.some(({ event }: { event?: string }) => event === 'many'));
  expect(batch.context.page.path).toBe('/');
  expect(batch.batch.filter((each: object) => 'context' in each)).toEqual([]);
});

test('what was dropped is told with the next batch, once', async () => {
  const page = await openShop();
  await page.evaluate(() => window.handrail.track(''));
  await flush(page);
  await track(page, 'later');
  await flush(page);
  const told = server.batches().map(({ drops }) => drops);
  expect(told.filter((drops) => drops?.invalid_name)).toEqual([{ invalid_name: 1 }]);
});

test('a browser without keepalive sends a beacon as the page is left, and asks again for an answer', async () => {
  const page = await browser.newPage();
  await page.addInitScript(() => delete (Request.prototype as { keepalive?: boolean }).keepalive);
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  await flush(page);
  await page.evaluate(() => {
    window.handrail.track('last_words');
    dispatchEvent(new PageTransitionEvent('pagehide'));
  });
  await eventually(() => expect(server.accepted().map(nameOf)).toContain('last_words'));
  // The beacon had none, so it is sent until it has one.
  await eventually(async () => expect(await persisted(page)).toEqual([]));
  expect(tracked(server.accepted(), 'last_words')).toHaveLength(1);
  expect(preflights()).toEqual([]);
});

test.each([
  ['two years fast', 2],
  ['two years slow', -2],
])(
  'Q41 a clock %s: the collector can tell when it really was, and one session stays one',
  async (_, years) => {
    const page = await browser.newPage();
    await page.addInitScript(
      (offsetMs) => {
        const trueNow = Date.now;
        const TrueDate = Date;
        window.Date = class extends TrueDate {
          constructor(...given: [number]) {
            super(...((given.length > 0 ? given : [trueNow() + offsetMs]) as [number]));
          }
          static override now = () => trueNow() + offsetMs;
        } as DateConstructor;
      },
      years * 365 * 86_400_000,
    );
    const startedAt = Date.now();
    await page.goto(`${server.siteUrl}/`);
    await isRunning(page);
    await track(page, 'later');
    await flush(page);
    const receivedAt = Date.now();

    const [batch] = server.batches();
    const sentAt = Date.parse(batch?.sentAt ?? '');
    expect(Math.abs(sentAt - receivedAt)).toBeGreaterThan(360 * 86_400_000);
    for (const { timestamp = '' } of server.accepted()) {
      const corrected = correctedTime(Date.parse(timestamp), sentAt, receivedAt);
      expect(corrected).toBeGreaterThanOrEqual(startedAt - 1_000);
      expect(corrected).toBeLessThanOrEqual(receivedAt);
    }
    expect(new Set(server.accepted().map(({ context }) => context?.sessionId)).size).toBe(1);
  },
);

test('Q41 a clock set back two years while the page is open: everything still arrives', async () => {
  const page = await openShop();
  await flush(page);
  await page.evaluate(() => {
    const now = Date.now() - 2 * 365 * 86_400_000;
    Date.now = () => now;
    window.handrail.track('in_the_past');
  });
  await flush(page);
  expect(server.accepted().map(nameOf)).toEqual(['page /', 'in_the_past']);
});

test('Q58 lone surrogates arrive as valid JSON in valid UTF-8', async () => {
  server.pages['/'] = '<script>document.title = "half \\ud83e"</script><handrail data-consent="granted">';
  const page = await openShop();
  await page.evaluate(() => window.handrail.track('odd', { text: 'a\udc00b', '\ud800': 'whole 🫒' }));
  await flush(page);
  expect(tracked(server.accepted(), 'odd')[0]?.properties).toMatchObject({
    text: 'a\udc00b',
    '\ud800': 'whole 🫒',
  });
  const raw = server.requests.filter(({ path }) => path === '/v1/batch').map(({ body }) => body);
  // What was no UTF-8 would have been replaced by this on arrival.
  expect(raw.join()).not.toContain('\ufffd');
});

test('Q58 a visitor who saves data is asked nothing, and pays for no measuring', async () => {
  server.prompts.prompts = [{ id: 'nps', type: 'survey', on: { touchpoint: 'page_view' }, questions: [] }];
  const page = await browser.newPage();
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  await flush(page);
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  expect(server.accepted().map(nameOf)).toEqual(['page /']);
  const asked = server.requests.map(({ path }) => path);
  expect(asked.filter((path) => /prompts|widgets|vitals/.test(path))).toEqual([]);
});
