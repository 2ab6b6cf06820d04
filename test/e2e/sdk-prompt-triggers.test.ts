import type { Trigger } from '@handrail/sdk/protocol';
import { describe, expect, test } from 'vitest';
import { leadFacts } from '../sdk/lead-facts.ts';
import { openShop, type Shop, type ShopOptions, SURVEY, watchedShop } from '../sdk/prompt-shop.ts';
import { browser, server } from '../support/site-in-browser.ts';

const TALL = '<div style="height: 4000px">A long read</div>';

const open = (on: Trigger, options?: ShopOptions) => openShop(browser, server, [{ ...SURVEY, on }], options);
const pass = ({ page }: Shop, seconds: number) => page.clock.fastForward(seconds * 1_000);
/** Nothing is shown, and nothing was even considered. */
async function isStillQuiet({ settled, reasonOf, dialog }: Shop, reason = 'not_triggered') {
  await settled();
  expect(await reasonOf()).toBe(reason);
  expect(await dialog.count()).toBe(0);
}

describe('page', () => {
  test('a page of this path, and no other, also as a route', async () => {
    const shop = await open({ page: '/pricing*' });
    await isStillQuiet(shop, 'wrong_page');
    await shop.goTo('/pricing/team');
    await shop.comesTo('shown');
  });
});

describe('touchpoint', () => {
  test('as it is recorded, with these properties', async () => {
    const shop = await open({ touchpoint: 'search', where: { results: 0 } });
    await shop.track('search', { results: 3 });
    await shop.track('share');
    await isStillQuiet(shop);
    await shop.track('search', { results: 0 });
    await shop.comesTo('shown');
  });

  test('so many times, over pages of the session', async () => {
    const on: Trigger = { touchpoint: 'search', count: { gte: 3 } };
    const first = await open(on);
    await first.track('search');
    await first.track('search');
    await isStillQuiet(first);
    const second = await open(on, { context: first.context, path: '/next' });
    await isStillQuiet(second);
    await second.track('search');
    await second.comesTo('shown');
  });

  test('so many times within a time', async () => {
    const shop = await open({ touchpoint: 'search', count: { gte: 2 }, within: '1m' }, { hasClock: true });
    await shop.track('search');
    await pass(shop, 61);
    await shop.track('search');
    await isStillQuiet(shop);
    await pass(shop, 30);
    await shop.track('search');
    await shop.comesTo('shown');
  });

  test('one of the session before does not count', async () => {
    const shop = await open({ touchpoint: 'search', count: { gte: 2 } }, { hasClock: true });
    await shop.track('search');
    await pass(shop, 31 * 60);
    await shop.track('search');
    await isStillQuiet(shop);
    await shop.track('search');
    await shop.comesTo('shown');
  });
});

describe('task', () => {
  test.each<[Trigger, 'done' | 'failed', 'done' | 'failed']>([
    [{ task: 'done' }, 'failed', 'done'],
    [{ task: 'failed' }, 'done', 'failed'],
  ])('%j', async (on, other, outcome) => {
    const shop = await open(on);
    const end = (name: string, how: 'done' | 'failed') =>
      shop.page.evaluate(([name, how]) => window.handrail.task(name)[how as 'failed'](), [
        name,
        how,
      ] as const);
    await end('connect-bank', other);
    await isStillQuiet(shop);
    await end('connect-bank', outcome);
    await shop.comesTo('shown');
  });

  test('of this name', async () => {
    const shop = await open({ task: 'done', name: 'connect*' });
    await shop.page.evaluate(() => window.handrail.task('invite').done());
    await isStillQuiet(shop);
    await shop.page.evaluate(() => window.handrail.task('connect-bank').done());
    await shop.comesTo('shown');
  });
});

describe('dwell', () => {
  test('so long on the page', async () => {
    const shop = await open({ dwell: '30s' }, { hasClock: true });
    await pass(shop, 28);
    await isStillQuiet(shop);
    await pass(shop, 3);
    await shop.comesTo('shown');
  });

  test('Q52 one armed on a route does not fire on the next', async () => {
    const shop = await open({ dwell: '30s' }, { hasClock: true });
    await pass(shop, 20);
    await shop.goTo('/next');
    await pass(shop, 20);
    await isStillQuiet(shop);
    await pass(shop, 11);
    await shop.comesTo('shown');
  });
});

describe('scroll', () => {
  test('so much of the page seen, and not by opening it', async () => {
    const shop = await open({ scroll: 50 }, { html: TALL });
    await shop.page.mouse.wheel(0, 300);
    await shop.page.waitForFunction(() => scrollY > 200);
    await isStillQuiet(shop);
    await shop.page.mouse.wheel(0, 3_000);
    await shop.comesTo('shown');
  });

  test('the end of the page can be reached', async () => {
    const shop = await open({ scroll: 100 }, { html: TALL });
    await shop.page.keyboard.press('End');
    await shop.comesTo('shown');
  });

  test('a page that needs no scrolling is never scrolled', async () => {
    const shop = await open({ scroll: 10 });
    await shop.page.mouse.wheel(0, 300);
    await isStillQuiet(shop);
  });
});

describe('idle', () => {
  test('no input for so long', async () => {
    const shop = await open({ idle: '20s' }, { hasClock: true });
    await pass(shop, 15);
    await shop.page.keyboard.press('Shift');
    await pass(shop, 15);
    await isStillQuiet(shop);
    await pass(shop, 6);
    await shop.comesTo('shown');
  });
});

describe('cartIdle', () => {
  const on: Trigger = { cartIdle: '10m' };
  const fill = ({ page }: Shop, quantity: number) =>
    page.evaluate(
      (quantity) => window.handrail.cart(quantity ? [{ item_id: 'oil', price: 25, quantity }] : []),
      quantity,
    );

  test('something in the cart that has not changed for so long, over pages', async () => {
    const first = await open(on, { hasClock: true });
    await pass(first, 700);
    await isStillQuiet(first);
    await fill(first, 1);
    await pass(first, 400);
    await fill(first, 2);
    await pass(first, 400);
    await isStillQuiet(first);
    await first.page.goto(`${server.siteUrl}/`);
    const second = await watchedShop(first.page, server);
    await isStillQuiet(second);
    await pass(second, 201);
    await second.comesTo('shown');
  });

  test('an emptied cart is left alone', async () => {
    const shop = await open(on, { hasClock: true });
    await fill(shop, 1);
    await fill(shop, 0);
    await pass(shop, 700);
    await isStillQuiet(shop);
  });
});

describe('nthPage', () => {
  test('this page view of the session, routes included', async () => {
    const first = await open({ nthPage: 3 });
    await isStillQuiet(first);
    const second = await open({ nthPage: 3 }, { context: first.context, path: '/next' });
    await isStillQuiet(second);
    await second.goTo('/third');
    await second.comesTo('shown');
  });
});

describe('nthSession', () => {
  test('as soon as the collector has told which one it is', async () => {
    server.answerBatch = () => ({ status: 200, lead: leadFacts({ sessionCount: 2 }) });
    const shop = await open({ nthSession: 2 });
    await isStillQuiet(shop);
    await shop.page.evaluate(() => window.handrail.flush());
    await shop.comesTo('shown');
  });

  test('in no other', async () => {
    server.answerBatch = () => ({ status: 200, lead: leadFacts({ sessionCount: 3 }) });
    const shop = await open({ nthSession: 2 });
    await shop.page.evaluate(() => window.handrail.flush());
    await isStillQuiet(shop);
  });
});

describe('code', () => {
  test('only where the page asks for it', async () => {
    const shop = await open({ code: true });
    await shop.track('search');
    await isStillQuiet(shop);
    await shop.page.evaluate(() => window.handrail.prompt('nps'));
    await shop.comesTo('shown');
  });

  test('a page may ask for any prompt, before they are loaded too, but not for one meant for another page', async () => {
    const html = `<script>window.handrail = []; handrail.push(['prompt', 'nps'], ['prompt', 'none'])</script>`;
    const shop = await open({ page: '/elsewhere' }, { html });
    await shop.comesTo('shown');
    const meant = { ...SURVEY, if: { page: { path: '/elsewhere' } } };
    const other = await openShop(browser, server, [meant], { html });
    await isStillQuiet(other, 'wrong_page');
  });
});

describe('any', () => {
  test('the first of several', async () => {
    const shop = await open({
      any: [{ dwell: '1h' }, { any: [{ task: 'done' }, { touchpoint: 'search' }] }],
    });
    await isStillQuiet(shop);
    await shop.track('search');
    await shop.comesTo('shown');
  });
});

test('Q60 a trigger of a newer collector never fires, and costs no other prompt anything', async () => {
  const newer = { ...SURVEY, id: 'newer', on: { hologram: true } as unknown as Trigger };
  const broken = { ...SURVEY, id: 'broken', on: undefined as never };
  const shop = await openShop(browser, server, [newer, broken, SURVEY]);
  await shop.track('purchase', { items: [] });
  await shop.comesTo('shown');
  expect(await shop.reasonOf('newer')).toBe('not_triggered');
});
