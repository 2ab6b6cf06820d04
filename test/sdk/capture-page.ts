/** A page with the built tag on it, for the tests of what is captured by itself. */
import type { Message, TrackMessage } from '@handrail/sdk/protocol';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { CaptureName } from '../../sdk/src/capture-names.ts';
import type { PageServer } from '../support/page-server.ts';
import { flush, isRunning } from './browser.ts';

/** What comes with the file that is loaded last. */
const VITAL_SIGNS: CaptureName[] = ['vitals', 'rage-clicks', 'dead-clicks'];

export interface CapturePage {
  page: Page;
  context: BrowserContext;
  /** What the page's scripts have thrown: with Handrail there must be no more than without. */
  errors: string[];
  /** What was recorded meanwhile and reached the collector, without page views. */
  during(action: () => Promise<unknown>): Promise<TrackMessage[]>;
}

export interface CapturePageOptions {
  /** What is switched off. [off=vitals, which come with the first input, whatever it is] */
  off?: CaptureName[];
  /** More attributes of the tag. */
  tag?: string;
  path?: string;
  /** The page's clock can be moved on: `page.clock.fastForward`. [hasClock=false] */
  hasClock?: boolean;
}

export async function openCapturePage(
  browser: Browser,
  server: PageServer,
  html: string,
  { off = ['vitals'], tag = '', path = '/', hasClock = false }: CapturePageOptions = {},
): Promise<CapturePage> {
  server.pages[path] =
    `<handrail data-consent="granted" data-prompts="off" data-off="${off.join(' ')}" ${tag}>${html}`;
  const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
  if (hasClock) await context.clock.install();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  const listening = isListening(page, server, !VITAL_SIGNS.every((name) => off.includes(name)));
  await page.goto(server.siteUrl + path);
  await listening;
  return {
    page,
    context,
    errors,
    async during(action) {
      await flush(page);
      const before = server.accepted().length;
      await action();
      await flush(page);
      return server.accepted().slice(before).filter(isTrack);
    },
  };
}

/** All listeners are there, those too that wait for an idle moment. To be asked before the page is opened. */
export async function isListening(page: Page, server: PageServer, hasVitals = true): Promise<void> {
  const file = `${server.collectorUrl}/handrail-vitals.js`;
  if (hasVitals) await page.waitForEvent('requestfinished', (request) => request.url() === file);
  await isRunning(page);
  await flush(page);
  // Resolves when the module that the page has asked for has run, and with it whoever waited for it before.
  // (As text: what the tests are compiled to has its own `import`.)
  if (hasVitals) await page.evaluate(`import("${file}").then(() => {})`);
}

export const isTrack = (message: Message): message is TrackMessage => message.type === 'track';
export const namesOf = (messages: TrackMessage[]): string[] => messages.map(({ event }) => event);

/** Many pieces of HTML on one page, each found by its place in the list: `inCase(2, '.it')`. */
export const caseHtml = (pieces: string[]): string =>
  pieces.map((piece, index) => `<section id="case-${index}">${piece}</section>`).join('');
export const inCase = (index: number, selector: string): string => `#case-${index} ${selector}`;
