/** A page with the built tag and prompts on it, for the tests of what is decided about them. */
import type { PromptDecision } from '@handrail/sdk';
import type { Prompt, PromptReason, QuestionPrompt } from '@handrail/sdk/protocol';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { PageServer } from '../support/page-server.ts';
import { eventually } from '../support/wait-for.ts';
import { flush, isRunning } from './browser.ts';

export const SURVEY: QuestionPrompt = {
  id: 'nps',
  type: 'survey',
  on: { touchpoint: 'purchase' },
  questions: [{ id: 'score', type: 'nps', text: 'How likely are you to recommend us?' }],
};

/** Prompts as they are sent over the wire, which anything may be on. */
export type AnyPrompt = Omit<Prompt, 'type'> & { type: string };

export interface ShopOptions {
  path?: string;
  html?: string;
  /** Another tab, or a later visit, of the same browser. [context=a new browser's] */
  context?: BrowserContext;
  options?: BrowserContextOptions;
  /** The page's clock can be moved on: `page.clock.fastForward`. [hasClock=false] */
  hasClock?: boolean;
}

export interface Shop {
  page: Page;
  context: BrowserContext;
  /** How it stands with each prompt, by its id. */
  reasons(): Promise<{ [promptId: string]: PromptReason }>;
  reasonOf(promptId?: string): Promise<PromptReason | undefined>;
  /** Waits until it stands so. */
  comesTo(reason: PromptReason, promptId?: string): Promise<void>;
  track(name: string, properties?: Record<string, unknown>): Promise<void>;
  /** A route of a single-page app. */
  goTo(path: string): Promise<void>;
  dialog: ReturnType<Page['getByRole']>;
  /** Whatever has fired until now would be decided, and a prompt that is due on the page. */
  settled(): Promise<void>;
}

/** Opens a page of the shop and waits until its prompts are watched. */
export async function openShop(
  browser: Browser,
  server: PageServer,
  prompts: AnyPrompt[],
  { path = '/', html = '', context, options, hasClock = false }: ShopOptions = {},
): Promise<Shop> {
  server.prompts.prompts = prompts as Prompt[];
  server.pages[path.split('?')[0] ?? path] = `<handrail data-consent="granted" data-off="vitals">${html}`;
  const inContext = context ?? (await browser.newContext(options));
  if (hasClock) await inContext.clock.install();
  const page = await inContext.newPage();
  await page.goto(server.siteUrl + path);
  return watchedShop(page, server, prompts.length);
}

/** The same of a page that was opened otherwise. */
export async function watchedShop(page: Page, { collectorUrl }: PageServer, promptCount = 1): Promise<Shop> {
  await isRunning(page);
  const decisions = () => page.evaluate(() => window.handrail.explain().prompts as PromptDecision[]);
  await eventually(async () => expect(await decisions()).toHaveLength(promptCount));
  const reasons = async () =>
    Object.fromEntries((await decisions()).map(({ promptId, reason }) => [promptId, reason]));
  const reasonOf = async (promptId = SURVEY.id) => (await reasons())[promptId];
  return {
    page,
    context: page.context(),
    reasons,
    reasonOf,
    comesTo: (reason, promptId) => eventually(async () => expect(await reasonOf(promptId)).toBe(reason)),
    track: (name, properties) =>
      page.evaluate(([name, properties]) => window.handrail.track(name, properties), [
        name,
        properties,
      ] as const),
    goTo: (path) => page.evaluate((path) => history.pushState(null, '', path), path),
    dialog: page.getByRole('dialog'),
    async settled() {
      // Each resolves when the module has run, and with it whoever waited for it before. (As text: what the tests are
      // compiled to has its own `import`.)
      for (const file of ['decision', 'show', 'widgets']) {
        await page.evaluate(`import("${collectorUrl}/handrail-${file}.js").then(() => {})`);
      }
    },
  };
}

/** All that was counted and told so far: by prompt and reason. */
export async function countsTold(page: Page, server: PageServer) {
  await flush(page);
  const counts: { [decision: string]: number } = {};
  for (const { decisions = {} } of server.batches()) {
    for (const [promptId, reasons] of Object.entries(decisions)) {
      for (const [reason, times] of Object.entries(reasons)) {
        const decision = `${promptId} ${reason}`;
        counts[decision] = (counts[decision] ?? 0) + times;
      }
    }
  }
  return counts;
}
