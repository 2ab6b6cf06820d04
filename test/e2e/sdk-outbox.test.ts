import type { BrowserContext, Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { flush, isRunning, nameOf, persisted, traces, tracked } from '../sdk/browser.ts';
import { browser, server } from '../support/site-in-browser.ts';
import { eventually } from '../support/wait-for.ts';

beforeEach(async () => {
  server.pages['/'] = '<handrail data-consent="granted">';
});

async function openShop(setUp?: () => void): Promise<Page> {
  const page = await browser.newPage();
  if (setUp) await page.addInitScript(setUp);
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  return page;
}

/** The store is opened in an idle moment, asked for earlier than this one. */
const isPersisting = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
const track = (page: Page, name: string) => page.evaluate((name) => window.handrail.track(name), name);
const ids = (messages: { messageId?: string | undefined }[]) => messages.map(({ messageId }) => messageId);

test('Q12 more than may be in flight as the page is left: the rest goes with the next page', async () => {
  server.pages['/next'] = 'Another page, without Handrail';
  const page = await openShop();
  await flush(page);
  await isPersisting(page);
  // What has no answer is in flight.
  server.answerBatch = () => 'never';
  // 15 × 10 KB, in one task so that no ordinary flush can come between.
  await page.evaluate((next) => {
    for (let index = 0; index < 15; index++)
      window.handrail.track('big', { index, text: 'x'.repeat(10_000) });
    location.href = next;
  }, '/next');
  await page.waitForURL('**/next');
  const inFlight = () => server.requests.filter(({ body }) => body.includes('"big"'));
  await eventually(() => expect(inFlight()).not.toEqual([]));
  const bytesInFlight = inFlight().reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  expect(bytesInFlight).toBeGreaterThan(30_000);
  expect(bytesInFlight).toBeLessThanOrEqual(65_536);

  server.answerBatch = () => ({ status: 200 });
  await page.goto(`${server.siteUrl}/`);
  await eventually(() => expect(new Set(ids(tracked(server.accepted(), 'big'))).size).toBe(15));
});

test('touchpoints of a time without network arrive once after a reload, in order', async () => {
  server.answerBatch = () => 'hang up';
  const page = await openShop();
  await track(page, 'one');
  await track(page, 'two');
  await flush(page);
  await eventually(async () => expect(await persisted(page)).toHaveLength(3));
  expect(server.accepted()).toEqual([]);

  server.answerBatch = () => ({ status: 200 });
  await page.reload();
  await isRunning(page);
  await eventually(() => expect(server.accepted()).toHaveLength(4));
  expect(server.accepted().map(nameOf)).toEqual(['page /', 'one', 'two', 'page /']);
  await eventually(async () => expect(await persisted(page)).toEqual([]));

  await page.reload();
  await isRunning(page);
  await flush(page);
  const sent = server
    .batches()
    .slice(-1)
    .flatMap(({ batch }) => batch.map(nameOf));
  expect(sent).not.toContain('one');
});

describe('Q13 two open tabs share what neither could send', () => {
  const open = async (context: BrowserContext, url: string) => {
    const tab = await context.newPage();
    await tab.goto(url);
    await isRunning(tab);
    return tab;
  };

  test.each([
    // Only secure contexts have locks, and `localhost` is one.
    ['with navigator.locks', () => server.siteUrl.replace('shop.test', 'localhost'), true],
    ['without', () => server.siteUrl, false],
  ])('%s', async (_, siteUrl, hasLocks) => {
    server.answerBatch = () => 'hang up';
    const context = await browser.newContext();
    const tabs = [await open(context, siteUrl()), await open(context, siteUrl())] as const;
    expect(await tabs[0].evaluate(() => 'locks' in navigator)).toBe(hasLocks);
    for (const [index, tab] of tabs.entries()) {
      await track(tab, `from_${index}`);
      await flush(tab);
    }
    await eventually(async () => expect(await persisted(tabs[0])).toHaveLength(4));

    const stored: (string | undefined)[] = [];
    server.answerBatch = ({ body }) => {
      stored.push(...ids(JSON.parse(body).batch));
      return { status: 200 };
    };
    await Promise.all(tabs.map((tab) => tab.evaluate(() => dispatchEvent(new Event('online')))));
    await eventually(async () => expect(await persisted(tabs[1])).toEqual([]));
    await Promise.all(tabs.map(flush));

    const messages = server.accepted();
    expect(messages.map(nameOf).sort()).toEqual(['from_0', 'from_1', 'page /', 'page /']);
    expect(new Set(messages.map(({ anonymousId }) => anonymousId)).size).toBe(1);
    expect(new Set(messages.map(({ context }) => context?.sessionId)).size).toBe(1);
    // With locks, not even the collector had to see one twice.
    if (hasLocks) expect(stored).toHaveLength(4);
  });

  test('and a tab opened later delivers for those that are closed', async () => {
    server.answerBatch = () => 'hang up';
    const context = await browser.newContext();
    const url = `${server.siteUrl}/`;
    const tabs = [await open(context, url), await open(context, url)] as const;
    await eventually(async () => expect(await persisted(tabs[0])).toHaveLength(2));
    for (const tab of tabs) await tab.close();

    server.answerBatch = () => ({ status: 200 });
    await open(context, url);
    await eventually(() => expect(server.accepted()).toHaveLength(3));
  });
});

describe('where the browser keeps nothing', () => {
  test('Q14 in a sandboxed frame, where all storage throws, everything is sent from memory', async () => {
    server.pages['/'] = '<iframe sandbox="allow-scripts" src="/framed"></iframe>';
    server.pages['/framed'] = '<handrail data-consent="granted">';
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${server.siteUrl}/`);
    const frame = page.frames()[1];
    await frame?.waitForFunction(() => 'flush' in (window.handrail ?? {}));
    await frame?.evaluate(async () => {
      window.handrail.track('one');
      window.handrail.identify('ada');
      window.handrail.track('two');
      await window.handrail.flush();
    });

    expect(server.accepted().map(nameOf)).toEqual(['page /framed', 'one', 'identify /framed', 'two']);
    expect(new Set(server.accepted().map(({ anonymousId }) => anonymousId)).size).toBe(1);
    expect(new Set(server.accepted().map(({ context }) => context?.sessionId)).size).toBe(1);
    expect(errors).toEqual([]);
  });

  test('Q15 an IndexedDB that never answers costs no more than two seconds', async () => {
    const page = await openShop(() => {
      IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest;
    });
    await isPersisting(page);
    await track(page, 'one');
    const start = performance.now();
    await flush(page);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(server.accepted().map(nameOf)).toEqual(['page /', 'one']);
  });

  test("Q16 a full storage: everything is sent, and what is the host's stays as it is", async () => {
    const page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: server.siteUrl, quotaSize: 1 });
    server.pages['/host'] = 'The host alone';
    await page.goto(`${server.siteUrl}/host`);
    const hostKeys = await page.evaluate(() => {
      // As full as it gets: with large values, then with small ones.
      for (const chars of [100_000, 1_000, 1]) {
        try {
          for (let key = 0; ; key++) localStorage.setItem(`host-${chars}-${key}`, 'x'.repeat(chars));
        } catch {}
      }
      return Object.keys(localStorage).length;
    });
    await page.goto(`${server.siteUrl}/`);
    await isRunning(page);
    await page.evaluate(() => {
      window.handrail.cart([{ item_id: 'a', price: 5 }]);
      window.handrail.identify('ada');
    });
    await flush(page);

    // The cart waits for the file that knows about carts.
    expect(server.accepted().map(nameOf).sort()).toEqual(['add_to_cart', 'identify /', 'page /']);
    expect(new Set(server.accepted().map(({ anonymousId }) => anonymousId)).size).toBe(1);
    expect((await traces(page)).keys).toEqual([]);
    expect(await page.evaluate(() => Object.keys(localStorage).length)).toBe(hostKeys);
  });
});

test('Q16 without a network for days, the outbox stays bounded and drops the oldest', async () => {
  server.answerBatch = () => 'hang up';
  const page = await openShop();
  await page.evaluate(() => {
    for (let index = 0; index < 1_100; index++) window.handrail.track('many', { index });
  });
  await flush(page);
  await eventually(async () => expect(await persisted(page)).toHaveLength(1_000));
  expect(await page.evaluate(() => window.handrail.explain().drops)).toEqual({ outbox_full: 101 });

  server.answerBatch = () => ({ status: 200 });
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await flush(page);
  await eventually(() => expect(server.accepted()).toHaveLength(1_000));
  expect(tracked(server.accepted(), 'many').at(0)?.properties).toEqual({ index: 100 });
});
