import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';

const SECRET_KEY = 'sk_test_0123456789';
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const DASHBOARD = new URL('../../collector/dist/dashboard/', import.meta.url);
const CONTENT_TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };
const require = createRequire(import.meta.url);

/** What a site holds, in the shapes of the owner API. */
interface Content {
  site: { name: string; timezone: string; currency: string };
  leads: ({ id: string } & Record<string, unknown>)[];
  ledgers: Record<string, { score: number; entries: Record<string, unknown>[] } & Record<string, unknown>>;
  touchpoints: Record<string, Record<string, unknown>[]>;
  answers: Record<string, unknown>[];
  tasks: ({ id: string } & Record<string, unknown>)[];
  /** By lead. */
  followUps: Record<string, Record<string, unknown>[]>;
  sequences: ({ id: string } & Record<string, unknown>)[];
  /** Of each sequence. */
  results: Record<string, Record<string, unknown>>;
  endpoints: ({ id: string } & Record<string, unknown>)[];
}

interface Collector {
  url: string;
  content: Content;
  /** `POST /v1/…` of every request so far. */
  requests: string[];
  /** Requests whose method and path contain one of these are answered with 503. */
  broken: string[];
  endSessions(): void;
  close(): Promise<void>;
}

/** Stands in for a collector: real HTTP, the dashboard's real files, its headers and cookie; canned JSON. */
async function startCollector(content: Content): Promise<Collector> {
  const requests: string[] = [];
  const broken: string[] = [];
  let session = crypto.randomUUID();

  const problem = (response: ServerResponse, status: number, title: string) =>
    response
      .writeHead(status, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify({ type: 'about:blank', title, status, code: 'test' }));
  const json = (response: ServerResponse, body: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const { pathname } = new URL(request.url ?? '/', 'http://collector');
    const route = `${request.method} ${pathname}`;
    requests.push(route);
    if (broken.some((part) => route.includes(part))) return problem(response, 503, 'Database is busy');
    if (pathname.startsWith('/dashboard')) return serveFile(pathname, response);

    const signedIn = request.headers.cookie?.includes(`handrail_session=${session}`);
    const cookie = (value: string) => `handrail_session=${value}; Path=/v1; HttpOnly; SameSite=Strict`;
    if (route === 'POST /v1/session') {
      const { secretKey } = JSON.parse(await bodyOf(request)) as { secretKey: string };
      if (secretKey !== SECRET_KEY) return problem(response, 401, 'Unknown key');
      return response.writeHead(204, { 'set-cookie': cookie(session) }).end();
    }
    if (route === 'DELETE /v1/session') {
      return response.writeHead(204, { 'set-cookie': `${cookie('')}; Max-Age=0` }).end();
    }
    if (!signedIn) return problem(response, 401, 'Not signed in');

    const [, , collection, id, part] = pathname.split('/').map(decodeURIComponent);
    if (collection === 'session') return json(response, { site: content.site });
    if (collection === 'answers') return json(response, { data: content.answers, next: null });
    if (collection === 'tasks' && part === 'done') {
      const task = content.tasks.find((each) => each.id === id);
      content.tasks = content.tasks.filter((each) => each !== task);
      return json(response, { ...task, status: 'done' });
    }
    if (collection === 'tasks' && (part === 'snooze' || part === 'assign')) {
      const { until, owner } = JSON.parse(await bodyOf(request)) as { until?: string; owner?: string | null };
      const task = content.tasks.find((each) => each.id === id) ?? { id };
      Object.assign(task, until && { dueAt: until, overdue: false, snoozed: true });
      Object.assign(task, owner !== undefined && { owner });
      return json(response, task);
    }
    if (collection === 'tasks') return json(response, { data: content.tasks, next: null });
    if (collection === 'leads' && part === 'score') return json(response, content.ledgers[id ?? '']);
    if (collection === 'leads' && part === 'touchpoints') {
      return json(response, { data: content.touchpoints[id ?? ''] ?? [], next: null });
    }
    if (collection === 'leads' && part === 'follow-ups') {
      return json(response, { data: content.followUps[id ?? ''] ?? [], next: null });
    }
    if (collection === 'sequences') {
      return json(response, part ? content.results[id ?? ''] : { data: content.sequences, next: null });
    }
    if (collection === 'endpoints') return json(response, { data: content.endpoints, next: null });
    const lead = content.leads.find((each) => each.id === id);
    if (collection === 'leads' && id) {
      return lead ? json(response, lead) : problem(response, 404, 'No such lead');
    }
    if (collection === 'leads') return json(response, { data: content.leads, next: null });
    return problem(response, 404, 'No such route');
  }

  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    content,
    requests,
    broken,
    endSessions() {
      session = crypto.randomUUID();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serveFile(pathname: string, response: ServerResponse) {
  const name = pathname.slice('/dashboard/'.length) || 'index.html';
  const type = CONTENT_TYPES[name.split('.').at(-1) ?? ''];
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': CSP });
  response.end(await readFile(new URL(name, DASHBOARD)));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString();

function entry(ruleId: string, points: number, current: number, touchpoint: string, agoMs: number) {
  return { ruleId, points, current, touchpoint, timestamp: fromNow(-agoMs), messageId: crypto.randomUUID() };
}

function lead(fields: { id: string } & Record<string, unknown>) {
  return {
    userId: null,
    email: null,
    name: null,
    traits: {},
    tags: [],
    score: 4,
    temperature: 'cold',
    coolsAt: null,
    fit: null,
    stage: 'awareness',
    flags: [],
    source: { first: { channel: 'direct', source: null, medium: null, campaign: null }, last: null },
    consent: { analytics: 'granted', marketing: 'pending' },
    firstSeenAt: fromNow(-8 * DAY_MS),
    lastSeenAt: fromNow(-2 * DAY_MS),
    identifiedAt: null,
    touchpointCount: 3,
    sessionCount: 1,
    ...fields,
  };
}

/** A small shop on a good day. */
function shop(): Content {
  const adaEntries = [
    entry('pricing', 10, 9.4, 'page_view', 3 * DAY_MS),
    entry('demo', 20, 20, 'demo_booked', 12 * MINUTE_MS),
    entry('pricing', 10, 9.3, 'page_view', 3 * DAY_MS),
    entry('sign-up', 15, 15, 'sign_up', 20 * MINUTE_MS),
    entry('email', 3, 2.6, 'email_clicked', 6 * DAY_MS),
  ];
  const graceEntries = [
    entry('cart', 30, 29.5, 'add_to_cart', DAY_MS),
    entry('careers', -10, -5.1, 'page_view', 29 * DAY_MS),
  ];
  return {
    site: { name: 'Olive & Oak', timezone: 'Asia/Tokyo', currency: 'GBP' },
    leads: [
      lead({
        id: 'lead_01ada',
        name: 'Ada Lovelace',
        email: 'ada@example.com',
        score: 56.3,
        temperature: 'hot',
        coolsAt: fromNow(5.2 * DAY_MS),
        fit: 'B',
        stage: 'decision',
        flags: ['new_evaluator'],
        lastSeenAt: fromNow(-3.1 * MINUTE_MS),
        touchpointCount: 31,
        sessionCount: 4,
      }),
      lead({ id: 'lead_01grace', email: 'grace@example.com', score: 24.4, temperature: 'warm', fit: 'A' }),
      lead({ id: 'lead_0192f3c7a1b2' }),
    ],
    ledgers: {
      lead_01ada: { score: 56.3, at: fromNow(0), halfLifeDays: 30, version: 1, entries: adaEntries },
      lead_01grace: { score: 24.4, at: fromNow(0), halfLifeDays: 30, version: 1, entries: graceEntries },
      lead_0192f3c7a1b2: {
        score: 4,
        at: fromNow(0),
        halfLifeDays: 30,
        version: 1,
        entries: [entry('search', 4, 4, 'search', 2 * DAY_MS)],
      },
    },
    touchpoints: {
      lead_01ada: [
        {
          messageId: 'm2',
          name: 'add_to_cart',
          timestamp: '2026-01-02T20:00:00Z',
          page: { url: 'https://shop.example/oil', path: '/oil', title: 'Olive oil', referrer: '' },
          channel: 'direct',
          properties: { value: 42, currency: 'EUR' },
        },
        {
          messageId: 'm1',
          name: 'web_vital',
          timestamp: fromNow(-DAY_MS),
          page: null,
          channel: 'direct',
          properties: { value: 1234 },
        },
      ],
    },
    answers: [
      {
        id: 'answer_2',
        leadId: 'lead_01ada',
        leadName: 'Ada Lovelace',
        leadEmail: 'ada@example.com',
        promptId: 'pricing-exit',
        promptType: 'exit_poll',
        questionId: 'why',
        questionText: 'What stopped you today?',
        questionType: 'choice',
        value: 'Missing a feature',
        timestamp: fromNow(-5.1 * MINUTE_MS),
        page: { path: '/pricing', url: 'https://shop.example/pricing', title: 'Pricing' },
      },
      {
        id: 'answer_1',
        leadId: 'lead_0192f3c7a1b2',
        leadName: null,
        leadEmail: null,
        promptId: 'nps',
        promptType: 'survey',
        questionId: 'recommend',
        questionText: null,
        questionType: 'nps',
        value: 9,
        timestamp: fromNow(-DAY_MS),
        page: null,
      },
    ],
    tasks: [
      task('task_1', 'Call Ada Lovelace now', { dueAt: fromNow(-12.1 * MINUTE_MS), overdue: true }),
      task('task_2', 'Send Ada the price list', { dueAt: fromNow(3.1 * 60 * MINUTE_MS) }),
    ],
    followUps: {},
    sequences: [],
    results: {},
    endpoints: [],
  };
}

function task(id: string, title: string, due: { dueAt: string; overdue?: boolean }) {
  return {
    id,
    leadId: 'lead_01ada',
    leadName: 'Ada Lovelace',
    leadEmail: 'ada@example.com',
    sequenceId: 'hot-lead',
    title,
    status: 'open',
    overdue: false,
    snoozed: false,
    owner: null,
    createdAt: fromNow(-17 * MINUTE_MS),
    doneAt: null,
    reason: 'Score 56.3: sign-up +15, pricing +18.7 (2×)',
    ...due,
  };
}

let browser: Browser;
const cleanUps: (() => Promise<void>)[] = [];
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A collector and a page of its own. An uncaught error, a dialog or a breach of the CSP fails the test. */
async function open(content: Content = shop(), options: BrowserContextOptions = {}) {
  const collector = await startCollector(content);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const problems: string[] = [];
  cleanUps.push(async () => {
    await context.close();
    await collector.close();
    expect(problems).toEqual([]);
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) problems.push(message.text());
  });
  return { collector, page };
}

async function signIn(page: Page, collector: Collector, secretKey = SECRET_KEY) {
  await page.goto(`${collector.url}/dashboard`);
  await page.getByLabel('Secret key').fill(secretKey);
  await page.keyboard.press('Enter');
}

async function openSignedIn(content?: Content, options?: BrowserContextOptions) {
  const opened = await open(content, options);
  await signIn(opened.page, opened.collector);
  await opened.page.getByRole('heading', { name: 'Hottest leads' }).waitFor();
  return opened;
}

const region = (page: Page, name: string) => page.getByRole('region', { name });
/** As a reader sees it: what stands apart on the page is apart in the text, by one space. */
async function readable(locator: Locator): Promise<string> {
  return (await locator.allInnerTexts()).join(' ').replace(/\s+/g, ' ');
}
const textOf = (page: Page, name: string) => readable(region(page, name));
const occurrences = (text: string, part: string) => text.split(part).length - 1;

describe('signing in', () => {
  test('a wrong key is refused with a clear word, the right one opens the site, and signing out closes it', async () => {
    const { page, collector } = await open();

    await signIn(page, collector, 'sk_wrong');
    const alert = page.getByRole('alert');
    await expect.poll(() => readable(alert)).toMatch(/not accepted/);
    await page.getByLabel('Secret key').fill('pk_public');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect.poll(() => readable(alert)).toMatch(/public write key/);
    expect(collector.requests.filter((route) => route.includes('/v1/leads'))).toEqual([]);

    await page.getByLabel('Secret key').fill(` ${SECRET_KEY} `);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Olive & Oak' }).waitFor();
    expect(page.url()).toBe(`${collector.url}/dashboard`);
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([
      0,
      0,
      '',
    ]);

    await page.reload();
    await page.getByRole('heading', { name: 'Olive & Oak' }).waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Secret key').waitFor();
    await page.reload();
    await page.getByLabel('Secret key').waitFor();
    expect(await page.getByText('Ada').count()).toBe(0);
  });

  test('password managers find a user name and a current password', async () => {
    const { page, collector } = await open();
    await page.goto(`${collector.url}/dashboard`);
    const key = page.getByLabel('Secret key');
    expect(await key.getAttribute('type')).toBe('password');
    expect(await key.getAttribute('autocomplete')).toBe('current-password');
    expect(await page.locator('form input[autocomplete=username]').count()).toBe(1);
    expect(await page.locator('form').getAttribute('method')).toBe('post');
  });

  test('a session that ends leads back to the form', async () => {
    const { page, collector } = await openSignedIn();
    collector.endSessions();
    await page.getByRole('button', { name: 'Done: Call Ada Lovelace now' }).click();
    await page.getByLabel('Secret key').waitFor();
  });
});

describe('what the owner sees', () => {
  test('the hottest leads, each with its temperature, score, stage, fit and why', async () => {
    const { page } = await openSignedIn();
    const rows = region(page, 'Hottest leads')
      .getByRole('listitem')
      .filter({ has: page.getByRole('heading') });
    const texts = (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
    expect(texts).toHaveLength(3);
    expect(texts[0]).toMatch(
      /56\.3 Ada Lovelace Hot ada@example\.com demo \+20 pricing ×2 \+18\.7 sign-up \+15 1 more Stage Decision Fit B Seen 3 minutes ago Cools in 5 days/,
    );
    expect(texts[1]).toMatch(
      /24\.4 grace@example\.com Warm cart \+29\.5 careers -5\.1 Stage Awareness Fit A/,
    );
    expect(texts[2]).toMatch(/4 Visitor c7a1b2 Cold search \+4 Stage Awareness Seen/);
    expect(texts[2]).not.toMatch(/Fit|Cools/);
  });

  test('one lead in full: a ledger that sums to the score, and the last touchpoints, times in the site’s zone', async () => {
    const { page } = await openSignedIn();
    const opener = region(page, 'Hottest leads').getByRole('button', { name: 'Ada Lovelace' });
    await opener.click();
    const dialog = page.getByRole('dialog', { name: 'Ada Lovelace' });
    const ledger = dialog.getByRole('table', { name: 'Score ledger' });
    await ledger.waitFor();

    const points = await ledger.locator('tbody td:last-child').allInnerTexts();
    expect(points.map(Number).reduce((sum, each) => sum + each)).toBeCloseTo(56.3, 5);
    expect(await readable(ledger.locator('tfoot'))).toMatch(/Sum = score\s+56\.3/);

    const touchpoints = dialog.getByRole('table', { name: 'Last touchpoints' });
    expect(await readable(touchpoints.getByRole('row').nth(1))).toMatch(/Add to cart\s+\/oil\s.*\s€42\.00/);
    expect(await readable(touchpoints.getByRole('row').nth(2))).not.toMatch(/1,?234/);
    // 20:00 UTC is the next morning in Tokyo.
    expect(await touchpoints.getByRole('row').nth(1).locator('time').getAttribute('title')).toMatch(
      /Sat,? 3 Jan 2026.* 05:00:00/,
    );

    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
  });

  test('a ledger that does not sum to the score says so', async () => {
    const content = shop();
    (content.ledgers.lead_01ada as { score: number }).score = 60;
    const { page } = await openSignedIn(content);
    await region(page, 'Hottest leads').getByRole('button', { name: 'Ada Lovelace' }).click();
    await page.getByText('Sum (the score says 60)').waitFor();
    expect(await page.getByText('Sum = score').count()).toBe(0);
  });

  test('recent answers: prompt, question, value, who and where', async () => {
    const { page } = await openSignedIn();
    const text = await textOf(page, 'Recent answers');
    expect(text).toMatch(
      /Exit poll pricing-exit › What stopped you today\? Missing a feature Ada Lovelace · 5 minutes ago · \/pricing/,
    );
    expect(text).toMatch(/Survey nps › recommend 9 of 10 Promoter Visitor c7a1b2 · yesterday/);
  });

  test('a due task with its reason; Done takes it off the list once the collector agrees', async () => {
    const { page, collector } = await openSignedIn();
    expect(await textOf(page, 'Due tasks')).toMatch(
      /Call Ada Lovelace now Overdue Due 12 minutes ago · Ada Lovelace Score 56\.3: sign-up \+15, pricing \+18\.7 \(2×\)/,
    );

    collector.broken.push('/done');
    const done = page.getByRole('button', { name: 'Done: Call Ada Lovelace now' });
    await done.click();
    await page.getByText('Not done: Database is busy').waitFor();
    expect(collector.content.tasks).toHaveLength(2);

    collector.broken.pop();
    await done.click();
    await done.waitFor({ state: 'detached' });
    expect(collector.content.tasks.map(({ id }) => id)).toEqual(['task_2']);
    await page.getByRole('status').getByText('Done: Call Ada Lovelace now').waitFor({ state: 'attached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Due tasks');
    expect(await page.getByText('Send Ada the price list').count()).toBeGreaterThan(0);
  });

  test('a task is put off for an hour, and given to somebody, by keyboard', async () => {
    const { page, collector } = await openSignedIn();
    await page.getByRole('button', { name: 'In an hour: Call Ada Lovelace now' }).click();
    await page.getByText('Put off').waitFor();
    expect(collector.content.tasks[0]).toMatchObject({ snoozed: true });
    expect(await textOf(page, 'Due tasks')).toMatch(
      /Call Ada Lovelace now Put off Due in (59 minutes|(an|1) hour)/,
    );

    await page.getByRole('button', { name: 'Assign: Call Ada Lovelace now' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Whose is it?').fill('Grace <b>Hopper</b>');
    collector.broken.push('/assign');
    await page.keyboard.press('Enter');
    await page.getByText('Not assigned: Database is busy').waitFor();
    collector.broken.pop();
    await page.keyboard.press('Enter');
    await page.locator('.task').getByText('for Grace <b>Hopper</b>').waitFor();
    expect(collector.content.tasks[0]).toMatchObject({ owner: 'Grace <b>Hopper</b>' });
    await page
      .getByRole('status')
      .getByText(/^For Grace/)
      .waitFor({ state: 'attached' });
  });

  test('an empty site tells what to do next', async () => {
    const { page, collector } = await openSignedIn({
      ...shop(),
      leads: [],
      answers: [],
      tasks: [],
    });
    expect(await textOf(page, 'Hottest leads')).toContain(
      `<script async src="${collector.url}/handrail.js" data-write-key="pk_…"></script>`,
    );
    expect(await textOf(page, 'Due tasks')).toMatch(/Nothing to do.*sequences/);
    expect(await textOf(page, 'Recent answers')).toMatch(/No answers yet.*prompts/);
  });
});

describe('staying fresh', () => {
  test('the page reads again every 15 s, but not while it is hidden', async () => {
    const { page, collector } = await open();
    await page.clock.install();
    await signIn(page, collector);
    await page.getByText('Ada Lovelace').first().waitFor();
    const readings = () => collector.requests.filter((route) => route === 'GET /v1/answers').length;
    expect(readings()).toBe(1);

    collector.content.leads.unshift(
      lead({ id: 'lead_01new', name: 'Newcomer', score: 80, temperature: 'hot' }),
    );
    collector.content.ledgers.lead_01new = { score: 80, entries: [] };
    await page.clock.runFor(15_000);
    await page.getByText('Newcomer').waitFor();
    expect(readings()).toBe(2);

    const setVisibility = (state: string) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { configurable: true, value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await setVisibility('hidden');
    await page.clock.runFor(60_000);
    expect(readings()).toBe(2);
    await setVisibility('visible');
    await expect.poll(readings).toBe(3);
  });

  test('a collector that fails for a while costs nothing that is already shown', async () => {
    const { page, collector } = await open();
    await page.clock.install();
    await signIn(page, collector);
    await page.getByText('Ada Lovelace').first().waitFor();

    collector.broken.push('GET /v1/leads');
    await page.clock.runFor(15_000);
    await region(page, 'Hottest leads').getByText('Not refreshed').waitFor();
    expect(await textOf(page, 'Hottest leads')).toContain('Ada Lovelace');
    expect(await textOf(page, 'Due tasks')).toContain('Updated');

    collector.broken.pop();
    await page.clock.runFor(15_000);
    await region(page, 'Hottest leads').getByText('Updated').waitFor();
  });

  test('what fails at the start says why and can be tried again, the rest is there', async () => {
    const { page, collector } = await open();
    collector.broken.push('GET /v1/leads');
    await signIn(page, collector);
    const leads = region(page, 'Hottest leads');
    await leads.getByText('Database is busy').waitFor();
    expect(await textOf(page, 'Recent answers')).toContain('Missing a feature');
    collector.broken.pop();
    await leads.getByRole('button', { name: 'Try again' }).click();
    await leads.getByText('Ada Lovelace').waitFor();
  });

  test.each([
    ['desktop', { width: 1280, height: 800 }],
    ['phone', { width: 390, height: 844 }],
  ])('nothing jumps as data comes in (%s)', async (_, viewport) => {
    const { page, collector } = await open(shop(), { viewport });
    await page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const shift of list.getEntries())
          shifts.push((shift as PerformanceEntry & { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await signIn(page, collector);
    await page.getByText('Ada Lovelace').first().waitFor();
    await page.reload();
    await page.getByText('Ada Lovelace').first().waitFor();
    // Two frames: the first paints, by the second the shifts of the paint are reported.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    expect(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([]);
  });
});

describe('Q30: what was ingested is text, whatever it says', () => {
  test.each([
    '<img src=x onerror="window.ran=1">',
    '"><script>window.ran=1</script>',
    "'-window.ran=1-'",
    'javascript:window.ran=1',
    '</title></style></textarea><svg onload=window.ran=1>',
    '{{constructor.constructor("window.ran=1")()}}',
    '__proto__',
  ])('%s', async (payload) => {
    const { page, collector } = await openSignedIn(poisoned(payload));
    expect(occurrences(await readable(page.locator('main')), payload)).toBeGreaterThanOrEqual(10);

    await region(page, 'Hottest leads').getByRole('button').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('table').first().waitFor();
    expect(occurrences(await readable(dialog), payload)).toBeGreaterThanOrEqual(5);

    const active = page.locator(
      'body :is(img, svg, script, iframe, a:not(nav a), [style], [onerror], [onload])',
    );
    expect(await active.count()).toBe(0);

    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Follow-ups' }).click();
    await region(page, 'Endpoints').getByRole('listitem').first().waitFor();
    expect(occurrences(await readable(page.locator('main')), payload)).toBeGreaterThanOrEqual(3);
    await region(page, 'Sequences').getByRole('button').first().click();
    await dialog.getByRole('list').first().waitFor();
    expect(occurrences(await readable(dialog), payload)).toBeGreaterThanOrEqual(3);

    expect(await page.evaluate(() => 'ran' in window || 'ran' in Object.prototype)).toBe(false);
    expect(await active.count()).toBe(0);
    expect(collector.requests.filter((route) => !/ \/(dashboard|v1)\b/.test(route))).toEqual([]);
  });

  /** The shop, with the payload wherever an outsider's text can reach. */
  function poisoned(payload: string): Content {
    const id = `lead_${payload}`;
    const page = { url: payload, path: payload, title: payload, referrer: payload };
    const who = { leadId: id, leadName: payload, leadEmail: payload };
    const entries = [entry(payload, 10, 10, payload, DAY_MS), entry(payload, 10, 10, payload, DAY_MS)];
    return {
      site: { name: payload, timezone: 'Europe/London', currency: 'GBP' },
      leads: [
        lead({
          id,
          name: payload,
          email: payload,
          stage: payload,
          fit: payload,
          flags: [payload],
          traits: { [payload]: payload },
          source: { first: { channel: payload }, last: null },
        }),
      ],
      ledgers: { [id]: { score: 20, at: fromNow(0), halfLifeDays: 30, entries } },
      touchpoints: {
        [id]: [
          {
            messageId: payload,
            name: payload,
            timestamp: fromNow(0),
            page,
            channel: payload,
            properties: { value: payload, currency: payload, [payload]: payload },
          },
          {
            messageId: `${payload}2`,
            name: 'purchase',
            timestamp: fromNow(0),
            page,
            channel: payload,
            properties: { value: 1, currency: payload },
          },
        ],
      },
      answers: [
        {
          ...who,
          id: payload,
          promptId: payload,
          promptType: payload,
          questionId: payload,
          questionText: payload,
          questionType: payload,
          value: payload,
          timestamp: fromNow(0),
          page,
        },
      ],
      tasks: [{ ...task(payload, payload, { dueAt: fromNow(0) }), ...who }],
      followUps: {
        [id]: [
          {
            kind: 'message',
            deliveryId: payload,
            sequenceId: payload,
            what: payload,
            says: payload,
            at: fromNow(0),
            status: 'failed',
            detail: payload,
          },
        ],
      },
      sequences: [
        {
          id: payload,
          paused: false,
          counts: { active: 1, completed: 0, goalMet: 0, exited: 0, heldOut: 0, due: 1 },
          versions: [],
        },
      ],
      results: {
        [payload]: {
          from: '2026-01-01',
          to: '2026-01-31',
          within: '30d',
          currency: 'GBP',
          lift: null,
          splits: [],
          steps: [
            {
              stepId: payload,
              what: payload,
              isLive: true,
              channel: payload,
              due: 1,
              waiting: 0,
              sent: 0,
              delivered: 0,
              opened: null,
              clicked: null,
              goal: null,
              stopped: [{ reason: payload, says: payload, count: 1 }],
              outcomes: [],
            },
          ],
        },
      },
      endpoints: [
        {
          id: payload,
          origin: payload,
          status: 'failing',
          disabledReason: null,
          lastSuccessAt: null,
          lastFailureAt: fromNow(0),
          lastFailure: payload,
          due: 0,
          failed: 1,
        },
      ],
    };
  }
});

describe('for everyone', () => {
  const axeSource = readFile(require.resolve('axe-core/axe.min.js'), 'utf8');

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(await axeSource);
    const results = (await page.evaluate('axe.run()')) as AxeResults;
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }
  const overflows = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

  test.each([
    ['light', { width: 1280, height: 800 }],
    ['dark', { width: 1280, height: 800 }],
    ['light', { width: 390, height: 844 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)('axe finds nothing, and nothing sticks out: %s, %o', async (colorScheme, viewport) => {
    const { page, collector } = await open(shop(), { colorScheme, viewport });
    await signIn(page, collector, 'sk_wrong');
    await page.getByText(/not accepted/).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);

    await signIn(page, collector);
    await page.getByText('Ada Lovelace').first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);

    await region(page, 'Hottest leads').getByRole('button').first().click();
    await page.getByRole('table').first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.getByRole('dialog').evaluate((dialog) => dialog.scrollWidth > dialog.clientWidth)).toBe(
      false,
    );
  });

  test('endless words keep to their place, also on a page 320 px wide', async () => {
    const content = shop();
    const word = 'W'.repeat(30_000);
    Object.assign(content.leads[0] ?? {}, { name: word, email: word });
    Object.assign(content.answers[0] ?? {}, { value: word, page: { path: word } });
    Object.assign(content.tasks[0] ?? {}, { title: word, leadName: word });
    const { page } = await openSignedIn(content, { viewport: { width: 320, height: 640 } });
    expect(await overflows(page)).toBe(false);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(3_000);
    const answer = region(page, 'Recent answers').locator('details');
    await answer.locator('summary').click();
    expect(occurrences(await readable(answer), 'W')).toBe(word.length);
  });

  test('everything can be reached and worked by keyboard', async () => {
    const { page, collector } = await open();
    await page.goto(`${collector.url}/dashboard`);
    // It has the focus, so that a key can be typed or pasted at once.
    await page.locator('input:focus').waitFor();
    await page.keyboard.type(SECRET_KEY);
    await page.keyboard.press('Enter');
    await page.getByText('Ada Lovelace').first().waitFor();

    for (const control of ['Today', 'Follow-ups', 'Sign out']) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(control);
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Ada Lovelace' }).getByRole('table').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Ada Lovelace');
  });
});
