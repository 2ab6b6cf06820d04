import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { flush, isRunning, nameOf, tracked } from '../sdk/browser.ts';
import { browser, server } from '../support/site-in-browser.ts';

/** Everything these pages throw or log as an error would be the host's trouble: there must be none. */
async function openShop(html: string): Promise<{ page: Page; errors: string[] }> {
  server.pages['/'] = html;
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  return { page, errors };
}

const names = () => server.accepted().map(nameOf);
/** Routes are told in a task of their own. */
const nextTask = (page: Page) => page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));

describe('the tag', () => {
  test('Q22 loaded twice, there is one instance, and early calls are replayed once', async () => {
    const { page } = await openShop(`
      <script>window.handrail = window.handrail || []; handrail.push(['track', 'early', { plan: 'team' }])</script>
      <handrail data-consent="granted"><handrail data-consent="granted">`);
    await page.waitForLoadState();
    await page.evaluate(() => window.handrail.push(['track', 'late']));
    await flush(page);
    expect(names()).toEqual(['page /', 'early', 'late']);
    expect(tracked(server.accepted(), 'early')[0]?.properties).toEqual({ plan: 'team' });
  });

  test('early consent counts before everything else that waited', async () => {
    const { page } = await openShop(`
      <script>
        window.handrail = window.handrail || [];
        handrail.push(['consent', { analytics: 'granted' }]);
        handrail.push(['track', 'early']);
        window.dataLayer = [{ event: 'view_item', ecommerce: { items: [{ item_id: 'a' }] } }];
      </script>
      <handrail>`);
    await flush(page);
    expect(names()).toEqual(['page /', 'early', 'view_item']);
  });

  test('calls that make no sense neither throw nor stop those that do', async () => {
    const { page, errors } = await openShop(`
      <script>window.handrail = [null, 'x', ['nonsense'], ['track'], ['cart', 7], ['track', 'good']]</script>
      <handrail data-consent="granted">`);
    await page.evaluate(() => {
      const cyclic: Record<string, unknown> = { kept: true };
      cyclic.self = cyclic;
      window.handrail.track('cyclic', cyclic);
      window.handrail.track('large', { text: 'x'.repeat(40_000), kept: true });
      window.handrail.identify('');
    });
    await flush(page);
    // A property that cannot be sent costs itself, not its touchpoint.
    expect(names()).toEqual(['page /', 'good', 'cyclic', 'large']);
    for (const name of ['cyclic', 'large']) {
      expect(tracked(server.accepted(), name)[0]?.properties).toEqual({ kept: true });
    }
    expect(errors).toEqual([]);
    expect((await page.evaluate(() => window.handrail.explain())).drops).toEqual({
      invalid_name: 1,
      property_not_serializable: 1,
      property_too_large: 1,
      invalid_user_id: 1,
    });
  });

  test('without a key it says so, once, and stays harmless', async () => {
    server.pages['/'] = `<script>window.handrail = []</script>
      <script async src="${server.collectorUrl}/handrail.js" data-consent="granted"></script>`;
    const page = await browser.newPage();
    const logged: string[] = [];
    page.on('console', (message) => logged.push(message.text()));
    await page.goto(`${server.siteUrl}/`);
    await isRunning(page);
    await page.evaluate(() => window.handrail.push(['track', 'x']));
    await flush(page);
    await expect.poll(() => logged).toEqual(['handrail: writeKey is missing.']);
    expect(server.batches()).toEqual([]);
  });
});

test('words that are none are named on the console, each option once, and the page goes on', async () => {
  server.pages['/'] =
    '<handrail data-consent="granted" data-off="clickz forms" data-cmp="tfc" data-when-denied="cookiless">';
  const page = await browser.newPage();
  const logged: string[] = [];
  page.on('console', (message) => logged.push(message.text()));
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  await flush(page);
  await expect
    .poll(() => logged.toSorted())
    .toEqual([
      'handrail: cmp cannot be "tfc", did you mean tcf?',
      'handrail: off cannot be "clickz", did you mean clicks?',
      'handrail: whenDenied cannot be "cookiless", did you mean cookieless?',
    ]);
  expect(server.accepted().map(nameOf)).toEqual(['page /']);
});

describe.each([
  ['with the Navigation API', ''],
  [
    'in a browser without it',
    '<script>Object.defineProperty(window, "navigation", { value: undefined })</script>',
  ],
])('routes %s', (_, setUp) => {
  test('each is one page view, with its own title; hash, same path and redirects are none', async () => {
    const { page } = await openShop(`${setUp}<handrail data-consent="granted">`);
    await page.evaluate(() => {
      history.pushState(null, '', '/redirected');
      history.replaceState(null, '', '/products');
      document.title = 'Products';
    });
    await nextTask(page);
    await page.evaluate(() => {
      history.replaceState(null, '', '/products?sort=price');
      location.hash = 'reviews';
    });
    await nextTask(page);
    await page.evaluate(() => history.pushState(null, '', '/products?page=2'));
    await nextTask(page);
    await page.goBack();
    await page.goBack();
    await nextTask(page);
    await flush(page);

    const views = server.accepted().map(({ context }) => `${context?.page?.path}${context?.page?.search}`);
    expect(views).toEqual(['/', '/products', '/products?page=2', '/products?sort=price']);
    expect(server.accepted()[1]?.context?.page?.title).toBe('Products');
  });

  test('Q49 a history hook of the host that throws is its own business', async () => {
    const { page, errors } = await openShop(`${setUp}
      <script>
        const original = history.pushState;
        history.pushState = function (...args) {
          if (args[2] === '/forbidden') throw new Error('host says no');
          return original.apply(this, args);
        };
      </script>
      <handrail data-consent="granted">`);
    const thrown = await page.evaluate(() => {
      try {
        history.pushState(null, '', '/forbidden');
        return 'nothing';
      } catch (error) {
        return (error as Error).message;
      }
    });
    await page.evaluate(() => history.pushState(null, '', '/allowed'));
    await nextTask(page);
    await flush(page);
    expect(thrown).toBe('host says no');
    expect(names()).toEqual(['page /', 'page /allowed']);
    expect(errors).toEqual([]);
  });
});

describe('commerce', () => {
  const OIL = { item_id: 'oil', item_name: 'Olive oil', price: 12.5, quantity: 1 };

  test('a shop with only a GA4 data layer: both dialects, earlier pushes too', async () => {
    const { page, errors } = await openShop(`
      <script>
        window.dataLayer = [];
        function gtag() { dataLayer.push(arguments) }
        gtag('js', new Date());
        gtag('config', 'G-1');
        dataLayer.push({ event: 'view_item', ecommerce: { currency: 'GBP', items: [{ item_id: 'oil' }] } });
        dataLayer.push({ ecommerce: null });
      </script>
      <handrail data-consent="granted">`);
    const returned = await page.evaluate((oil) => {
      const added = window.dataLayer.push({
        event: 'add_to_cart',
        ecommerce: { currency: 'GBP', value: 12.5, items: [oil] },
      });
      window.gtag('event', 'add_to_cart', { currency: 'GBP', value: 25, items: [{ ...oil, quantity: 2 }] });
      window.gtag('event', 'remove_from_cart', { currency: 'GBP', value: 12.5, items: [oil] });
      window.dataLayer.push({ event: 'newsletter', ecommerce: {} }, null, 'x', () => {});
      window.dataLayer.push({
        get event(): string {
          throw new Error('host getter');
        },
      });
      return { added, length: window.dataLayer.length };
    }, OIL);
    await flush(page);

    expect(returned).toEqual({ added: 5, length: 12 });
    expect(errors).toEqual([]);
    expect(names()).toEqual(['page /', 'view_item', 'add_to_cart', 'add_to_cart', 'remove_from_cart']);
    expect(server.accepted().at(-1)).toMatchObject({
      properties: {
        value: 12.5,
        currency: 'GBP',
        items: [OIL],
        cart: { value: 25, currency: 'GBP', items: [{ ...OIL, quantity: 2 }] },
      },
    });
  });

  test('an action told by the API and by the data layer counts once; two clicks told twice are two', async () => {
    const { page } = await openShop('<handrail data-consent="granted">');
    await page.evaluate((oil) => {
      const ecommerce = { currency: 'GBP', items: [oil] };
      const click = () => {
        window.dataLayer.push({ event: 'add_to_cart', ecommerce });
        window.handrail.track('add_to_cart', ecommerce);
      };
      click();
      click();
    }, OIL);
    await flush(page);
    const added = tracked(server.accepted(), 'add_to_cart');
    expect(added).toHaveLength(2);
    expect(added[1]?.properties?.cart).toMatchObject({ items: [{ item_id: 'oil', quantity: 2 }] });
  });

  test('the cart set as a whole records what changed, lasts over pages, and a purchase empties it', async () => {
    const { page } = await openShop('<handrail data-consent="granted">');
    await page.evaluate((oil) => {
      window.handrail.cart([oil, { item_id: 'board', price: 40 }], { currency: 'GBP' });
    }, OIL);
    // What keeps the cart has been loaded by then; a page left sooner tells it as `view_cart`.
    await flush(page);
    await page.reload();
    await isRunning(page);
    await page.evaluate((oil) => {
      window.handrail.cart([{ ...oil, quantity: 3 }]);
      window.handrail.cart([{ ...oil, quantity: 3 }]);
      window.handrail.track('purchase', { transaction_id: 't1', value: 37.5, currency: 'GBP', items: [oil] });
    }, OIL);
    await flush(page);

    const commerce = server.accepted().filter(({ type }) => type === 'track');
    expect(commerce.map(nameOf)).toEqual(['add_to_cart', 'remove_from_cart', 'add_to_cart', 'purchase']);
    expect(commerce[0]).toMatchObject({
      properties: { value: 52.5, currency: 'GBP', cart: { value: 52.5 } },
    });
    expect(commerce[2]).toMatchObject({
      properties: {
        value: 25,
        items: [{ item_id: 'oil', quantity: 2 }],
        cart: { value: 37.5, currency: 'GBP' },
      },
    });
    expect(commerce[3]).toMatchObject({
      properties: { transaction_id: 't1', cart: { items: [], value: 0 } },
    });
  });
});

describe('people', () => {
  test('identify keeps the visitor; another person, or reset, is a new one', async () => {
    const { page } = await openShop('<handrail data-consent="granted">');
    await page.evaluate(() => {
      window.handrail.identify('ada', { email: 'ada@example.com' });
      window.handrail.track('as_ada');
      window.handrail.identify(null, { plan: 'team' });
      window.handrail.identify('bob');
      window.handrail.reset();
      window.handrail.track('as_nobody');
    });
    await flush(page);
    const [view, ada, asAda, traits, bob, nobody] = server.accepted();
    expect(view?.userId).toBeUndefined();
    expect(ada).toMatchObject({ type: 'identify', userId: 'ada', traits: { email: 'ada@example.com' } });
    expect(traits).toMatchObject({ type: 'identify', userId: 'ada', traits: { plan: 'team' } });
    expect(new Set([view, ada, asAda, traits].map((each) => each?.anonymousId)).size).toBe(1);
    expect(bob?.anonymousId).not.toBe(ada?.anonymousId);
    expect(nobody?.userId).toBeUndefined();
    expect(nobody?.anonymousId).not.toBe(bob?.anonymousId);
    expect(nobody?.context?.sessionId).not.toBe(bob?.context?.sessionId);
  });
});
