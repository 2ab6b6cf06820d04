import type { Trigger } from '@handrail/sdk/protocol';
import { describe, expect, test } from 'vitest';
import { openShop, type Shop, type ShopOptions, SURVEY, watchedShop } from '../sdk/prompt-shop.ts';
import { browser, server } from '../support/site-in-browser.ts';
import { eventually } from '../support/wait-for.ts';

const TALL = '<div style="height: 4000px">A long read</div>';
const PHONE = { hasTouch: true, isMobile: true, viewport: { width: 390, height: 700 } };

const open = (on: Trigger, options?: ShopOptions) => openShop(browser, server, [{ ...SURVEY, on }], options);
const pass = ({ page }: Shop, seconds: number) => page.clock.fastForward(seconds * 1_000);
/** Nothing is shown, and nothing was even considered. */
async function isStillQuiet({ settled, reasonOf, dialog }: Shop, reason = 'not_triggered') {
  await settled();
  expect(await reasonOf()).toBe(reason);
  expect(await dialog.count()).toBe(0);
}

describe('exitIntent', () => {
  const leaveByTheTop = async ({ page }: Shop) => {
    await page.mouse.move(300, 40);
    await page.mouse.move(300, -5);
  };

  test('the mouse leaves by the top, not sooner than three seconds', async () => {
    const shop = await open({ exitIntent: true }, { hasClock: true });
    await leaveByTheTop(shop);
    await isStillQuiet(shop);
    await pass(shop, 3);
    await shop.page.mouse.move(300, 40);
    await shop.page.mouse.move(-5, 300);
    await isStillQuiet(shop);
    await leaveByTheTop(shop);
    await shop.comesTo('shown');
  });

  test('not sooner than the prompt allows', async () => {
    const shop = await open({ exitIntent: true, minOnPage: '1m' }, { hasClock: true });
    await pass(shop, 50);
    await leaveByTheTop(shop);
    await isStillQuiet(shop);
    await pass(shop, 11);
    await leaveByTheTop(shop);
    await shop.comesTo('shown');
  });

  test('Q52 the time on one route does not count for the next', async () => {
    const shop = await open({ exitIntent: true, minOnPage: '1m' }, { hasClock: true });
    await pass(shop, 61);
    await shop.goTo('/next');
    await leaveByTheTop(shop);
    await isStillQuiet(shop);
  });

  test('on a touch screen a flick upwards', async () => {
    const shop = await open({ exitIntent: true, minOnPage: '0s' }, { html: TALL, options: PHONE });
    const scroll = (steps: number[]) =>
      shop.page.evaluate(async (steps) => {
        const frame = () => new Promise(requestAnimationFrame);
        for (const top of steps) {
          scrollTo({ top, behavior: 'instant' });
          await frame();
        }
        await frame();
      }, steps);
    await scroll([1_000, 2_000]);
    await isStillQuiet(shop);
    // Reading upwards: some pixels a frame.
    await scroll([1_980, 1_960, 1_940, 1_920]);
    await isStillQuiet(shop);
    await shop.page.evaluate(() => new Promise((pause) => setTimeout(pause, 200)));
    await scroll([1_900, 1_400, 900, 400]);
    await shop.comesTo('shown');
  });

  test('on a touch screen nothing at all for half a minute', async () => {
    const shop = await open({ exitIntent: true }, { options: PHONE, hasClock: true });
    await pass(shop, 28);
    await isStillQuiet(shop);
    await pass(shop, 3);
    await shop.comesTo('shown');
  });

  test('on a touch screen a return from another app or tab', async () => {
    const shop = await open({ exitIntent: true, minOnPage: '0s' }, { options: PHONE });
    await shop.page.evaluate(() => {
      const tell = (state: DocumentVisibilityState) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value: state === 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'));
      };
      tell('hidden');
      tell('visible');
    });
    await shop.comesTo('shown');
  });

  test('with a mouse, a return from another tab is none, nor is being idle', async () => {
    const shop = await open({ exitIntent: true, minOnPage: '0s' }, { hasClock: true });
    await shop.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await pass(shop, 60);
    await isStillQuiet(shop);
  });

  test('Back goes back', async () => {
    const shop = await open({ exitIntent: true, minOnPage: '0s' }, { options: PHONE });
    const length = await shop.page.evaluate(() => history.length);
    await shop.page.goBack();
    expect(shop.page.url()).toBe('about:blank');
    expect(length).toBe(2);
  });
});

describe('Q52 a delayed trigger', () => {
  const on: Trigger = { touchpoint: 'search', after: '10m' };

  test('survives navigation, and fires once', async () => {
    const first = await open(on, { hasClock: true });
    await first.track('search');
    await pass(first, 300);
    await first.page.goto(`${server.siteUrl}/`);
    const second = await watchedShop(first.page, server);
    await isStillQuiet(second);
    await pass(second, 301);
    await pass(second, 1);
    await second.comesTo('shown');
    await second.page.goto(`${server.siteUrl}/`);
    const third = await watchedShop(second.page, server);
    await pass(third, 700);
    await isStillQuiet(third);
  });

  test('fires in one of several tabs only', async () => {
    const first = await open(on, { hasClock: true });
    await first.track('search');
    const second = await open(on, { context: first.context });
    await Promise.all([pass(first, 601), pass(second, 601)]);
    // The rest passes as it does for visitors: storage takes its own time from tab to tab, whatever the clock says.
    const reasons = async () => [await first.reasonOf(), await second.reasonOf()].sort();
    await eventually(async () => expect(await reasons()).toContain('shown'));
    await Promise.all([first.settled(), second.settled()]);
    expect(await reasons()).toEqual(['not_triggered', 'shown']);
  });

  test('is past where the visitor comes back days later', async () => {
    const first = await open(on, { hasClock: true });
    await first.track('search');
    await pass(first, 3 * 86_400);
    await pass(first, 1);
    await isStillQuiet(first);
  });
});
