import type { Message } from '@handrail/sdk/protocol';
import { describe, expect, test } from 'vitest';
import { flush, isRunning, nameOf } from '../sdk/browser.ts';
import { openUndriven } from '../support/chromium.ts';
import { browser, server } from '../support/site-in-browser.ts';

const TAG = '<handrail data-consent="granted" data-prompts="off">';
const isView = ({ type }: Message) => type === 'page';
const views = () => server.accepted().filter(isView).map(nameOf);

test('Q23 the page comes back out of the back/forward cache as it was, and is no second view', async () => {
  server.pages['/'] = `${TAG}<form id="f"><input name="q"></form>`;
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  await flush(page);
  await page.fill('input', 'a');
  await page.evaluate(() => {
    Object.assign(window, { mark: 'still the same page', task: window.handrail.task('import') });
    addEventListener('pageshow', ({ persisted }) => Object.assign(window, { persisted }));
  });
  await page.goto(`${server.siteUrl}/other`);
  // (Not `goBack`, which waits for the page to load: it does not.)
  await page.evaluate(() => history.back());
  await page.waitForURL(`${server.siteUrl}/`, { waitUntil: 'commit' });
  await page.waitForFunction(() => 'persisted' in window);
  const state = await page.evaluate(() => ({
    mark: (window as { mark?: string }).mark,
    persisted: (window as { persisted?: boolean }).persisted,
  }));
  expect(state).toEqual({ mark: 'still the same page', persisted: true });

  // What was given up with the page goes on: there is no second giving up, and the task can still be done.
  await page.evaluate(() => (window as unknown as { task: { done(): void } }).task.done());
  await page.goto(`${server.siteUrl}/other`);
  await expect.poll(() => server.accepted().map(nameOf)).toContain('task_done');
  expect(views()).toEqual(['page /']);
  const names = server.accepted().map(nameOf);
  expect(names.filter((name) => name === 'form_abandon')).toHaveLength(1);
  expect(names.filter((name) => name === 'task_abandoned')).toHaveLength(1);
});

describe('Q51 a page that is prerendered in case it is wanted', () => {
  /** It tells by a request of its own that it has been prerendered; the visitor then follows the link, or does not. */
  const prerender = (next: string) => {
    server.pages['/'] = `<script type="speculationrules">
        { "prerender": [{ "urls": ["/next"], "eagerness": "immediate" }] }</script>
      <script>
        const ask = async () => (await (await fetch('/go')).text()).includes('go!') ? location.assign('/next') : setTimeout(ask, 50);
        ask();
      </script>`;
    server.pages['/next'] = `${next}<script>
      const tell = () => fetch('${server.collectorUrl}/told/' + (document.prerendering ? 'prerendering' : 'shown'), { mode: 'no-cors' });
      tell();
      document.addEventListener('prerenderingchange', tell);
    </script>`;
    return openUndriven(`${server.siteUrl}/`);
  };
  const told = () => server.requests.map(({ path }) => path).filter((path) => path.startsWith('/told/'));
  const batches = () => server.requests.filter(({ method }) => method === 'POST');

  test("is nobody's visit until it is shown, and calls wait", async () => {
    const close = await prerender(`<script>window.handrail = [['track', 'early']]</script>${TAG}`);
    try {
      await expect.poll(told, { timeout: 10_000 }).toEqual(['/told/prerendering']);
      await expect.poll(() => server.requests.map(({ path }) => path)).toContain('/handrail.js');
      expect(batches()).toEqual([]);
      server.pages['/go'] = 'go!';
      await expect.poll(views, { timeout: 10_000 }).toEqual(['page /next']);
      // It really was the prerendered page that was shown.
      expect(told()).toEqual(['/told/prerendering', '/told/shown']);
      expect(server.accepted().map(nameOf).slice(0, 2)).toEqual(['page /next', 'early']);
    } finally {
      await close();
    }
  });
});

describe('routes in the hash', () => {
  const visit = async (tag: string) => {
    server.pages['/'] = tag;
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${server.siteUrl}/#/start`);
    await isRunning(page);
    for (const hash of ['#/products', '#/products', '#/cart']) {
      await page.evaluate((to) => {
        location.hash = to;
        return new Promise((resolve) => setTimeout(resolve));
      }, hash);
    }
    await flush(page);
    return views();
  };

  test('are page views where the site says so', async () => {
    expect(await visit(TAG.replace('>', ' data-hash-routing>'))).toEqual([
      'page /#/start',
      'page /#/products',
      'page /#/cart',
    ]);
  });

  test('and otherwise places on one page', async () => {
    expect(await visit(TAG)).toEqual(['page /']);
  });
});

test('switched off, there are no page views but those that are called for', async () => {
  server.pages['/'] = TAG.replace('>', ' data-off="page-views">');
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  await page.evaluate(() => {
    history.pushState(null, '', '/second');
    return new Promise((resolve) => setTimeout(resolve));
  });
  await page.evaluate(() => window.handrail.page());
  await flush(page);
  expect(views()).toEqual(['page /second']);
});
