import { describe, expect, test } from 'vitest';
import { isTrack, namesOf, openCapturePage } from '../sdk/capture-page.ts';
import { browser, server } from '../support/site-in-browser.ts';

const delivered = (name: string) =>
  server
    .accepted()
    .filter(isTrack)
    .filter(({ event }) => event === name);
const total = () =>
  delivered('engagement').reduce((sum, { properties }) => sum + Number(properties?.engagedMs), 0);
const TALL = '<main style="height:3000px">Long story</main>';
const open = (html = TALL, tag = '') => openCapturePage(browser, server, html, { hasClock: true, tag });

test('a page that is read to the end and left tells how long and how much, once', async () => {
  const { page } = await open();
  await page.clock.runFor(20_000);
  await page.mouse.wheel(0, 1_200);
  await page.waitForFunction(() => scrollY === 1_200);
  await page.clock.runFor(5_000);
  await page.goto('about:blank');
  await expect.poll(() => delivered('engagement').length).toBe(1);
  const [engagement] = delivered('engagement');
  expect(engagement?.context?.page?.path).toBe('/');
  // 1,200 + 600 of what is 3,000 high and its margins.
  expect(engagement?.properties?.scrollPercent).toBeGreaterThan(58);
  expect(engagement?.properties?.scrollPercent).toBeLessThan(61);
  expect(total()).toBeGreaterThanOrEqual(25_000);
  expect(total()).toBeLessThan(30_000);
});

test('four minutes of reading are told every half minute, by their differences', async () => {
  const { page, during } = await open();
  const recorded = await during(async () => {
    for (let moves = 1; moves <= 24; moves++) {
      await page.clock.runFor(10_000);
      await page.mouse.move(moves, moves);
    }
  });
  expect(recorded.length).toBeGreaterThanOrEqual(7);
  expect(recorded.length).toBeLessThanOrEqual(8);
  for (const { properties } of recorded) expect(properties?.engagedMs).toBeLessThan(45_000);
  await page.goto('about:blank');
  await expect.poll(total).toBeGreaterThanOrEqual(240_000);
  expect(total()).toBeLessThan(250_000);
});

test('nobody there is not engagement: 30 s after the last input it ends', async () => {
  const { page } = await open();
  await page.clock.runFor(600_000);
  await page.mouse.move(5, 5);
  await page.clock.runFor(600_000);
  await page.goto('about:blank');
  await expect.poll(total).toBeGreaterThan(59_000);
  expect(total()).toBeLessThan(62_000);
});

test('a short look is none, and says nothing', async () => {
  const { page } = await open('<p>Oops</p>');
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide')));
  await page.goto('about:blank');
  await expect.poll(() => server.accepted().length).toBe(1);
  expect(delivered('engagement')).toEqual([]);
});

test('a route has its own, with the address it had', async () => {
  const { page, during } = await open();
  await page.mouse.wheel(0, 5_000);
  await page.waitForFunction(() => scrollY > 2_000);
  await page.clock.runFor(4_000);
  const recorded = await during(async () => {
    await page.evaluate(() => {
      history.pushState(null, '', '/second');
      scrollTo(0, 0);
    });
    await page.clock.runFor(100);
  });
  expect(recorded).toMatchObject([
    { event: 'engagement', properties: { scrollPercent: 100 }, context: { page: { path: '/' } } },
  ]);
  await page.clock.runFor(7_000);
  await page.goto('about:blank');
  await expect.poll(() => delivered('engagement').length).toBe(2);
  const [, second] = delivered('engagement');
  expect(second?.context?.page?.path).toBe('/second');
  expect(second?.properties?.scrollPercent).toBeLessThan(30);
  expect(second?.properties?.engagedMs).toBeLessThan(8_000);
});

test('switched off, there is none', async () => {
  const { page } = await openCapturePage(browser, server, TALL, { off: ['engagement'], hasClock: true });
  await page.clock.runFor(20_000);
  await page.goto('about:blank');
  await expect.poll(() => server.accepted().some(isTrack)).toBe(true);
  expect(namesOf(server.accepted().filter(isTrack))).not.toContain('engagement');
});

describe('web vitals', () => {
  test('are told with the page that was loaded, and delivered though the page is left', async () => {
    const { page } = await openCapturePage(
      browser,
      server,
      '<h1>Olive &amp; Oak</h1><button onclick="const until = performance.now() + 250; while (performance.now() < until);">Go</button>',
      { off: ['engagement', 'rage-clicks', 'dead-clicks'] },
    );
    await page.click('button');
    // The browser has measured it once the next frame is there.
    await page.evaluate(async () => {
      await new Promise((resolve) =>
        new PerformanceObserver(resolve).observe({ type: 'event', buffered: true }),
      );
      history.pushState(null, '', '/second');
    });
    await page.goto('about:blank');
    await expect
      .poll(() =>
        delivered('web_vital')
          .map(({ properties }) => properties?.metric)
          .sort(),
      )
      .toEqual(['CLS', 'INP', 'LCP']);
    for (const { properties, context } of delivered('web_vital')) {
      expect(properties).toMatchObject({ value: expect.any(Number), rating: expect.any(String) });
      expect(context?.page?.path).toBe('/');
    }
    const inp = delivered('web_vital').find(({ properties }) => properties?.metric === 'INP');
    expect(inp?.properties?.value).toBeGreaterThanOrEqual(240);
    // Good is up to 200 ms.
    expect(inp?.properties?.rating).not.toBe('good');
  });

  test('with all vital signs off, their file is not even loaded', async () => {
    const { page } = await openCapturePage(browser, server, '<h1>Hello</h1>', {
      off: ['vitals', 'rage-clicks', 'dead-clicks'],
    });
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 1_500 })));
    expect(server.requests.map(({ path }) => path)).toContain('/handrail-capture.js');
    expect(server.requests.map(({ path }) => path)).not.toContain('/handrail-vitals.js');
  });
});
