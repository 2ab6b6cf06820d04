import type { Page, Route } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isRunning } from '../../sdk/browser.ts';
import { browser, server } from '../../support/site-in-browser.ts';

const held: Route[] = [];
beforeEach(async () => {
  server.pages['/'] = `<handrail data-consent="granted">
    <a id="link" href="/linked">Link</a>
    <form id="form" action="/sent"><input name="email" aria-label="E-mail"><button id="submit">Send</button></form>`;
});
afterEach(async () => {
  // A page with a request that nobody answers may not close.
  await Promise.all(held.splice(0).map((route) => route.abort().catch(() => {})));
});

/** Without Handrail these take some 100 ms here; a page that waited for the collector would take seconds. */
const AT_ONCE_MS = 1_500;

async function tookMs(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

async function expectUnaffected(open: () => Promise<Page>) {
  const forLink = await open();
  const linkMs = await tookMs(async () => {
    await forLink.click('#link', { noWaitAfter: true });
    await forLink.waitForURL('**/linked', { waitUntil: 'commit' });
  });
  const forForm = await open();
  const pushStateMs = await forForm.evaluate(() => {
    const start = performance.now();
    history.pushState(null, '', '/route');
    return performance.now() - start;
  });
  const submitMs = await tookMs(async () => {
    await forForm.fill('[name=email]', 'ada@example.com');
    await forForm.click('#submit', { noWaitAfter: true });
    await forForm.waitForURL('**/sent?*', { waitUntil: 'commit' });
  });
  expect(linkMs).toBeLessThan(AT_ONCE_MS);
  expect(submitMs).toBeLessThan(AT_ONCE_MS);
  expect(pushStateMs).toBeLessThan(50);
}

describe('Q21 links, routes and forms do not wait for a collector that', () => {
  test.each([
    ['is down', (page: Page) => page.route('**/v1/**', (route) => route.abort())],
    ['never answers', (page: Page) => page.route('**/v1/**', () => {})],
    [
      'is slow',
      (page: Page) =>
        page.route('**/v1/**', async (route) => {
          await new Promise((resolve) => setTimeout(resolve, 3_000));
          await route.continue().catch(() => {});
        }),
    ],
  ])('%s', async (_, disturb) => {
    await expectUnaffected(async () => {
      const page = await browser.newPage();
      await disturb(page);
      await page.goto(`${server.siteUrl}/`);
      await isRunning(page);
      await page.evaluate(() => {
        window.handrail.track('before');
        void window.handrail.flush();
      });
      return page;
    });
  });

  test.each(['handrail.js', 'handrail-idle.js', 'handrail-capture.js'])(
    'never hands out %s',
    async (file) => {
      await expectUnaffected(async () => {
        const page = await browser.newPage();
        await page.route(`**/${file}`, (route) => void held.push(route));
        await page.goto(`${server.siteUrl}/`, { waitUntil: 'domcontentloaded' });
        return page;
      });
    },
  );
});

test('without the file that delivers, what was recorded still leaves with the page', async () => {
  const page = await browser.newPage();
  await page.route('**/handrail-idle.js', (route) => route.abort());
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  await page.evaluate(() => window.handrail.track('blocked'));
  await page.click('#link');
  await page.waitForURL('**/linked');
  await expect.poll(() => server.accepted().map((message) => message.type)).toEqual(['page', 'track']);
});
