/** A browser for the tests of one file, and the hands and eyes of a visitor. */

import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type PageSetup, startSite } from './prompt-page.ts';

/** Starts and ends with the tests of the file that calls it. */
export function promptBrowser() {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof startSite>>;
  /** For all tests that need nothing special, since the widgets leave nothing behind and a new context takes a while. */
  let plainPage: Page | undefined;
  const newPage = async (options: BrowserContextOptions): Promise<Page> => {
    const page = await browser.newPage({ reducedMotion: 'reduce', ...options });
    page.setDefaultTimeout(5_000);
    return page;
  };
  beforeAll(async () => {
    browser = await launchChromium();
    site = await startSite();
  });
  afterAll(async () => {
    await browser.close();
    await site.stop();
  });
  afterEach(async () => {
    const used = browser.contexts().filter((context) => context !== plainPage?.context());
    await Promise.all(used.map((context) => context.close()));
  });
  return {
    origin: () => site.origin,
    async openPage(setup: PageSetup = {}, options?: BrowserContextOptions): Promise<Page> {
      if (options) {
        const page = await newPage(options);
        await site.open(page, setup);
        return page;
      }
      plainPage ??= await newPage({});
      await site.open(plainPage, setup);
      return plainPage;
    },
    /** A page whose timers run when told. */
    async openPageWithClock(): Promise<Page> {
      const page = await newPage({});
      await page.clock.install();
      await site.open(page);
      return page;
    },
  };
}

export const dialog = (page: Page): Locator => page.getByRole('dialog');
/** The prompt itself, of any layout. */
export const prompt = (page: Page): Locator => page.locator('handrail-prompt .prompt');
export async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
export const choose = (page: Page, name: string): Promise<void> =>
  page.getByRole('radio', { name, exact: true }).check();
export const click = (page: Page, button: string): Promise<void> =>
  page.getByRole('button', { name: button, exact: true }).click();
export const isGone = (page: Page): Promise<void> =>
  page.locator('handrail-prompt').waitFor({ state: 'detached' });

/** What has focus, in the page or in the prompt. */
export const focused = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => {
    const inner = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
    return inner instanceof HTMLInputElement ? `${inner.type} ${inner.value}` : inner?.textContent;
  });

/** Keeps watch from now on. Returns how far anything moved that nobody asked to. */
export async function watchLayoutShifts(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: 'layout-shift' });
  });
  return () =>
    page.evaluate(async () => {
      // The observer is told after the frame has been drawn.
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return (window as unknown as { shifts: number[] }).shifts;
    });
}

/** Shows that the watch works: this shifts the page. */
export const pushThePageDown = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const banner = document.createElement('div');
    banner.textContent = 'A banner that pushes the page down';
    document.body.prepend(banner);
  });
