import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { flush, isRunning, nameOf, persisted, traces } from '../sdk/browser.ts';
import { launchChromium } from '../support/chromium.ts';
import { type PageServer, startPageServer } from '../support/page-server.ts';

const NO_TRACES = { keys: [], databases: [], cookies: '' };

let browser: Browser;
let server: PageServer;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await startPageServer();
  server.prompts.prompts = [{ id: 'nps', type: 'survey', on: { touchpoint: 'page_view' }, questions: [] }];
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await server.close();
});

async function openShop(tag: string): Promise<Page> {
  server.pages['/'] = tag;
  const page = await browser.newPage();
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  return page;
}

const consent = (page: Page, decision: object) =>
  page.evaluate((decision) => window.handrail.consent(decision), decision);

/** Calls everything, waits for what is idle, and leaves: whatever could leave a trace now would. */
async function useEverything(page: Page) {
  await page.evaluate(async () => {
    const { handrail } = window;
    handrail.track('demo_booked');
    handrail.page();
    handrail.identify('u1', { email: 'ada@example.com' });
    handrail.cart([{ item_id: 'a', price: 5 }]);
    handrail.reset();
    history.pushState(null, '', '/elsewhere');
    window.dataLayer.push({ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'a' }] } });
    await new Promise((resolve) => requestIdleCallback(resolve));
    dispatchEvent(new PageTransitionEvent('pagehide'));
    await handrail.flush();
  });
}

describe.each([
  ['not told', '<handrail>'],
  ['pending', '<handrail data-consent="pending">'],
  ['denied', '<handrail data-consent="denied">'],
  ['a word that is no state', '<handrail data-consent="yes">'],
])('Q24 consent %s', (_, tag) => {
  test('leaves no request, no cookie and no storage', async () => {
    const page = await openShop(tag);
    await useEverything(page);
    expect(await traces(page)).toEqual(NO_TRACES);
    expect(await page.context().cookies()).toEqual([]);
    expect(server.requests.map(({ path }) => path)).toEqual(['/handrail.js']);
  });
});

test('a grant records the page that is open, once, and nothing from before', async () => {
  const page = await openShop('<handrail>');
  await useEverything(page);
  await consent(page, { analytics: 'granted', marketing: 'granted' });
  await consent(page, { analytics: 'granted', marketing: 'granted' });
  await flush(page);

  expect(server.accepted().map(nameOf)).toEqual(['page /elsewhere']);
  expect(server.accepted()[0]?.context?.consent?.categoryPreferences).toEqual({
    analytics: true,
    marketing: true,
  });
});

test('a grant is remembered on the next page, without asking again', async () => {
  const page = await openShop('<handrail>');
  await consent(page, { analytics: 'granted' });
  await page.reload();
  await isRunning(page);
  await flush(page);
  expect(server.accepted().at(-1)?.context?.consent?.categoryPreferences).toEqual({ analytics: true });
  expect(new Set(server.accepted().map(({ anonymousId }) => anonymousId)).size).toBe(1);
});

test('a new decision about marketing is told to the collector', async () => {
  const page = await openShop('<handrail data-consent="granted">');
  await consent(page, { marketing: 'denied' });
  await flush(page);
  const last = server.accepted().at(-1);
  expect(last && nameOf(last)).toBe('consent_updated');
  expect(last?.context?.consent?.categoryPreferences).toEqual({ analytics: true, marketing: false });
});

test('withdrawal stops recording, discards what waits and erases what is stored, and only that', async () => {
  server.answerBatch = () => 'hang up';
  const page = await openShop('<handrail data-consent="granted">');
  await page.evaluate(() => localStorage.setItem('shop-cart', 'mine'));
  await page.evaluate(() => window.handrail.cart([{ item_id: 'a', price: 5 }]));
  await vi.waitFor(async () => expect(await persisted(page)).toHaveLength(2));
  await flush(page);
  const before = server.batches().length;

  server.answerBatch = () => ({ status: 200 });
  await consent(page, { analytics: 'denied' });
  await useEverything(page);
  expect(await page.evaluate(() => Object.entries(localStorage))).toEqual([['shop-cart', 'mine']]);
  await vi.waitFor(async () => expect(await persisted(page)).toEqual([]));
  expect(server.batches()).toHaveLength(before);
  expect((await page.evaluate(() => window.handrail.explain())).drops).toMatchObject({
    consent_withdrawn: 2,
  });
});

test('a refusal on a later page erases what an earlier page was allowed to store', async () => {
  const page = await openShop('<handrail data-consent="granted">');
  await flush(page);
  server.pages['/'] = '<handrail data-consent="denied">';
  await page.reload();
  await isRunning(page);
  expect((await traces(page)).keys).toEqual([]);
  expect(await persisted(page)).toEqual([]);
});
