import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { flush, isRunning, nameOf, persisted, tracked } from '../sdk/browser.ts';
import { launchChromium } from '../support/chromium.ts';
import { type PageServer, startPageServer, WRITE_KEY } from '../support/page-server.ts';

let browser: Browser;
let server: PageServer;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await startPageServer();
  server.pages['/'] = '<handrail data-consent="granted">';
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await server.close();
});

async function openShop(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  return page;
}

const track = (page: Page, name: string) => page.evaluate((name) => window.handrail.track(name), name);
const preflights = () => server.requests.filter(({ method }) => method === 'OPTIONS');
const ids = (messages: { messageId?: string | undefined }[]) => messages.map(({ messageId }) => messageId);

test('a page view arrives by itself, as one Segment message with its context', async () => {
  const page = await browser.newPage({ locale: 'en-GB', timezoneId: 'Europe/London' });
  await page.goto(`${server.siteUrl}/?utm_source=news&utm_campaign=spring`);
  await vi.waitFor(() => expect(server.accepted()).toHaveLength(1), { timeout: 6_000 });

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
  await vi.waitFor(() => expect(server.accepted().map(nameOf)).toContain('last_words'));

  expect(preflights()).toEqual([]);
  const posts = server.requests.filter(({ method }) => method === 'POST');
  expect(posts.every(({ contentType }) => contentType?.startsWith('text/plain'))).toBe(true);
});

test('Q12 more than may be in flight as the page is left: the rest goes with the next page', async () => {
  server.pages['/next'] = 'Another page, without Handrail';
  const page = await openShop();
  await flush(page);
  await vi.waitFor(async () => expect(await persisted(page)).toEqual([]));
  // 15 × 10 KB, in one task so that no ordinary flush can come between.
  await page.evaluate((next) => {
    for (let index = 0; index < 15; index++)
      window.handrail.track('big', { index, text: 'x'.repeat(10_000) });
    location.href = next;
  }, '/next');
  await page.waitForURL('**/next');
  await vi.waitFor(() => expect(tracked(server.accepted(), 'big').length).toBeGreaterThan(0));
  const atLeave = tracked(server.accepted(), 'big').length;
  expect(atLeave).toBeLessThan(15);

  await page.goto(`${server.siteUrl}/`);
  await vi.waitFor(() => expect(new Set(ids(tracked(server.accepted(), 'big'))).size).toBe(15), {
    timeout: 8_000,
  });
});

test('touchpoints of a time without network arrive once after a reload, in order', async () => {
  server.answerBatch = () => 'hang up';
  const page = await openShop();
  await track(page, 'one');
  await track(page, 'two');
  await flush(page);
  await vi.waitFor(async () => expect(await persisted(page)).toHaveLength(3));
  expect(server.accepted()).toEqual([]);

  server.answerBatch = () => ({ status: 200 });
  await page.reload();
  await isRunning(page);
  await vi.waitFor(() => expect(server.accepted()).toHaveLength(4), { timeout: 6_000 });
  expect(server.accepted().map(nameOf)).toEqual(['page /', 'one', 'two', 'page /']);
  await vi.waitFor(async () => expect(await persisted(page)).toEqual([]));

  await page.reload();
  await isRunning(page);
  await flush(page);
  const sent = server
    .batches()
    .slice(-1)
    .flatMap(({ batch }) => batch.map(nameOf));
  expect(sent).not.toContain('one');
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

  await vi.waitFor(() => expect(server.accepted().map(nameOf)).toEqual(['page /', 'later']), {
    timeout: 5_000,
  });
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
  const start = performance.now();
  await page.evaluate(() => {
    for (let index = 0; index < 20; index++) window.handrail.track('many');
  });
  await vi.waitFor(() => expect(tracked(server.accepted(), 'many')).toHaveLength(20));
  expect(performance.now() - start).toBeLessThan(2_500);
});

test('two tabs share visitor and session, and lose nothing of what neither could send', async () => {
  server.answerBatch = () => 'hang up';
  const context = await browser.newContext();
  const open = async () => {
    const tab = await context.newPage();
    await tab.goto(`${server.siteUrl}/`);
    await isRunning(tab);
    return tab;
  };
  const [first, second] = [await open(), await open()];
  await Promise.all([track(first, 'from_first'), track(second, 'from_second')]);
  await vi.waitFor(async () => expect(await persisted(first)).toHaveLength(4));
  await first.close();
  await second.close();

  server.answerBatch = () => ({ status: 200 });
  await open();
  await vi.waitFor(
    () => {
      const names = server.accepted().map(nameOf);
      expect(names).toEqual(expect.arrayContaining(['from_first', 'from_second']));
    },
    { timeout: 6_000 },
  );
  const messages = server.accepted();
  expect(new Set(ids(messages)).size).toBe(5);
  expect(new Set(messages.map(({ anonymousId }) => anonymousId)).size).toBe(1);
  expect(new Set(messages.map(({ context }) => context?.sessionId)).size).toBe(1);
});
