/**
 * A site and the browser in which it is visited, for the test file that imports them. They start and end with its
 * tests, before any hook of its own.
 */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type PageServer, startPageServer } from './page-server.ts';

/** One for the whole file; what a test has opened in it is closed with the test. */
export let browser: Browser;
/** A new one for each test, with nothing recorded. */
export let server: PageServer;

beforeAll(async () => {
  // Pages that are left are kept for the way back, as in a visitor's browser.
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
});
afterAll(() => browser?.close());
beforeEach(async () => {
  server = await startPageServer();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await server.close();
});
