import type {
  CartNudgePrompt,
  LeadFormPrompt,
  MessagePrompt,
  PromptReason,
  QuestionPrompt,
} from '@handrail/sdk/protocol';
import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { flush, isRunning, nameOf, tracked } from '../sdk/browser.ts';
import { leadFacts } from '../sdk/lead-facts.ts';
import {
  type AnyPrompt,
  countsTold,
  openShop,
  type Shop,
  type ShopOptions,
  SURVEY,
} from '../sdk/prompt-shop.ts';
import { browser, server } from '../support/site-in-browser.ts';
import { eventually } from '../support/wait-for.ts';

const NUDGE: CartNudgePrompt = {
  id: 'cart',
  type: 'cart_nudge',
  on: { code: true },
  title: 'Still thinking it over?',
  action: { label: 'Back to my cart', href: '/cart' },
  saveCart: { label: 'Save my cart', consentLabel: 'Write to me' },
};
const FORM: LeadFormPrompt = {
  id: 'news',
  type: 'lead_form',
  on: { code: true },
  title: 'News from the press',
  label: 'Sign up',
  consentLabel: 'Write to me about oil',
};
const NOTE: MessagePrompt = { id: 'note', type: 'message', on: { code: true }, title: 'Welcome' };
const FREE = { perSession: 9, cooldown: '0s' } as const;

const open = (prompts: AnyPrompt[], options?: ShopOptions) => openShop(browser, server, prompts, options);
const requested = (file: string) => server.requests.some(({ path }) => path === `/${file}`);
const buy = ({ track }: Shop) => track('purchase', { items: [{ item_id: 'oil', price: 25 }] });
const ask = ({ page }: Shop, id: string) => page.evaluate((id) => window.handrail.prompt(id), id);
/** What became of prompts, as the collector was told. */
async function told({ page }: Shop) {
  await flush(page);
  return server
    .accepted()
    .filter(
      (message) => message.type === 'track' && /^(prompt_|cart_saved|generate_lead)/.test(message.event),
    )
    .map(nameOf);
}

describe('only what is needed is loaded', () => {
  test('a page without prompts loads none of the code for them', async () => {
    const { page } = await open([]);
    await eventually(() => expect(server.requests.some(({ path }) => path.endsWith('/prompts'))).toBe(true));
    await flush(page);
    expect(requested('handrail-prompts.js')).toBe(false);
  });

  test('with prompts switched off by the tag, they are not even asked for', async () => {
    server.prompts.prompts = [SURVEY];
    server.pages['/'] = '<handrail data-consent="granted" data-prompts="off">';
    const page = await browser.newPage();
    await page.goto(server.siteUrl);
    await eventually(() => expect(server.accepted()).toHaveLength(1));
    expect(server.requests.filter(({ path }) => /prompts|widgets/.test(path))).toEqual([]);
  });

  test('what decides where a trigger has fired, what shows where one is due, other words where it is not English', async () => {
    const shop = await open([
      { ...SURVEY, if: { cart: { value: { gte: 20 } } } },
      { ...NOTE, language: 'de' },
    ]);
    await shop.page.evaluate(() => window.handrail.track('share'));
    await flush(shop.page);
    expect(requested('handrail-decision.js')).toBe(false);

    await buy(shop);
    await shop.comesTo('condition');
    expect(requested('handrail-show.js')).toBe(false);
    expect(requested('handrail-widgets.js')).toBe(false);

    await ask(shop, 'note');
    await shop.comesTo('shown', 'note');
    expect(requested('handrail-languages.js')).toBe(true);
  });
});

test('each answer is recorded as it is given, and how it ended, all of one showing', async () => {
  const why = { id: 'why', type: 'text', text: 'Why?' } as const;
  const shop = await open([{ ...SURVEY, questions: [...SURVEY.questions, why] } as QuestionPrompt]);
  await buy(shop);
  await shop.dialog.waitFor();
  await shop.page.getByRole('radio', { name: '9', exact: true }).check();
  if (await shop.page.getByRole('radio').first().isVisible()) await shop.page.keyboard.press('Enter');
  await shop.page.getByRole('textbox').fill('Good oil');
  await shop.page.getByRole('button', { name: 'Send' }).click();
  await eventually(async () => {
    expect(await told(shop)).toEqual([
      'prompt_shown',
      'prompt_answered',
      'prompt_answered',
      'prompt_completed',
    ]);
  });

  const [shown] = tracked(server.accepted(), 'prompt_shown');
  const identity = { promptId: 'nps', promptType: 'survey', impressionId: shown?.properties?.impressionId };
  expect(identity.impressionId).toMatch(/^[\da-f-]{36}$/);
  expect(tracked(server.accepted(), 'prompt_answered').map(({ properties }) => properties)).toEqual([
    { ...identity, questionId: 'score', questionType: 'nps', question: SURVEY.questions[0]?.text, value: 9 },
    { ...identity, questionId: 'why', questionType: 'text', question: 'Why?', value: 'Good oil' },
  ]);
  expect(tracked(server.accepted(), 'prompt_completed')).toMatchObject([{ properties: identity }]);
  // What was typed has no business in the browser's storage.
  const stored = await shop.page.evaluate(() => JSON.stringify(localStorage));
  expect(stored).toContain('nps/why');
  expect(stored).not.toContain('Good oil');
});

test('a touchpoint from before the prompts had loaded still counts', async () => {
  const html = `<script>window.handrail = []; handrail.push(['track', 'purchase', { items: [] }])</script>`;
  const shop = await open([SURVEY], { html });
  await shop.comesTo('shown');
});

test('an address that was left travels as a trait and nowhere else, with what the person agreed to', async () => {
  const shop = await open([FORM]);
  await ask(shop, 'news');
  await shop.page.getByRole('textbox').first().fill('ada@example.com');
  await shop.page.getByRole('checkbox').check();
  await shop.page.getByRole('button', { name: 'Sign up' }).click();
  await eventually(async () => {
    expect(await told(shop)).toEqual(['prompt_shown', 'generate_lead', 'prompt_completed']);
  });
  const names = server.accepted().map((message) => message.type);
  expect(names.indexOf('identify')).toBeLessThan(names.lastIndexOf('track'));
  expect(server.accepted().filter((message) => message.type === 'identify')).toMatchObject([
    { traits: { email: 'ada@example.com' } },
  ]);
  expect(tracked(server.accepted(), 'generate_lead')).toMatchObject([
    { properties: { promptId: 'news', promptType: 'lead_form', marketing: true } },
  ]);
  const touchpoints = server.accepted().filter((message) => message.type !== 'identify');
  expect(JSON.stringify(touchpoints)).not.toContain('ada@');
});

test('a saved cart is told, once as acting, without consent where the box was left empty', async () => {
  const shop = await open([NUDGE]);
  await shop.page.evaluate(() => window.handrail.cart([{ item_id: 'oil', price: 25 }], { currency: 'GBP' }));
  await ask(shop, 'cart');
  await shop.dialog.waitFor();
  const field = shop.page.getByRole('textbox');
  if ((await field.count()) === 0) await shop.page.getByRole('button', { name: 'Save my cart' }).click();
  await field.fill('ada@example.com');
  await shop.page.getByRole('button', { name: 'Save my cart' }).click();
  await eventually(async () =>
    expect(await told(shop)).toEqual(['prompt_shown', 'cart_saved', 'prompt_acted']),
  );
  expect(tracked(server.accepted(), 'cart_saved')).toMatchObject([{ properties: { marketing: false } }]);
});

test('following the link of a nudge is acting, and reaches the collector', async () => {
  const shop = await open([NUDGE]);
  await shop.page.evaluate(() => window.handrail.cart([{ item_id: 'oil', price: 25 }], { currency: 'GBP' }));
  await ask(shop, 'cart');
  await shop.page.getByRole('link', { name: 'Back to my cart' }).click();
  await shop.page.waitForURL('**/cart');
  await eventually(() => expect(server.accepted().map(nameOf)).toContain('prompt_acted'));
  expect(server.accepted().map(nameOf)).not.toContain('prompt_dismissed');
});

test('Escape dismisses; then there is none for the session, and that one not for a month', async () => {
  server.prompts.contactBudget = { perSession: 1, cooldown: '0s' };
  const shop = await open([SURVEY]);
  await buy(shop);
  await shop.dialog.waitFor();
  await shop.page.getByRole('radio').first().focus();
  await shop.page.keyboard.press('Escape');
  await shop.dialog.waitFor({ state: 'detached' });
  await buy(shop);
  await shop.comesTo('dismissed');
  expect(await told(shop)).toEqual(['prompt_shown', 'prompt_dismissed']);
  const other = await open([{ ...SURVEY, id: 'other' }], { context: shop.context });
  await buy(other);
  await other.comesTo('budget', 'other');
});

test('a message says the words for this person, and names them', async () => {
  const prompt: MessagePrompt = {
    ...NOTE,
    title: 'Welcome',
    variants: [
      { if: { stage: 'purchase' }, title: 'Thank you for your order' },
      { if: { not: { stage: 'awareness' } }, title: 'Not before it is known' },
      { if: { source: { source: 'news' } }, title: 'Hello {{name|there}}, reader' },
    ],
  };
  const shop = await open([prompt], { path: '/?utm_source=news' });
  await shop.page.evaluate(() => window.handrail.identify(null, { name: 'Ada' }));
  await ask(shop, 'note');
  await shop.page.getByText('Hello Ada, reader').waitFor();
});

describe('one at a time', () => {
  const both = [SURVEY, { ...SURVEY, id: 'second' }];

  test('at one and the same moment the first of the document comes up', async () => {
    server.prompts.contactBudget = FREE;
    const shop = await open(both);
    await buy(shop);
    await shop.comesTo('shown');
    expect(await shop.reasonOf('second')).toBe('lower_priority');
    expect(await shop.dialog.count()).toBe(1);
  });

  test('Q60 one that this build does not know takes nobody the place, and is counted', async () => {
    const newer: AnyPrompt = { ...SURVEY, id: 'newer', type: 'hologram' };
    const shop = await open([newer, SURVEY]);
    await buy(shop);
    await shop.comesTo('shown');
    expect(await shop.reasonOf('newer')).toBe('unknown_type');
    await shop.goTo('/next');
    expect(await countsTold(shop.page, server)).toEqual({ 'newer unknown_type': 1, 'nps shown': 1 });
  });
});

describe('what speaks against it for a moment only', () => {
  test.each<[PromptReason, string, (shop: Shop) => Promise<unknown>]>([
    ['typing', '<input autofocus>', ({ page }) => page.locator('input').blur()],
    ['typing', '<textarea autofocus></textarea>', ({ page }) => page.locator('textarea').blur()],
    [
      'typing',
      '<div contenteditable autofocus tabindex="0">x</div>',
      ({ page }) => page.locator('[contenteditable]').blur(),
    ],
    [
      'open_dialog',
      '<dialog open>Cookies?</dialog>',
      ({ page }) => page.evaluate(() => document.querySelector('dialog')?.close()),
    ],
    [
      'open_dialog',
      '<div aria-modal="true">Cookies?</div>',
      ({ page }) => page.evaluate(() => document.querySelector('[aria-modal]')?.remove()),
    ],
  ])('%s, %s: it waits until that is over', async (reason, html, end) => {
    const shop = await open([SURVEY], { html });
    await buy(shop);
    await shop.comesTo(reason);
    expect(requested('handrail-widgets.js')).toBe(false);
    await end(shop);
    await shop.comesTo('shown');
    expect(await countsTold(shop.page, server)).toEqual({ [`nps ${reason}`]: 1, 'nps shown': 1 });
  });

  test('hidden: it comes up with the return to the page', async () => {
    const shop = await open([SURVEY], { hasClock: true });
    const setHidden = (isHidden: boolean) =>
      shop.page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value });
      }, isHidden);
    await setHidden(true);
    await buy(shop);
    await shop.comesTo('hidden');
    // As long as it takes.
    await shop.page.clock.runFor(120_000);
    expect(await shop.reasonOf()).toBe('hidden');
    await setHidden(false);
    await shop.page.clock.runFor(1_000);
    await shop.comesTo('shown');
  });

  test('it waits for a minute, no longer', async () => {
    const shop = await open([SURVEY], { html: '<input autofocus>', hasClock: true });
    await buy(shop);
    await shop.comesTo('typing');
    await shop.page.clock.runFor(70_000);
    await shop.page.locator('input').blur();
    await shop.page.clock.runFor(5_000);
    await shop.settled();
    expect(await shop.reasonOf()).toBe('typing');
  });

  test('it does not wait on another page, nor where the moment itself is gone', async () => {
    const html = '<input autofocus>';
    const shop = await open([SURVEY, { ...SURVEY, id: 'leaving', on: { idle: '10s' } }], {
      html,
      hasClock: true,
    });
    await buy(shop);
    await shop.comesTo('typing');
    await shop.page.clock.runFor(11_000);
    await shop.comesTo('typing', 'leaving');
    await shop.goTo('/next');
    await shop.page.locator('input').blur();
    await shop.page.clock.runFor(5_000);
    await shop.settled();
    expect(await shop.reasons()).toEqual({ nps: 'not_triggered', leaving: 'not_triggered' });
  });

  test('Q52 a route that is left while the code loads shows nothing on the next', async () => {
    const context = await browser.newContext();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await context.route('**/handrail-widgets.js', async (route) => {
      await held;
      await route.continue();
    });
    const shop = await open([SURVEY], { context });
    const asked = shop.page.waitForRequest('**/handrail-widgets.js');
    await buy(shop);
    await asked;
    await shop.goTo('/next');
    release();
    await shop.settled();
    expect(await shop.reasonOf()).toBe('not_triggered');
    expect(await shop.dialog.count()).toBe(0);
    // Nor is its place taken for good.
    await buy(shop);
    await shop.comesTo('shown');
  });

  test('a dialog that the page keeps unseen is none', async () => {
    const shop = await open([SURVEY], { html: '<div aria-modal="true" hidden>Menu</div>' });
    await buy(shop);
    await shop.comesTo('shown');
  });

  test('Q27 what comes up leaves the focus where it is', async () => {
    const shop = await open([SURVEY], { html: '<button autofocus>Buy</button>' });
    await buy(shop);
    await shop.comesTo('shown');
    await shop.dialog.waitFor();
    expect(await shop.page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON');
  });
});

describe('what the collector knows of the person', () => {
  const tell = (facts: Parameters<typeof leadFacts>[0]) => {
    server.answerBatch = () => ({ status: 200, lead: leadFacts(facts) });
  };

  test('is waited for where the trigger has fired before the first acknowledgement', async () => {
    tell({ stage: 'decision' });
    const shop = await open([{ ...SURVEY, on: { page: '/' }, if: { stage: 'decision' } }]);
    await shop.comesTo('condition');
    await flush(shop.page);
    await shop.comesTo('shown');
  });

  test('is told anew with what has just been recorded, and counted once', async () => {
    tell({ stage: 'awareness' });
    const shop = await open([{ ...SURVEY, if: { stage: 'decision' } }]);
    await flush(shop.page);
    await buy(shop);
    await shop.comesTo('condition');
    await flush(shop.page);
    tell({ stage: 'decision' });
    await shop.track('share');
    await flush(shop.page);
    await shop.comesTo('shown');
    expect(await countsTold(shop.page, server)).toEqual({ 'nps condition': 1, 'nps shown': 1 });
  });

  test('is kept for the next page', async () => {
    tell({ temperature: 'hot' });
    const first = await open([{ ...SURVEY, on: { page: '/next' }, if: { temperature: 'hot' } }]);
    await flush(first.page);
    server.answerBatch = () => 'never';
    const next = await open([{ ...SURVEY, on: { page: '/next' }, if: { temperature: 'hot' } }], {
      context: first.context,
      path: '/next',
    });
    await next.comesTo('shown');
  });

  test("is another one's after a reset", async () => {
    tell({ stage: 'decision' });
    const shop = await open([{ ...SURVEY, if: { stage: 'decision' } }]);
    await flush(shop.page);
    server.answerBatch = () => ({ status: 200 });
    await shop.page.evaluate(() => window.handrail.reset());
    await buy(shop);
    await shop.comesTo('condition');
  });

  test('answered on another device: not asked again', async () => {
    const now = new Date().toISOString();
    const record = { shown: 1, lastShownAt: now, answeredAt: now, dismissedAt: null, arm: 'shown' as const };
    tell({ prompts: { nps: record } });
    const shop = await open([SURVEY]);
    await flush(shop.page);
    await buy(shop);
    await shop.comesTo('answered');
  });

  test('Q60 a collector that tells nothing of the person: what the page knows is enough', async () => {
    server.answerBatch = () => ({ status: 200 });
    const shop = await open([SURVEY, { ...SURVEY, id: 'staged', if: { stage: 'decision' } }]);
    await flush(shop.page);
    await buy(shop);
    await shop.comesTo('shown');
    expect(await shop.reasonOf('staged')).toBe('condition');
  });
});

describe('holdout', () => {
  test('is recorded once, as if it had been shown, and takes nobody the place', async () => {
    const shop = await open([
      { ...SURVEY, holdout: 1 },
      { ...SURVEY, id: 'second' },
    ]);
    await buy(shop);
    await shop.comesTo('shown', 'second');
    expect(await shop.reasonOf()).toBe('holdout');
    await shop.page.getByRole('radio').first().focus();
    await shop.page.keyboard.press('Escape');
    server.prompts.contactBudget = FREE;
    const next = await open([{ ...SURVEY, holdout: 1 }], { context: shop.context });
    await buy(next);
    await next.comesTo('holdout');
    await flush(next.page);
    expect(tracked(server.accepted(), 'prompt_held_out')).toMatchObject([
      { properties: { promptId: 'nps', promptType: 'survey', impressionId: expect.stringMatching(/./) } },
    ]);
    expect(await next.dialog.count()).toBe(0);
  });
});

describe('every decision is counted, and told with the next batch', () => {
  test('also those that never came to it, as the page or route is left', async () => {
    const prompts = [SURVEY, { ...SURVEY, id: 'elsewhere', on: { page: '/elsewhere' } }];
    const shop = await open(prompts, { html: '<a href="/other">Other</a>' });
    await shop.goTo('/next');
    expect(await countsTold(shop.page, server)).toEqual({
      'nps not_triggered': 1,
      'elsewhere wrong_page': 1,
    });
    server.pages['/other'] = 'A page without Handrail';
    await shop.track('share');
    await shop.page.evaluate((url) => location.assign(url), '/other');
    await eventually(() => {
      const last = server.batches().at(-1)?.decisions;
      expect(last).toEqual({ nps: { not_triggered: 1 }, elsewhere: { wrong_page: 1 } });
    });
  });

  test.each(['decision', 'show', 'widgets'])('unavailable: handrail-%s.js is blocked', async (file) => {
    const context = await browser.newContext();
    await context.route(`**/handrail-${file}.js`, (route) => route.abort());
    const shop = await open([SURVEY], { context });
    await buy(shop);
    await shop.comesTo('unavailable');
    expect(await told(shop)).toEqual([]);
    expect(await countsTold(shop.page, server)).toEqual({ 'nps unavailable': 1 });
  });

  test.each<[PromptReason, AnyPrompt]>([
    ['no_consent', { ...SURVEY, consent: 'marketing' }],
    ['no_slot', { ...NOTE, on: SURVEY.on, slot: { name: 'hero', fallback: 'none' } } as AnyPrompt],
    ['empty_cart', { ...NUDGE, on: SURVEY.on }],
    ['sampled_out', { ...SURVEY, sample: 0 }],
  ])('%s', async (reason, prompt) => {
    const shop = await open([prompt]);
    await shop.page.evaluate(() => window.handrail.track('purchase', { items: [] }));
    await shop.comesTo(reason, prompt.id);
    expect(await countsTold(shop.page, server)).toEqual({ [`${prompt.id} ${reason}`]: 1 });
    expect(requested('handrail-widgets.js')).toBe(false);
  });
});

describe('explain()', () => {
  test('returns and prints how it stands with each prompt', async () => {
    const shop = await open([SURVEY, { ...SURVEY, id: 'elsewhere', on: { page: '/elsewhere' } }]);
    const tables: unknown[] = [];
    shop.page.on('console', async (message) => {
      if (message.type() === 'table') tables.push(await message.args()[0]?.jsonValue());
    });
    const { prompts } = await shop.page.evaluate(() => window.handrail.explain());
    const since = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(prompts).toEqual([
      { promptId: 'nps', shown: false, reason: 'not_triggered', since },
      { promptId: 'elsewhere', shown: false, reason: 'wrong_page', since },
    ]);
    await eventually(() => expect(tables).toEqual([prompts]));
  });

  test('without consent: prompts are not even asked for', async () => {
    server.prompts.prompts = [SURVEY];
    server.pages['/'] = '<handrail>';
    const page = await browser.newPage();
    await page.goto(server.siteUrl);
    await isRunning(page);
    expect(await page.evaluate(() => window.handrail.explain())).toEqual({
      consent: { analytics: 'pending', marketing: 'pending' },
      drops: {},
      prompts: [],
    });
    expect(server.requests.map(({ path }) => path)).toEqual(['/handrail.js']);
  });
});

test('withdrawing consent takes the prompt away and ends prompts', async () => {
  const shop = await open([SURVEY]);
  await buy(shop);
  await shop.dialog.waitFor();
  await shop.page.evaluate(() => window.handrail.consent({ analytics: 'denied' }));
  await shop.dialog.waitFor({ state: 'detached' });
  await buy(shop);
  await shop.settled();
  expect(await shop.reasons()).toEqual({});
  expect(await shop.page.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

describe('preview', () => {
  const DRAFT: QuestionPrompt = {
    ...SURVEY,
    id: 'draft',
    questions: [{ ...SURVEY.questions[0], text: 'A draft?' }],
  } as QuestionPrompt;

  test.each(['pending', 'granted'])('shows a draft and leaves no trace: consent is %s', async (consent) => {
    server.previews.token = { prompt: DRAFT };
    server.prompts.prompts = [{ ...SURVEY, on: { page: '/' } }];
    server.pages['/'] = `<handrail data-consent="${consent}">`;
    const page = await browser.newPage();
    await page.goto(`${server.siteUrl}/?handrail-preview=draft.token`);
    await page.getByRole('dialog').filter({ hasText: 'A draft?' }).waitFor();
    await page.evaluate(() => {
      window.handrail.track('share');
      window.handrail.push(['page']);
    });
    await page.getByRole('radio').first().focus();
    await page.keyboard.press('Escape');
    await flush(page);
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/handrail.js',
      '/handrail-preview.js',
      '/v1/sites/pk_test/preview/token',
      '/handrail-widgets.js',
    ]);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    await watchNothing(page);
  });

  test('a token that is over is told to whoever looks at the console', async () => {
    server.pages['/'] = '<handrail>';
    const page = await browser.newPage();
    const warnings: string[] = [];
    page.on('console', (message) => warnings.push(message.text()));
    await page.goto(`${server.siteUrl}/?handrail-preview=draft.old`);
    await eventually(() => expect(warnings).toContain('handrail: this preview is over, or never was'));
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  async function watchNothing(page: Awaited<ReturnType<Browser['newPage']>>) {
    expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
  }
});
