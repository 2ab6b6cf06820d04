import { expect, test } from 'vitest';
import { flush, tracked } from '../sdk/browser.ts';
import { isTrack, namesOf, openCapturePage } from '../sdk/capture-page.ts';
import { browser, server } from '../support/site-in-browser.ts';

declare global {
  interface Window {
    analytics: { track(...given: unknown[]): unknown };
    /** Puts the library in the snippet's place and tells it what the snippet was told, as Segment's loader does. */
    load(): void;
    /** What the library was told. */
    heard: unknown[][];
  }
}

const OIL = { product_id: 'oil', name: 'Olive oil', price: 12.5, quantity: 2 };
/** Segment's snippet as far as calls go, and a stand-in for the library that takes its place. */
const SNIPPET = `<script>
  !function () {
    var analytics = window.analytics = window.analytics || [];
    analytics.methods = ['track', 'page', 'identify', 'on'];
    for (const method of analytics.methods) {
      analytics[method] = function () { analytics.push([method, ...arguments]); return analytics };
    }
  }();
  window.heard = [];
  window.load = () => {
    const calls = window.analytics;
    window.analytics = new (class { track(...given) { heard.push(given); return Promise.resolve('sent') } });
    for (const [method, ...given] of calls) window.analytics[method]?.(...given);
  };
</script>`;
const open = (html: string, tag = '') =>
  openCapturePage(browser, server, html, {
    off: ['vitals', 'engagement', 'rage-clicks', 'dead-clicks'],
    tag,
  });
const recorded = () => server.accepted().filter(isTrack);

test('Q50 a shop with only Segment: what waited, what the snippet is told, what the library is told; each once', async () => {
  const { page, errors } = await open(
    `${SNIPPET}<script>analytics.track('Product Viewed', ${JSON.stringify(OIL)}); analytics.page()</script>`,
  );
  await page.evaluate((oil) => {
    window.analytics.track('Product Added', { ...oil, currency: 'EUR' });
    window.analytics.track('Newsletter Read', {});
    window.load();
    window.analytics.track('Product Added', { ...oil, quantity: 1, currency: 'EUR' });
  }, OIL);
  const returned = await page.evaluate(
    (oil) => window.analytics.track('Product Removed', { ...oil, quantity: 2 }),
    OIL,
  );
  await flush(page);
  expect(namesOf(recorded())).toEqual(['view_item', 'add_to_cart', 'add_to_cart', 'remove_from_cart']);
  expect(recorded()[1]?.properties).toMatchObject({
    currency: 'EUR',
    value: 25,
    items: [{ item_id: 'oil', item_name: 'Olive oil', price: 12.5, quantity: 2 }],
  });
  expect(recorded()[3]?.properties?.cart).toMatchObject({
    value: 12.5,
    currency: 'EUR',
    since: expect.stringMatching(/^\d{4}-.*Z$/),
    items: [{ item_id: 'oil', quantity: 1 }],
  });
  // The page's own analytics is as it was.
  expect(returned).toBe('sent');
  expect((await page.evaluate(() => window.heard)).map(([name]) => name)).toEqual([
    'Product Viewed',
    'Product Added',
    'Newsletter Read',
    'Product Added',
    'Product Removed',
  ]);
  expect(errors).toEqual([]);
});

test('Q50 the snippet may come after Handrail, the library never', async () => {
  const { page, errors } = await open('');
  await page.evaluate((snippet) => {
    const script = document.createElement('script');
    script.textContent = snippet.replace(/<\/?script>/g, '');
    document.head.append(script);
  }, SNIPPET);
  await page.evaluate((oil) => {
    window.analytics.track('Checkout Started', { products: [oil], currency: 'EUR' });
    window.analytics.track('Order Completed', {
      order_id: 'o1',
      revenue: 25,
      currency: 'EUR',
      products: [oil],
    });
  }, OIL);
  await flush(page);
  expect(recorded()).toMatchObject([
    { event: 'begin_checkout', properties: { cart: { value: 25 } } },
    { event: 'purchase', properties: { transaction_id: 'o1', value: 25, cart: { items: [], value: 0 } } },
  ]);
  expect(recorded()[1]?.properties?.cart).not.toHaveProperty('since');
  expect(errors).toEqual([]);
});

test('told three ways it counts once, and told three ways twice it counts twice', async () => {
  const { page } = await open(SNIPPET);
  await page.evaluate(() => {
    const tell = () => {
      window.analytics.track('Product Added', { product_id: 'oil', price: 12.5 });
      window.dataLayer.push({
        event: 'add_to_cart',
        ecommerce: { items: [{ item_id: 'oil', price: 12.5 }] },
      });
      window.handrail.track('add_to_cart', { items: [{ item_id: 'oil', price: 12.5, quantity: 1 }] });
    };
    tell();
    tell();
  });
  await flush(page);
  expect(tracked(server.accepted(), 'add_to_cart')).toHaveLength(2);
  expect(recorded()[1]?.properties?.cart).toMatchObject({ items: [{ item_id: 'oil', quantity: 2 }] });
});

test.each([
  ['nothing of the kind', '<script>window.analytics = 7</script>'],
  ['a library that is sealed', '<script>window.analytics = Object.freeze({ track() {} })</script>'],
  ['a variable of the page', '<script>var analytics = { track() {} }</script>'],
  [
    'odd calls',
    `${SNIPPET}<script>analytics.track(); analytics.track(null, null); analytics.track('Product Added', 7); analytics.track('Order Completed', { products: 'x' })</script>`,
  ],
])('%s under that name does no harm', async (_, html) => {
  const { page, errors } = await open(html);
  await page.evaluate(() => window.analytics.track?.('Cart Viewed'));
  await flush(page);
  expect(errors).toEqual([]);
});

test('commerce switched off, only what is called for is recorded', async () => {
  const { page } = await openCapturePage(browser, server, SNIPPET, {
    off: ['commerce', 'vitals', 'engagement'],
  });
  await page.evaluate(() => {
    window.analytics.track('Product Added', { product_id: 'oil' });
    window.dataLayer.push({ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'oil' }] } });
    window.handrail.track('view_item', { items: [{ item_id: 'oil' }] });
  });
  await flush(page);
  expect(namesOf(recorded())).toEqual(['view_item']);
});
