/**
 * Prompts with all parts real: Chromium with the built script on a page, the collector on a SQLite file, an SMTP
 * server. What a visitor clicks here, the owner reads there.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PromptDecision } from '@handrail/sdk';
import type { PromptReason } from '@handrail/sdk/protocol';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createEmailChannel } from '../../collector/src/follow-ups/channels/email.ts';
import type { Channels } from '../../collector/src/follow-ups/channels/open.ts';
import { shareOf } from '../../sdk/src/prompts/share.ts';
import { browserOf } from '../collector/prompts/browser.ts';
import { flush, isRunning } from '../sdk/browser.ts';
import { launchChromium } from '../support/chromium.ts';
import { SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../support/collector.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { waitFor } from '../support/wait-for.ts';
import { choose, click, dialog, isGone, press } from '../widgets/prompt-browser.ts';

/** Consent is asked for on this page alone; everywhere else the visitor has agreed. */
const UNDECIDED_PATH = '/undecided';
const BY_CODE = { code: true };
const FREE = { prompts: { perSession: 9, cooldown: '0s' } };

let browser: Browser;
let collector: TestCollector;
let collectorUrl: string;
let siteUrl: string;
const site = createServer(({ url = '/' }, response) => {
  const consent = url.startsWith(UNDECIDED_PATH) ? '' : 'data-consent="granted"';
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Shop</title><h1>Shop</h1>
    <script async src="${collectorUrl}/handrail.js" data-write-key="${WRITE_KEY}" ${consent}></script></html>`);
});
beforeAll(async () => {
  browser = await launchChromium();
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser.close();
  site.closeAllConnections();
  site.close();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await collector.close();
});

async function serve(prompts: object[], more: object = {}, channels: Channels = {}) {
  collector = await startCollector({
    site: { name: 'Olive & Oak', origins: [siteUrl], prompts, ...more },
    channels,
    now: Date.now(),
  });
  collectorUrl = await collector.listen();
}

/** A browser of its own, unless it is one that has been here. */
const newBrowser = () => browser.newContext({ reducedMotion: 'reduce' });

/** Opens a page and waits until its prompts are watched. */
async function visit(path = '/', context?: BrowserContext): Promise<Page> {
  const page = await (context ?? (await newBrowser())).newPage();
  page.setDefaultTimeout(5_000);
  await page.goto(siteUrl + path);
  await isRunning(page);
  await waitFor('the prompts', async () => (await decisions(page)).length > 0);
  return page;
}

const decisions = (page: Page) => page.evaluate(() => window.handrail.explain().prompts as PromptDecision[]);
const ask = (page: Page, id: string) => page.evaluate((id) => window.handrail.prompt(id), id);
const track = (page: Page, name: string) => page.evaluate((name) => window.handrail.track(name), name);
const signIn = (page: Page, userId: string) =>
  page.evaluate((userId) => window.handrail.identify(userId, { name: 'Ada' }), userId);
const comesTo = (page: Page, promptId: string, reason: PromptReason) =>
  waitFor(`${promptId} to be ${reason}`, async () =>
    (await decisions(page)).some((each) => each.promptId === promptId && each.reason === reason),
  );

/** What was decided is told with the next touchpoint. */
async function tellDecisions(page: Page) {
  await track(page, 'told');
  await flush(page);
}
/** Of what was told at one and the same time, nobody could say what came last. */
function aMinutePasses() {
  collector.clock.now += 60_000;
}

const owner = (path: string) => collector.owner(path);
const leads = async () => (await owner('/v1/leads?sort=firstSeenAt')).data;
/** How often which reason was counted, as the owner reads it. */
async function countedFor(promptId: string) {
  const { reasons } = await owner(`/v1/prompts/${promptId}/eligibility`);
  return Object.fromEntries(
    reasons.map(({ reason, count }: { reason: string; count: number }) => [reason, count]),
  );
}
/** How it stands with one prompt and one person. */
async function standingOf(leadId: string, promptId: string) {
  const { data } = await owner(`/v1/leads/${leadId}/prompts`);
  return data.find((each: { promptId: string }) => each.promptId === promptId);
}

describe('every kind of question, from real clicks and keys to the owner', () => {
  const SCORES = {
    id: 'scores',
    type: 'survey',
    on: BY_CODE,
    questions: [
      { id: 'recommend', type: 'nps', text: 'How likely are you to recommend us?' },
      { id: 'satisfied', type: 'csat', look: 'stars', text: 'How satisfied are you?' },
      { id: 'easy', type: 'ces', text: 'It was easy to order.' },
    ],
  };
  const OPINIONS = {
    id: 'opinions',
    type: 'survey',
    on: BY_CODE,
    questions: [
      { id: 'found', type: 'thumbs', text: 'Have you found it?' },
      { id: 'told', type: 'likert', text: 'This page told me what I needed.' },
      { id: 'stopped', type: 'choice', text: 'What stopped you?', options: ['Price', 'Taste'], other: true },
    ],
  };
  const WORDS = {
    id: 'words',
    type: 'survey',
    on: BY_CODE,
    questions: [
      { id: 'liked', type: 'multiple_choice', text: 'What was good?', options: ['Quick', 'Kind', 'Able'] },
      { id: 'more', type: 'text', text: 'Anything else?' },
    ],
  };
  const box = (page: Page, name: string) => page.getByRole('checkbox', { name, exact: true });

  async function answerScores(page: Page) {
    await ask(page, 'scores');
    await choose(page, '9');
    await click(page, 'Next');
    await page.getByRole('radio', { name: '4 – Satisfied' }).click();
    await choose(page, '7');
    await click(page, 'Send');
    await closeThanks(page);
  }
  async function answerTheRest(page: Page) {
    await ask(page, 'opinions');
    await page.getByRole('radio', { name: 'Thumbs down' }).click();
    await page.getByRole('radio', { name: 'Strongly agree' }).click();
    await page.getByRole('radio', { name: 'Other' }).click();
    await page.getByRole('textbox').fill('The bottle');
    await click(page, 'Send');
    await closeThanks(page);
    await ask(page, 'words');
    await box(page, 'Able').click();
    await box(page, 'Quick').click();
    await click(page, 'Next');
    await page.getByRole('textbox').fill('Good oil');
    await click(page, 'Send');
    await closeThanks(page);
  }
  async function closeThanks(page: Page) {
    await click(page, 'Close');
    await isGone(page);
  }

  /** Two of the three, and away before the last: what was answered by then counts. */
  async function answerByKeyboard(page: Page) {
    await ask(page, 'scores');
    await dialog(page).waitFor();
    await page.getByRole('radio').first().focus();
    await press(page, 'Space', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter');
    await page.getByText('How satisfied are you?').waitFor();
    await press(page, 'Space', 'ArrowLeft', 'Enter');
    await page.getByText('It was easy to order.').waitFor();
    await press(page, 'Escape');
    await isGone(page);
  }

  test('each arrives in the results and the list of answers, with its person and the way to it', async () => {
    await serve([SCORES, OPINIONS, WORDS], { contactBudget: FREE });
    const context = await newBrowser();
    await visit('/', context);
    const ada = await visit('/pricing', context);
    await signIn(ada, 'ada');
    await ada.evaluate(() => {
      window.handrail.cart([{ item_id: 'oil', price: 12, quantity: 2 }], { currency: 'GBP' });
      window.handrail.task('order').failed('card refused');
    });
    await answerScores(ada);
    await answerTheRest(ada);
    const bob = await visit('/cart');
    await answerByKeyboard(bob);
    await flush(ada);
    await flush(bob);

    const scores = await owner('/v1/prompts/scores/results');
    expect(scores).toMatchObject({
      counts: { shown: 2, started: 2, completed: 1, dismissed: 1, acted: 0, heldOut: 0 },
      responseRate: { count: 2, of: 2, percent: 100 },
      completionRate: { count: 1, of: 2, percent: 50 },
      lift: null,
    });
    const given = ({ distribution }: { distribution: { value: unknown; count: number }[] }) =>
      distribution.filter(({ count }) => count > 0).map(({ value, count }) => [value, count]);
    expect(scores.questions.map(given)).toEqual([
      [
        [3, 1],
        [9, 1],
      ],
      [
        [4, 1],
        [5, 1],
      ],
      [[7, 1]],
    ]);
    // Of two people nobody can say more.
    expect(scores.questions[0]).toMatchObject({ answers: 2, needs: 30, measures: null });
    expect((await owner('/v1/prompts/opinions/results')).questions.map(given)).toEqual([
      [['down', 1]],
      [[5, 1]],
      [[null, 1]],
    ]);
    const [liked, more] = (await owner('/v1/prompts/words/results')).questions;
    expect(given(liked)).toEqual([
      ['Quick', 1],
      ['Able', 1],
    ]);
    expect(more).toMatchObject({ questionType: 'text', answers: 1 });

    const [lead] = (await owner('/v1/leads?userId=ada')).data;
    const { data: answers } = await owner(`/v1/answers?leadId=${lead.id}`);
    expect(
      answers.map((each: { questionType: string; value: unknown }) => [each.questionType, each.value]),
    ).toEqual([
      ['text', 'Good oil'],
      ['multiple_choice', ['Quick', 'Able']],
      ['choice', 'The bottle'],
      ['likert', 5],
      ['thumbs', 'down'],
      ['ces', 7],
      ['csat', 4],
      ['nps', 9],
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        leadName: 'Ada',
        promptType: 'survey',
        page: { path: '/pricing' },
        pathsBefore: ['/', '/pricing'],
        cartValue: 24,
        friction: { task_failed: 1 },
      });
    }
    const byPage = await owner('/v1/prompts/scores/results?splitBy=page&trend=day');
    expect(byPage.splits.map(({ value }: { value: string }) => value).sort()).toEqual(['/cart', '/pricing']);
    expect(byPage.trend).toMatchObject([{ counts: { shown: 2 } }]);
  });

  test('with enough answers beside the clicked ones there are figures, as reckoned by hand', async () => {
    await serve([SCORES]);
    const page = await visit();
    await answerScores(page);
    await flush(page);
    for (let person = 0; person < 29; person++) {
      const other = browserOf(collector);
      const { shown, answered } = other.showing({ promptId: 'scores' });
      const answers = [answered('recommend', 'nps', person < 18 ? 10 : 0), answered('easy', 'ces', 5)];
      await other.send([shown, ...answers]);
    }
    const { counts, questions } = await owner('/v1/prompts/scores/results');
    expect(counts).toMatchObject({ shown: 30, started: 30 });
    const [nps, csat, ces] = questions;
    // 19 of 30 promote, 11 detract: 26.67 ± 1.96·√((1 − 0.2667²)/30)·100 = 34.49.
    expect(nps.measures[0].value).toBeCloseTo(26.67, 2);
    expect(nps.measures[0].high - nps.measures[0].value).toBeCloseTo(34.49, 2);
    expect(csat).toMatchObject({ answers: 1, measures: null });
    // (7 + 29·5)/30, and all of them 5 to 7.
    expect(ces.measures).toMatchObject([{ name: 'mean' }, { name: 'easy', value: 100 }]);
    expect(ces.measures[0].value).toBeCloseTo(5.067, 3);
  });
});

describe('one person on two devices', () => {
  const SURVEY = {
    id: 'nps',
    type: 'survey',
    on: BY_CODE,
    questions: [{ id: 'score', type: 'nps', text: 'How likely are you to recommend us?' }],
  };
  const NOTE = { id: 'note', type: 'message', on: BY_CODE, title: 'Welcome' };

  test('what was answered on the first is not asked on the second, and the owner reads why', async () => {
    await serve([SURVEY, NOTE]);
    const laptop = await visit();
    await signIn(laptop, 'ada');
    await ask(laptop, 'nps');
    await choose(laptop, '9');
    await click(laptop, 'Send');
    await flush(laptop);
    aMinutePasses();

    const phone = await visit('/pricing');
    await signIn(phone, 'ada');
    await flush(phone);
    await ask(phone, 'nps');
    await comesTo(phone, 'nps', 'answered');
    // Nor anything else: the contact budget is the person's.
    await ask(phone, 'note');
    await comesTo(phone, 'note', 'cooldown');
    expect(await phone.locator('handrail-prompt').count()).toBe(0);
    await tellDecisions(phone);

    const [ada, ...others] = await leads();
    expect(others).toEqual([]);
    expect(await standingOf(ada.id, 'nps')).toMatchObject({
      shown: 1,
      answeredAt: expect.any(String),
      decision: { reason: 'answered', words: expect.stringMatching(/answered/) },
    });
    expect(await standingOf(ada.id, 'note')).toMatchObject({ shown: 0, decision: { reason: 'cooldown' } });
    expect(await countedFor('nps')).toEqual({ shown: 1, answered: 1 });
    expect(await countedFor('note')).toMatchObject({ cooldown: 1 });

    // Somebody else is asked.
    const bob = await visit();
    await signIn(bob, 'bob');
    await flush(bob);
    await ask(bob, 'nps');
    await comesTo(bob, 'nps', 'shown');
  });

  test('one that was only shown, or dismissed, counts as well', async () => {
    await serve([SURVEY], { contactBudget: { prompts: { cooldown: '0s' } } });
    const laptop = await visit();
    await signIn(laptop, 'ada');
    await ask(laptop, 'nps');
    await click(laptop, 'Close');
    await flush(laptop);
    const phone = await visit();
    await signIn(phone, 'ada');
    await flush(phone);
    await ask(phone, 'nps');
    await comesTo(phone, 'nps', 'dismissed');
    expect(await phone.locator('handrail-prompt').count()).toBe(0);
  });
});

test('stage and temperature that an anonymous visitor has just come to bring the prompt, and to nobody else', async () => {
  const note = (id: string, on: object, condition: object) => ({
    id,
    type: 'message',
    on,
    if: condition,
    title: id,
  });
  await serve(
    [
      note('deciding', { page: '/pricing' }, { stage: 'decision' }),
      note('hot', { touchpoint: 'asked' }, { temperature: 'hot' }),
    ],
    {
      contactBudget: FREE,
      scoring: {
        halfLifeDays: 30,
        thresholds: { warm: 20, hot: 50 },
        rules: [{ id: 'demo', when: { touchpoint: 'demo_booked' }, points: 60 }],
      },
      stages: [
        { id: 'awareness' },
        {
          id: 'decision',
          when: { touchpoint: 'page_view', where: { path: '/pricing' }, count: { gte: 2 }, within: '7d' },
        },
      ],
    },
  );
  const keen = await newBrowser();
  await visit('/pricing', keen);
  const second = await visit('/pricing', keen);
  // Nobody helps: the acknowledgement of this very page view tells.
  await second.getByText('deciding', { exact: true }).waitFor();
  await click(second, 'Close');
  await track(second, 'demo_booked');
  await track(second, 'asked');
  await flush(second);
  await second.getByText('hot', { exact: true }).waitFor();

  const curious = await visit('/pricing');
  await track(curious, 'asked');
  await flush(curious);
  await comesTo(curious, 'deciding', 'condition');
  await comesTo(curious, 'hot', 'condition');
  await tellDecisions(curious);
  expect(await curious.locator('handrail-prompt').count()).toBe(0);

  await tellDecisions(second);
  const both = await leads();
  expect(both).toMatchObject([
    { stage: 'decision', temperature: 'hot', identifiedAt: null },
    { stage: 'awareness', temperature: 'cold', identifiedAt: null },
  ]);
  expect((await standingOf(both[0].id, 'hot')).decision.reason).toBe('shown');
  expect((await standingOf(both[1].id, 'hot')).decision.reason).toBe('condition');
});

describe('an address that was left', () => {
  const FORM = {
    id: 'letter',
    type: 'lead_form',
    on: BY_CODE,
    title: 'A letter a month',
    label: 'Subscribe',
    consentLabel: 'Yes, write to me',
  };
  const NUDGE = {
    id: 'cart',
    type: 'cart_nudge',
    on: BY_CODE,
    title: 'Still thinking it over?',
    action: { label: 'Back to my cart', href: '/cart' },
    saveCart: { label: 'E-mail me my cart', consentLabel: 'News as well' },
  };
  const ADA = 'ada@example.com';
  const consent = async () => (await owner(`/v1/leads?email=${ADA}`)).data[0].consent.marketing;

  async function withMail(
    action: (mails: Awaited<ReturnType<typeof startSmtpSink>>['mails']) => Promise<void>,
  ) {
    const sink = await startSmtpSink();
    const email = createEmailChannel(sink.url);
    try {
      await serve([FORM, NUDGE], { email: { from: 'Olive & Oak <hello@shop.example>' } }, { email });
      await action(sink.mails);
    } finally {
      email.close();
      await sink.close();
    }
  }

  test('in a form, with the box ticked: a mail asks, looking changes nothing, the button behind it is the consent', async () => {
    await withMail(async (mails) => {
      const page = await visit();
      await ask(page, 'letter');
      await page.getByLabel('E-mail address').fill(ADA);
      await page.getByRole('checkbox', { name: 'Yes, write to me' }).click();
      await click(page, 'Subscribe');
      await flush(page);
      await collector.dispatcher.tick();
      expect(mails).toMatchObject([{ recipients: [ADA], subject: 'Please confirm your address' }]);

      const path = /\/confirm\/\S+/.exec(mails[0]?.text ?? '')?.[0];
      await page.goto(collectorUrl + path);
      await page.getByText('May Olive & Oak write to you?').waitFor();
      expect(await consent()).toBe('pending');
      await click(page, 'Yes, write to me');
      await page.getByText(`Olive & Oak may now write to ${ADA}.`).waitFor();
      expect(await consent()).toBe('granted');
      expect((await owner('/v1/prompts/letter/results')).counts).toMatchObject({ shown: 1, completed: 1 });
    });
  });

  test('for the cart, without the box: the cart comes, and no consent to anything else', async () => {
    await withMail(async (mails) => {
      const page = await visit();
      await page.evaluate(() => {
        const oil = { item_id: 'oil', item_name: 'Early harvest', price: 12, quantity: 2 };
        window.handrail.track('add_to_cart', { items: [oil], currency: 'GBP' });
      });
      await ask(page, 'cart');
      await click(page, 'E-mail me my cart');
      await page.getByLabel('E-mail address').fill(ADA);
      await click(page, 'E-mail me my cart');
      await flush(page);
      await collector.dispatcher.tick();
      expect(mails).toMatchObject([{ recipients: [ADA], subject: 'Your cart at Olive & Oak' }]);
      expect(mails[0]?.text).toContain('2 × Early harvest');
      expect(await consent()).toBe('pending');
      expect((await owner('/v1/prompts/cart/results')).counts).toMatchObject({ shown: 1, acted: 1 });
    });
  });
});

test.each([
  ['where consent is pending', UNDECIDED_PATH],
  ['where it is granted', '/'],
])(
  'a draft on the owner’s own page, %s: it is seen and answered, and nothing else happens',
  async (_, path) => {
    const question = { id: 'why', type: 'text', text: 'Why?' };
    const saved = { id: 'ask', type: 'survey', on: BY_CODE, questions: [question] };
    await serve([saved]);
    const draft = { ...saved, questions: [{ ...question, text: 'What is missing?' }] };
    const response = await collector.request('/v1/prompts/ask/preview', {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: draft }),
    });
    const { parameter, token } = (await response.json()) as { parameter: string; token: string };

    const context = await newBrowser();
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(collectorUrl))
        asked.push(`${request.method()} ${new URL(request.url()).pathname}`);
    });
    await page.goto(`${siteUrl}${path}?${parameter}`);
    await page.getByRole('textbox', { name: 'What is missing?' }).fill('A price');
    await click(page, 'Send');
    await page.getByText('Thank you').waitFor();
    await track(page, 'share');
    // As the page is left, whatever waited would go.
    await page.goto('about:blank');
    expect(asked).toEqual([
      'GET /handrail.js',
      'GET /handrail-preview.js',
      `GET /v1/sites/${WRITE_KEY}/preview/${token}`,
      'GET /handrail-widgets.js',
    ]);
    await page.goto(`${siteUrl}${UNDECIDED_PATH}`);
    expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({});
    expect(await context.cookies()).toEqual([]);
    expect(await leads()).toEqual([]);
    expect((await owner('/v1/prompts/ask/results')).counts).toMatchObject({ shown: 0, started: 0 });
  },
);

test('who is held out is so once for all, on any device, and the results know both arms', async () => {
  const note = { id: 'note', type: 'message', on: BY_CODE, title: 'Welcome' };
  await serve([{ ...note, holdout: 0.9, goal: { touchpoint: 'purchase' } }], { contactBudget: FREE });
  /** A browser whose visitor falls into this arm by itself. */
  async function drawn(arm: 'shown' | 'holdout', prefix: string) {
    const ids = Array.from({ length: 500 }, (_, index) => `${prefix}-${index}`);
    const id = ids.find((each) => shareOf(`holdout/note/${each}`) < 0.9 === (arm === 'holdout'));
    const context = await newBrowser();
    await context.addInitScript((anonymousId) => {
      localStorage.getItem('handrail:visitor') ??
        localStorage.setItem('handrail:visitor', JSON.stringify({ anonymousId }));
    }, id);
    return context;
  }

  const laptop = await drawn('holdout', 'ada');
  for (const path of ['/', '/pricing']) {
    const page = await visit(path, laptop);
    if (path === '/') await signIn(page, 'ada');
    await ask(page, 'note');
    await comesTo(page, 'note', 'holdout');
    await track(page, 'purchase');
    await flush(page);
    aMinutePasses();
  }
  const phone = await visit('/', await drawn('shown', 'phone'));
  await signIn(phone, 'ada');
  await flush(phone);
  await ask(phone, 'note');
  await comesTo(phone, 'note', 'holdout');
  await tellDecisions(phone);
  expect(await phone.locator('handrail-prompt').count()).toBe(0);

  const bob = await visit('/', await drawn('shown', 'bob'));
  await ask(bob, 'note');
  await comesTo(bob, 'note', 'shown');
  await flush(bob);

  const [ada] = (await owner('/v1/leads?userId=ada')).data;
  const { data } = await owner(`/v1/leads/${ada.id}/touchpoints?limit=200`);
  expect(data.filter(({ name }: { name: string }) => name === 'prompt_held_out')).toHaveLength(1);
  expect(await standingOf(ada.id, 'note')).toMatchObject({
    shown: 0,
    arm: 'holdout',
    decision: { reason: 'holdout' },
  });
  expect(await owner('/v1/prompts/note/results')).toMatchObject({
    counts: { shown: 1, heldOut: 1 },
    lift: {
      shown: { people: 1, reached: 0 },
      heldOut: { people: 1, reached: 1 },
      difference: null,
      needs: 100,
      sampleRatio: { expectedHoldout: 0.9, holdout: 0.5 },
    },
  });
  expect(await countedFor('note')).toEqual({ holdout: 3, shown: 1 });
});
