import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SendResult } from '../../collector/src/follow-ups/channels/channel.ts';
import { launchChromium } from '../support/chromium.ts';
import { SECRET_KEY, START, startCollector, type TestCollector } from '../support/collector.ts';

/** The page with a real collector behind it; dashboard.test.ts has what does not need one. */

const DAY_MS = 86_400_000;
const SITE = {
  name: 'Olive & Oak',
  currency: 'GBP',
  email: { from: 'Olive & Oak <hello@shop.example>' },
  templates: { reminder: { subject: 'Your cart', text: 'It waits for you.' } },
  endpoints: { crm: { url: 'https://crm.example/hook', secret: `whsec_${'a'.repeat(32)}` } },
  sequences: [
    {
      id: 'abandoned-cart',
      start: { touchpoint: 'add_to_cart' },
      goal: { touchpoint: 'purchase' },
      holdout: 0.5,
      steps: [
        { send: { channel: 'email', template: 'reminder' } },
        {
          after: '1h',
          split: [
            { id: 'short', share: 0.5, steps: [{ tag: { add: 'short' } }] },
            { id: 'long', share: 0.5, steps: [] },
          ],
        },
      ],
    },
    {
      id: 'demo',
      start: { touchpoint: 'demo_booked' },
      holdout: 0,
      steps: [{ send: { channel: 'webhook', endpoint: 'crm' } }],
    },
    {
      id: 'spring-sale',
      start: { touchpoint: 'sale_viewed' },
      paused: true,
      steps: [{ send: { channel: 'email', template: 'reminder' } }],
    },
  ],
};

let browser: Browser;
let collector: TestCollector;
/** What the CRM says to a webhook. */
let reply: SendResult;
const contexts: (() => Promise<void>)[] = [];
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  reply = { outcome: 'failed', reason: 'endpoint_gone', detail: '410 Gone' };
  const channels = {
    email: { send: async (): Promise<SendResult> => ({ outcome: 'sent', detail: '250 OK' }) },
    webhook: { send: async () => reply },
  };
  collector = await startCollector({ site: SITE, channels, now: START - 40 * DAY_MS });
});
afterEach(async () => {
  for (const close of contexts.splice(0)) await close();
  await collector.close();
});

let nextId = 0;
const does = (person: string, event: string, properties: object = {}) => ({
  type: 'track',
  event,
  properties,
  messageId: `m-${nextId++}`,
  userId: person,
  timestamp: new Date(collector.clock.now).toISOString(),
  context: { consent: { categoryPreferences: { marketing: person !== 'bob' } } },
});
const isKnown = (person: string) => ({
  type: 'identify',
  userId: person,
  messageId: `m-${nextId++}`,
  traits: { email: `${person}@example.com`, name: person },
});

/** Forty days ago carts were left; of those who were reminded half bought, of the others a tenth. */
async function fortyDays(): Promise<void> {
  const people = [...Array.from({ length: 230 }, (_, index) => `p${index}`), 'ada', 'bob'];
  await collector.ingest(...people.flatMap((person) => [isKnown(person), does(person, 'add_to_cart')]));
  await collector.dispatcher.tick();
  collector.clock.now += DAY_MS;
  await collector.dispatcher.tick();
  const reminded = new Set<string>();
  for (const status of ['sent', 'skipped']) {
    const { data } = await collector.owner(`/v1/deliveries?status=${status}&limit=200`);
    for (const { leadId } of data) if (status === 'sent') reminded.add(leadId);
  }
  const { data: leads } = await collector.owner('/v1/leads?limit=200');
  const buyers = leads
    .filter(({ id }: { id: string }, index: number) => index % (reminded.has(id) ? 2 : 10) === 0)
    .map(({ userId }: { userId: string }) => userId);
  await collector.ingest(...buyers.map((person: string) => does(person, 'purchase', { value: 40 })));
  collector.clock.now = START;
  await collector.ingest(does('ada', 'demo_booked'));
  await collector.dispatcher.tick();
}

async function open(options: BrowserContextOptions = {}) {
  const url = await collector.listen();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const problems: string[] = [];
  contexts.push(async () => {
    await context.close();
    expect(problems).toEqual([]);
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) problems.push(message.text());
  });
  await page.goto(`${url}/dashboard#follow-ups`);
  await page.getByLabel('Secret key').fill(SECRET_KEY);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Sequences' }).waitFor();
  return page;
}

async function readable(locator: Locator): Promise<string> {
  return (await locator.allInnerTexts()).join(' ').replace(/\s+/g, ' ');
}
const row = (page: Page, panel: string, heading: string) =>
  page
    .getByRole('region', { name: panel })
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name: heading }) });

async function violations(page: Page): Promise<string[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(await readFile(axe, 'utf8'));
  const found = (await page.evaluate('axe.run()')) as AxeResults;
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

test('what each sequence brings: people with and without it, money, its steps and its arms', async () => {
  await fortyDays();
  const page = await open();
  expect(await readable(row(page, 'Sequences', 'spring-sale'))).toMatch(/spring-sale Paused In it now 0/);
  const carts = row(page, 'Sequences', 'abandoned-cart');
  expect(await readable(carts)).toMatch(
    /In it now 0 .*Goal met \d\d Through to the end \d\d .*Held out 1\d\d/,
  );

  await carts.getByRole('button').click();
  const dialog = page.getByRole('dialog', { name: 'abandoned-cart' });
  await dialog.getByRole('heading', { name: 'Step by step' }).waitFor();
  const text = await readable(dialog);
  expect(text).toMatch(
    /It works\. Within 30 days, [\d.]+ % of the people in it reached the goal, and [\d.]+ %/,
  );
  expect(text).toMatch(/£\d+\.\d\d for each person \(£\d+\.\d\d to £\d+\.\d\d\)/);
  expect(text).toMatch(
    /email reminder Due 232 Sent \d+ Delivered \d+ Clicked 0 Goal [\d.]+ % .*× Not sent: the person is held out/,
  );
  expect(text).toMatch(/1 × Not sent: the person has not agreed to marketing\./);
  expect(text).toMatch(/Not enough data: it takes 100 people in each arm/);
  expect(await dialog.getByRole('table').getByRole('row').count()).toBe(3);
});

test('too few people: it says so, and how many it takes', async () => {
  await collector.ingest(isKnown('ada'), does('ada', 'add_to_cart'));
  const page = await open();
  await row(page, 'Sequences', 'abandoned-cart').getByRole('button').click();
  const dialog = page.getByRole('dialog', { name: 'abandoned-cart' });
  await dialog.getByText('Not enough data yet.').waitFor();
  expect(await readable(dialog)).toMatch(/It takes 100 people in it and as many held out/);
  expect(await readable(dialog)).not.toMatch(/It works|It may make no difference/);
});

test('an endpoint that was disabled says why; it is tried, enabled, and gets what it has missed', async () => {
  await collector.ingest(isKnown('ada'), does('ada', 'demo_booked'));
  await collector.dispatcher.tick();
  const page = await open();
  const crm = row(page, 'Endpoints', 'crm');
  expect(await readable(crm)).toMatch(
    /crm Disabled https:\/\/crm\.example It said that it wants nothing more\. Failed .*: 410 Gone .*0 due · 1 failed/,
  );
  await crm.getByRole('button', { name: 'Test: crm' }).click();
  await crm.getByText('It did not take the test: 410 Gone').waitFor();
  reply = { outcome: 'sent', detail: '200 OK' };
  await crm.getByRole('button', { name: 'Test: crm' }).click();
  await crm.getByText('It took the test: 200 OK').waitFor();
  await crm.getByRole('button', { name: 'Enable: crm' }).click();
  await crm.getByText('Works').waitFor();
  await crm.getByRole('button', { name: 'Send failed again: crm' }).click();
  await crm.getByText('Due again: 1').waitFor();
  await collector.dispatcher.tick();
  expect((await collector.owner('/v1/deliveries')).data).toMatchObject([{ status: 'sent' }]);
  await crm.getByRole('button', { name: 'Disable: crm' }).click();
  await crm.getByText('Somebody has disabled it.').waitFor();
});

test('a lead shows what was sent to it, what was not and why; what failed is tried again from there', async () => {
  await collector.ingest(isKnown('bob'), does('bob', 'add_to_cart'), does('bob', 'demo_booked'));
  await collector.dispatcher.tick();
  const page = await open();
  await page.getByRole('link', { name: 'Today' }).click();
  await page.getByRole('button', { name: 'bob' }).click();
  const table = page.getByRole('dialog', { name: 'bob' }).getByRole('table', { name: 'Follow-ups' });
  await table.waitFor();
  expect(await readable(table)).toMatch(
    /abandoned-cart › email reminder Not sent: the person has not agreed to marketing\./,
  );
  expect(await readable(table)).toMatch(/demo › webhook crm Failed: .* 410 Gone Try again/);
  reply = { outcome: 'sent', detail: '200 OK' };
  await collector.store.endpoints.enable((await collector.store.sites.first()) ?? 0, 'crm');
  await table.getByRole('button', { name: 'Try again: webhook crm' }).click();
  await table.getByText('The last attempt failed; there will be another.').waitFor();
  await collector.dispatcher.tick();
  expect((await collector.owner('/v1/deliveries?status=sent')).data).toMatchObject([{ channel: 'webhook' }]);
});

test.each([
  ['light', { width: 1280, height: 800 }],
  ['dark', { width: 390, height: 844 }],
] as const)('axe finds nothing, and nothing sticks out: %s, %o', async (colorScheme, viewport) => {
  await fortyDays();
  const page = await open({ colorScheme, viewport });
  const overflows = (what: string) => page.locator(what).evaluate((it) => it.scrollWidth > it.clientWidth);
  expect(await violations(page)).toEqual([]);
  expect(await overflows('html')).toBe(false);
  await row(page, 'Sequences', 'abandoned-cart').getByRole('button').click();
  await page.getByRole('heading', { name: 'Step by step' }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await overflows('dialog')).toBe(false);
});
