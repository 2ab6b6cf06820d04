/** What a page may rely on while Handrail has only just been loaded, and does its work when there is time for it. */
import { expect, test } from 'vitest';
import { flush, isRunning, nameOf, traces } from '../sdk/browser.ts';
import { browser, server } from '../support/site-in-browser.ts';

declare global {
  interface Window {
    methods: string[];
    loadedAt: number;
  }
}

/** A page that never has a moment to spare. */
const BUSY = '<script>window.requestIdleCallback = () => 0</script>';
const TAG = '<handrail data-consent="granted"';

test('as soon as the script has run every method is there, and calls keep their order', async () => {
  server.pages['/'] = `<script>window.handrail = [['track', 'early']]</script>
    ${TAG} onload="window.methods = Object.keys(handrail); handrail.track('from_onload', { step: 1 })">`;
  const page = await browser.newPage();
  await page.goto(server.siteUrl);
  await page.waitForFunction(() => window.methods);
  await flush(page);
  expect(server.accepted().map(nameOf)).toEqual(['page /', 'early', 'from_onload']);
  expect(await page.evaluate(() => window.methods)).toEqual(
    expect.arrayContaining([
      'track',
      'page',
      'identify',
      'consent',
      'cart',
      'task',
      'reset',
      'flush',
      'push',
    ]),
  );
});

test('what the page changes after a call does not show in what was recorded', async () => {
  server.pages['/'] =
    `${BUSY}${TAG} onload="const plan = { name: 'team' }; handrail.track('chosen', plan); plan.name = 'solo'">`;
  const page = await browser.newPage();
  await page.goto(server.siteUrl);
  await isRunning(page);
  await page.goto('about:blank');
  await expect.poll(() => server.accepted().map(nameOf)).toEqual(['page /', 'chosen']);
  expect(server.accepted()[1]).toMatchObject({ properties: { name: 'team' } });
});

test('Q11 a page that is left before it had a moment to spare is told all the same', async () => {
  server.pages['/'] = `${BUSY}${TAG} onload="window.loadedAt = Date.now()">`;
  const page = await browser.newPage();
  await page.goto(server.siteUrl);
  await page.waitForFunction(() => window.loadedAt);
  const loadedAt = await page.evaluate(() => window.loadedAt);
  expect(server.batches()).toEqual([]);
  await page.goto(`${server.siteUrl}/next`);
  await expect.poll(() => server.accepted().map(nameOf)).toEqual(['page /']);
  const [view] = server.accepted();
  // When it was opened, and not when it was left.
  expect(Date.parse(view?.timestamp ?? '')).toBeLessThanOrEqual(loadedAt);
});

test('a page that becomes another one meanwhile was there, with its own address', async () => {
  server.pages['/'] =
    `${BUSY}${TAG} onload="document.title = 'Second'; history.pushState(null, '', '/second')">`;
  const page = await browser.newPage();
  await page.goto(server.siteUrl);
  await isRunning(page);
  await flush(page);
  await expect
    .poll(async () => {
      await flush(page);
      return server.accepted().map(nameOf);
    })
    .toEqual(['page /', 'page /second']);
  const titles = server.accepted().map(({ context }) => context?.page?.title);
  expect(titles).toEqual(['/', 'Second']);
});

test('Q24 without consent, nothing becomes of it: neither in time, nor as the page is left', async () => {
  server.pages['/'] = `<handrail>`;
  const page = await browser.newPage();
  await page.goto(server.siteUrl);
  await isRunning(page);
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  await page.goto(`${server.siteUrl}/next`);
  expect(await traces(page)).toEqual({ keys: [], databases: [], cookies: '' });
  expect(server.requests.map(({ path }) => path)).toEqual(['/handrail.js']);
});
