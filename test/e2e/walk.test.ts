/**
 * The whole way once: a real Chromium in the example shop, the real collector on a SQLite file, a real webhook
 * receiver with the official verifier, a real SMTP sink. Only the collector's clock is the test's.
 */
import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmailChannel, type EmailChannel } from '../../collector/src/follow-ups/channels/email.ts';
import { createWebhookChannel } from '../../collector/src/follow-ups/channels/webhook.ts';
import { type RunningShop, serveShop } from '../../examples/shop/server.mjs';
import {
  type RunningReceiver,
  serveReceiver,
  type WebhookEvent,
} from '../../examples/webhook-receiver/server.mjs';
import { launchChromium } from '../support/chromium.ts';
import { SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../support/collector.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { waitFor } from '../support/wait-for.ts';

const HOUR_MS = 3_600_000;
const SECRET = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`;
const SHOP_SITE = new URL('../../examples/shop/handrail.json', import.meta.url);

const events: { event: WebhookEvent; id: string }[] = [];
let browser: Browser;
let collector: TestCollector;
let collectorUrl: string;
let shop: RunningShop;
let receiver: RunningReceiver;
let sink: SmtpSink;
let email: EmailChannel;

beforeAll(async () => {
  sink = await startSmtpSink();
  email = createEmailChannel(sink.url);
  receiver = await serveReceiver({
    port: 0,
    secret: SECRET,
    onEvent: (event, id) => {
      events.push({ event, id });
    },
  });
  const site = JSON.parse(readFileSync(SHOP_SITE, 'utf8'));
  site.origins = [];
  site.endpoints.crm = { url: receiver.url, secret: SECRET };
  const webhook = createWebhookChannel({ allowPrivateOrigins: [new URL(receiver.url).origin] });
  // Mails link to the shop by its port, which is not known yet; nobody follows them here.
  const variables = { HANDRAIL_SHOP_PORT: '8788' };
  collector = await startCollector({ site, channels: { email, webhook }, variables });
  collectorUrl = await collector.listen();
  shop = await serveShop({ port: 0, collectorUrl, writeKey: WRITE_KEY });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await receiver?.close();
  await collector?.close();
  email?.close();
  await sink?.close();
});

/** A visitor of their own: nothing is shared with other tests. */
async function visit(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(shop.url);
  await page.getByLabel('You may also e-mail me').waitFor();
  await page.getByRole('button', { name: 'Allow' }).click();
  return page;
}

async function addOilToCart(page: Page): Promise<void> {
  await page.goto(`${shop.url}/products/early-harvest-oil`);
  await page.getByRole('button', { name: 'Add to cart' }).click();
}

async function signUp(page: Page, name: string, address: string): Promise<void> {
  await page.goto(`${shop.url}/signup`);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail', { exact: true }).fill(address);
  await page.getByLabel('E-mail me offers and reminders').check();
  // What is said now is later than what the pages before have said, however long it waits to be sent.
  collector.clock.now += 10_000;
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('heading', { name: `Welcome, ${name}` }).waitFor();
}

/** The prompt stands before the page's content in the order of the Tab key. */
async function tabBackInto(radios: Locator, page: Page): Promise<void> {
  for (let stops = 0; stops < 30; stops++) {
    await page.keyboard.press('Shift+Tab');
    if (await radios.evaluateAll((all) => all.some((each) => each.matches(':focus')))) return;
  }
  throw new Error('the poll cannot be reached by the Tab key');
}

const leadOf = async (address: string) => (await collector.owner(`/v1/leads?email=${address}`)).data[0];
const deliveriesOf = async (leadId: string) =>
  (await collector.owner(`/v1/deliveries?leadId=${leadId}`)).data;
const mailsTo = (address: string) => sink.mails.filter((mail) => mail.recipients.includes(address));
async function leadWith(address: string, touchpoint: string) {
  return waitFor(`${touchpoint} of ${address}`, async () => {
    const lead = await leadOf(address);
    if (!lead) return null;
    const { data } = await collector.owner(`/v1/leads/${lead.id}/touchpoints?limit=200`);
    return data.some((each: { name: string }) => each.name === touchpoint) && lead;
  });
}

test('a visitor becomes a hot lead with an explained score; the webhook comes once, the cart reminder after an hour', async () => {
  const address = 'ada@example.com';
  const page = await visit();
  await page.goto(`${shop.url}/products/early-harvest-oil`);

  // Leaving by the top brings the exit poll, which is answered by keyboard alone. In the first seconds it counts for nothing.
  const poll = page.getByRole('dialog');
  await waitFor('the exit poll', async () => {
    await page.mouse.move(600, 60);
    await page.mouse.move(600, -5);
    return (await poll.count()) > 0;
  });
  await tabBackInto(poll.getByRole('radio'), page);
  // Backwards one comes to the last option; the arrows go round.
  for (const key of ['Space', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  await page.keyboard.press('Enter');
  await poll.getByText('Thank you for telling us.').waitFor();
  await addOilToCart(page);

  await signUp(page, 'Ada', address);
  await page.goto(`${shop.url}/pricing`);
  await page.goto(`${shop.url}/pricing`);
  // The delivery on leaving the page carries the second view.
  await page.goto(shop.url);

  // What two pages have to tell may come in two parts.
  const hot = await waitFor('a hot lead that may be e-mailed', async () => {
    const lead = await leadOf(address);
    return lead?.temperature === 'hot' && lead.consent.marketing === 'granted' && lead;
  });
  expect(hot).toMatchObject({ name: 'Ada', email: address, stage: 'decision', sessionCount: 1 });
  expect(hot.consent).toEqual({ analytics: 'granted', marketing: 'granted' });
  expect(hot.cart).toMatchObject({ value: 22, currency: 'GBP' });
  expect(
    (await collector.owner('/v1/leads?temperature=hot')).data.map((lead: { id: string }) => lead.id),
  ).toEqual([hot.id]);

  const ledger = await collector.owner(`/v1/leads/${hot.id}/score`);
  const sum = ledger.entries.reduce((total: number, entry: { current: number }) => total + entry.current, 0);
  expect(ledger.score).toBeCloseTo(sum, 9);
  expect((await leadOf(address)).score).toBeCloseTo(sum, 4);
  const pricing = ledger.entries.filter((entry: { ruleId: string }) => entry.ruleId === 'pricing');
  expect(pricing).toHaveLength(2);

  const { data: answers } = await collector.owner('/v1/answers');
  expect(answers).toMatchObject([
    {
      leadId: hot.id,
      promptId: 'shop-exit',
      questionId: 'why',
      value: 'Not yet, I’ll be back',
      page: { path: '/products/early-harvest-oil' },
    },
  ]);

  await collector.dispatcher.tick();
  expect(events.map(({ event }) => event)).toMatchObject([
    { type: 'lead.became_hot', data: { lead: { id: hot.id, email: address } } },
  ]);
  expect(events[0]?.id).toBe(
    (await deliveriesOf(hot.id)).find((each: { channel: string }) => each.channel === 'webhook').id,
  );
  expect((await collector.owner('/v1/tasks?status=open')).data).toMatchObject([
    { leadId: hot.id, title: 'Call Ada now' },
  ]);

  // Just before the hour nothing leaves; once it has passed, one mail; again nothing more.
  collector.clock.now += HOUR_MS - 60_000;
  await collector.dispatcher.tick();
  expect(mailsTo(address)).toEqual([]);
  collector.clock.now += 60_000;
  await collector.dispatcher.tick();
  await collector.dispatcher.tick();
  expect(mailsTo(address)).toMatchObject([{ subject: 'Ada, your cart is still here' }]);
  expect(mailsTo(address)[0]?.text).toContain('1 × Early Harvest Olive Oil');
  expect(events).toHaveLength(1);

  // After the purchase the other two never come.
  await page.goto(`${shop.url}/checkout`);
  await page.getByLabel('Street and number').fill('1 Mill Lane');
  await page.getByLabel('Town').fill('Leeds');
  await page.getByLabel('Postcode').fill('LS1 1AA');
  await page.getByRole('button', { name: 'Place order' }).click();
  await page.waitForURL('**/thanks');
  await leadWith(address, 'purchase');
  for (let hours = 0; hours < 72; hours += 6) {
    collector.clock.now += 6 * HOUR_MS;
    await collector.dispatcher.tick();
  }
  expect(mailsTo(address)).toHaveLength(1);
  const cartDeliveries = (await deliveriesOf(hot.id)).filter(
    (each: { sequenceId: string }) => each.sequenceId === 'abandoned-cart',
  );
  expect(cartDeliveries).toMatchObject([
    { step: 1, status: 'skipped', reason: 'goal_met' },
    { step: 0, status: 'sent' },
  ]);
  await page.context().close();
});

test('without consent the shop sends nothing, and a visitor who says no is not asked again', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const toCollector: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(collectorUrl)) toCollector.push(new URL(request.url()).pathname);
  });
  await page.goto(shop.url);
  await page.getByRole('button', { name: 'No thanks' }).click();
  await addOilToCart(page);
  await page.goto(`${shop.url}/pricing`);
  await page.waitForTimeout(500);
  expect(new Set(toCollector)).toEqual(new Set(['/handrail.js']));
  expect(await context.cookies()).toEqual([]);
  expect(
    await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('handrail'))),
  ).toEqual([]);
  await context.close();
});

test('the owner sees the lead, why, the answer and the task on the dashboard', async () => {
  const page = await browser.newPage();
  await page.goto(`${collectorUrl}/dashboard`);
  await page.getByLabel(/secret key/i).fill(SECRET_KEY);
  await page.getByRole('button', { name: /sign in/i }).click();
  await page.getByText('ada@example.com').first().waitFor();
  const text = await page.locator('main').textContent();
  expect(text).toMatch(/pricing/);
  expect(text).toMatch(/Not yet, I’ll be back/);
  expect(text).toMatch(/Call Ada now/);
  await page.close();
});
