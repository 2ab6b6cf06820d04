import type { CartNudgePrompt, Prompt, QuestionPrompt } from '@handrail/sdk/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { flush, isRunning, nameOf, tracked } from '../sdk/browser.ts';
import { launchChromium } from '../support/chromium.ts';
import { type PageServer, startPageServer } from '../support/page-server.ts';

const NPS: QuestionPrompt = {
  id: 'nps',
  type: 'survey',
  on: { touchpoint: 'purchase' },
  questions: [
    { id: 'score', type: 'nps', text: 'How likely are you to recommend us?' },
    { id: 'why', type: 'text', text: 'Why?' },
  ],
};
const EXIT_POLL: QuestionPrompt = {
  id: 'pricing-exit',
  type: 'exit_poll',
  on: { exitIntent: true },
  if: { page: { path: '/pricing*' } },
  questions: [
    { id: 'why', type: 'choice', text: 'What stopped you today?', options: ['Price', 'Just looking'] },
  ],
};
const NUDGE: CartNudgePrompt = {
  id: 'cart',
  type: 'cart_nudge',
  on: { any: [{ exitIntent: true }, { idle: '1s' }] },
  if: { cart: { value: { gte: 20 } } },
  title: 'Still thinking it over?',
  action: { label: 'Back to my cart', href: '/cart' },
};

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

async function openShop(prompts: Prompt[], path = '/', html = ''): Promise<Page> {
  server.prompts.prompts = prompts;
  server.pages[path] = `<handrail data-consent="granted">${html}`;
  const page = await browser.newPage();
  await page.goto(server.siteUrl + path);
  await isRunning(page);
  return page;
}

const requested = (file: string) => server.requests.some(({ path }) => path === `/${file}`);
const decisionCodeIsThere = () => vi.waitFor(() => expect(requested('handrail-prompts.js')).toBe(true));
const decisions = (page: Page) => page.evaluate(() => window.handrail.explain().prompts);
const reasons = async (page: Page) =>
  (await decisions(page)).map((decision) => (decision.eligible ? 'shown' : decision.reason));
const dialog = (page: Page) => page.getByRole('dialog');
const buy = (page: Page) =>
  page.evaluate(() => window.handrail.track('purchase', { items: [{ item_id: 'oil', price: 25 }] }));

/** Out by the top again and again, as early moves do not count, until it was taken for leaving. */
async function startToLeave(page: Page) {
  const before = (await decisions(page)).length;
  await vi.waitFor(
    async () => {
      await page.mouse.move(300, 40);
      await page.mouse.move(300, -5);
      expect((await decisions(page)).length).toBeGreaterThan(before);
    },
    { timeout: 5_000, interval: 100 },
  );
}

test('a page without prompts loads none of the code for them', async () => {
  const page = await openShop([]);
  await vi.waitFor(() => expect(server.requests.some(({ path }) => path.endsWith('/prompts'))).toBe(true));
  await flush(page);
  expect(requested('handrail-prompts.js')).toBe(false);
  expect(requested('handrail-widgets.js')).toBe(false);
});

test('with prompts switched off by the tag, they are not even asked for', async () => {
  server.prompts.prompts = [NPS];
  server.pages['/'] = '<handrail data-consent="granted" data-prompts="off">';
  const page = await browser.newPage();
  await page.goto(server.siteUrl);
  await vi.waitFor(() => expect(server.accepted()).toHaveLength(1), { timeout: 6_000 });
  const paths = server.requests.map(({ path }) => path);
  expect(paths.filter((path) => /prompts|widgets/.test(path))).toEqual([]);
});

test('an NPS survey after a purchase: widgets only then, each answer recorded as it is given', async () => {
  const page = await openShop([NPS]);
  await decisionCodeIsThere();
  expect(requested('handrail-widgets.js')).toBe(false);

  await buy(page);
  await dialog(page).waitFor();
  await page.getByRole('radio', { name: '9', exact: true }).check();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox').fill('Good oil');
  await page.getByRole('button', { name: 'Send' }).click();
  await vi.waitFor(async () => {
    await flush(page);
    expect(tracked(server.accepted(), 'prompt_answered')).toHaveLength(2);
  });

  const identity = { promptId: 'nps', promptType: 'survey' };
  expect(tracked(server.accepted(), 'prompt_shown')).toMatchObject([{ properties: identity }]);
  expect(tracked(server.accepted(), 'prompt_answered').map(({ properties }) => properties)).toEqual([
    { ...identity, questionId: 'score', questionType: 'nps', value: 9 },
    { ...identity, questionId: 'why', questionType: 'text', value: 'Good oil' },
  ]);
  expect(server.accepted().map(nameOf)).not.toContain('prompt_dismissed');
});

test('a touchpoint from before the prompts had loaded still counts', async () => {
  const page = await openShop(
    [NPS],
    '/thanks',
    `<script>window.handrail = []; handrail.push(['track', 'purchase', { items: [] }])</script>`,
  );
  await dialog(page).waitFor();
  expect(await reasons(page)).toEqual(['shown']);
});

test('leaving by the top brings up the exit poll on its pages only; Escape dismisses it for a week', async () => {
  const page = await openShop([EXIT_POLL], '/pricing');
  await startToLeave(page);
  await dialog(page).waitFor();
  await page.getByRole('radio').first().focus();
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  await startToLeave(page);
  expect(await reasons(page)).toEqual(['shown', 'budget']);

  // From another page: leaving this one is itself recorded, and so within the session.
  server.pages['/other'] = 'A page without Handrail';
  await page.goto(`${server.siteUrl}/other`);
  await page.evaluate(() => localStorage.removeItem('handrail:session'));
  await page.goto(`${server.siteUrl}/pricing`);
  await isRunning(page);
  await startToLeave(page);
  expect(await reasons(page)).toEqual(['cooldown']);

  await page.evaluate(() => history.pushState(null, '', '/about'));
  await startToLeave(page);
  expect((await reasons(page)).at(-1)).toBe('condition');
  await flush(page);
  const shown = server
    .accepted()
    .map(nameOf)
    .filter((name) => name.startsWith('prompt_'));
  expect(shown).toEqual(['prompt_shown', 'prompt_dismissed']);
});

test('an idle visitor with a full enough cart is nudged; following the link counts as acting', async () => {
  const page = await openShop([EXIT_POLL, NUDGE]);
  await page.evaluate(() => window.handrail.cart([{ item_id: 'oil', price: 25 }], { currency: 'GBP' }));
  await page.getByRole('link', { name: 'Back to my cart' }).click({ timeout: 8_000 });
  await page.waitForURL('**/cart');
  await vi.waitFor(() => {
    expect(server.accepted().map(nameOf)).toEqual(expect.arrayContaining(['prompt_shown', 'prompt_acted']));
  });
});

describe('a prompt that is due does not come up', () => {
  test.each([
    ['typing', '<input autofocus>'],
    ['typing', '<div contenteditable autofocus tabindex="0">x</div>'],
    ['open_dialog', '<dialog open>Cookies?</dialog>'],
    ['open_dialog', '<div aria-modal="true">Cookies?</div>'],
  ])('%s: %s', async (reason, html) => {
    const page = await openShop([NPS], '/', html);
    await decisionCodeIsThere();
    await vi.waitFor(async () => {
      await buy(page);
      expect(await reasons(page)).not.toEqual([]);
    });
    expect(new Set(await reasons(page))).toEqual(new Set([reason]));
    expect(await dialog(page).filter({ hasText: 'recommend' }).count()).toBe(0);
    expect(requested('handrail-widgets.js')).toBe(false);
  });

  test('a dialog that the page keeps unseen is no reason', async () => {
    const page = await openShop([NPS], '/', '<div aria-modal="true" hidden>Menu</div>');
    await buy(page);
    await dialog(page).waitFor();
  });

  test('unknown_type: of a newer collector', async () => {
    const page = await openShop([{ ...NPS, type: 'hologram' as 'survey' }]);
    await buy(page);
    await vi.waitFor(async () => expect(await reasons(page)).toEqual(['unknown_type']));
  });
});

test('withdrawing consent takes the prompt away and ends prompts', async () => {
  const page = await openShop([NPS]);
  await buy(page);
  await dialog(page).waitFor();
  await page.evaluate(() => window.handrail.consent({ analytics: 'denied' }));
  await dialog(page).waitFor({ state: 'detached' });
  await buy(page);
  expect(await reasons(page)).toEqual(['shown']);
});
