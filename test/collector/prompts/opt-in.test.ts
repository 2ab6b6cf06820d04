import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEmailChannel, type EmailChannel } from '../../../collector/src/follow-ups/channels/email.ts';
import type { Channels } from '../../../collector/src/follow-ups/channels/open.ts';
import { startCollector, type TestCollector } from '../../support/collector.ts';
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts';
import { type Browser, browserOf } from './browser.ts';

const SITE = {
  name: 'Olive & Oak',
  origins: ['https://shop.example'],
  email: { from: 'Olive & Oak <hello@shop.example>' },
  // All of the day, and no messages at all: what was asked for comes nevertheless.
  contactBudget: { quietHours: ['00:00', '23:59'], messages: { perWeek: 0 } },
  prompts: [
    {
      id: 'letter',
      type: 'lead_form',
      on: { code: true },
      title: 'A letter a month',
      label: 'Subscribe',
      consentLabel: 'Yes, write to me',
    },
    {
      id: 'cart',
      type: 'cart_nudge',
      on: { exitIntent: true },
      title: 'Still there?',
      action: { label: 'To my cart', href: '/cart' },
      saveCart: { label: 'E-mail me my cart', consentLabel: 'News as well' },
    },
  ],
};
const ADA = 'ada@example.com';
const HOUR_MS = 3_600_000;

let collector: TestCollector;
let sink: SmtpSink;
let email: EmailChannel;
beforeEach(async () => {
  sink = await startSmtpSink();
  email = createEmailChannel(sink.url);
});
afterEach(async () => {
  email.close();
  await Promise.all([collector.close(), sink.close()]);
});
const open = async (site: object = {}, channels: Channels = { email }) => {
  collector = await startCollector({ site: { ...SITE, ...site }, channels });
  return browserOf(collector);
};

/** As the SDK does: who it is as traits, then what was asked for. */
function asks(browser: Browser, event: string, properties: object, address = ADA, context = {}): object[] {
  return [
    { type: 'identify', anonymousId: browser.anonymousId, traits: { email: address }, context },
    browser.touchpoint(event, properties, context),
  ];
}
async function passes(ms: number) {
  collector.clock.now += ms;
  await collector.dispatcher.tick();
}
const lead = async () => (await collector.owner(`/v1/leads?email=${ADA}`)).data[0];
const deliveries = async () => (await collector.owner('/v1/deliveries')).data;
const confirmPath = (index = 0) => /\/confirm\/\S+/.exec(sink.mails[index]?.text ?? '')?.[0] ?? '';
const send = (path: string, method: string) => collector.request(path, { method });

describe('a box that was ticked', () => {
  const CONSENTED = { promptId: 'letter', impressionId: 'i1', marketing: true };

  test('brings a link; only the button behind it gives consent, and gives it once', async () => {
    const browser = await open();
    await browser.send(asks(browser, 'generate_lead', CONSENTED));
    await passes(0);
    expect(sink.mails).toMatchObject([{ recipients: [ADA], subject: 'Please confirm your address' }]);
    expect((await lead()).consent.marketing).toBe('pending');

    const page = await send(confirmPath(), 'GET');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await page.text()).toContain('May Olive &amp; Oak write to you?');
    await send(confirmPath(), 'HEAD');
    expect((await lead()).consent.marketing).toBe('pending');

    for (let click = 0; click < 3; click++) expect((await send(confirmPath(), 'POST')).status).toBe(200);
    expect((await lead()).consent.marketing).toBe('granted');
    const { data } = await collector.owner(`/v1/leads/${(await lead()).id}/touchpoints`);
    const confirmations = data.filter(({ name }: { name: string }) => name === 'email_confirmed');
    expect(confirmations).toMatchObject([{ trust: 'server' }]);

    await passes(48 * HOUR_MS);
    await browser.send(asks(browser, 'generate_lead', CONSENTED));
    await passes(0);
    expect(sink.mails).toHaveLength(1);
    expect((await deliveries())[0]).toMatchObject({ status: 'skipped', reason: 'condition' });
  });

  test('a banner that was refused before does not undo it; one that is refused after does', async () => {
    const browser = await open();
    const banner = (marketing: boolean) => ({ consent: { categoryPreferences: { marketing } } });
    await browser.send(asks(browser, 'generate_lead', CONSENTED, ADA, banner(false)));
    await passes(0);
    await send(confirmPath(), 'POST');
    await browser.send([browser.touchpoint('visit', {}, banner(false))]);
    expect((await lead()).consent.marketing).toBe('granted');
    await browser.send([
      browser.touchpoint('visit', {}, banner(true)),
      browser.touchpoint('visit', {}, banner(false)),
    ]);
    expect((await lead()).consent.marketing).toBe('denied');
  });

  test('a link that was not ours, or went to another address, confirms nothing', async () => {
    const browser = await open();
    await browser.send(asks(browser, 'generate_lead', CONSENTED, 'mallory@example.com'));
    await passes(0);
    const path = confirmPath();
    for (const forged of [
      `${path}x`,
      path.replace(/\.[^.]*$/, ''),
      path.replace('confirm/', 'unsubscribe/'),
      '/confirm/x',
    ])
      expect((await send(forged, 'POST')).status, forged).toBe(404);
    await browser.send([{ type: 'identify', anonymousId: browser.anonymousId, traits: { email: ADA } }]);
    expect((await send(path, 'GET')).status).toBe(404);
    expect((await send(path, 'POST')).status).toBe(404);
    expect((await lead()).consent.marketing).toBe('pending');
  });

  test('whoever has said no is left alone', async () => {
    const browser = await open();
    const no = {
      address: ADA,
      topic: '',
      reason: 'unsubscribed',
      detail: null,
      at: collector.clock.now,
    } as const;
    await collector.store.suppressions.add(1, no);
    await browser.send(asks(browser, 'generate_lead', CONSENTED));
    await passes(0);
    expect(sink.mails).toEqual([]);
    expect((await deliveries())[0]).toMatchObject({ status: 'skipped', reason: 'suppressed' });
  });

  test('an address gets three of these a day at most, however many claim it', async () => {
    await open();
    for (let index = 0; index < 6; index++) {
      const browser = browserOf(collector);
      await browser.send([
        { type: 'identify', anonymousId: browser.anonymousId, userId: `u${index}`, traits: { email: ADA } },
        browser.touchpoint('generate_lead', CONSENTED),
      ]);
    }
    await passes(0);
    expect(sink.mails).toHaveLength(3);
    expect(
      (await deliveries()).filter(({ reason }: { reason: string }) => reason === 'asked_too_often'),
    ).toHaveLength(3);
  });

  test('in the words of the site, where it has its own', async () => {
    const browser = await open({
      templates: { 'confirm-email': { subject: 'Nearly there', text: 'Click: {{confirmUrl}}' } },
    });
    await browser.send(asks(browser, 'generate_lead', CONSENTED));
    await passes(0);
    expect(sink.mails[0]?.subject).toBe('Nearly there');
    expect((await send(confirmPath(), 'POST')).status).toBe(200);
  });

  test.each([
    ['no box ticked', { promptId: 'letter', marketing: false }],
    ['no prompt of the site', { promptId: 'made-up', marketing: true }],
    ["a shop's own GA4 event", { value: 10 }],
  ])('%s: no mail', async (_, properties) => {
    const browser = await open();
    await browser.send(asks(browser, 'generate_lead', properties));
    await passes(0);
    expect([sink.mails, await deliveries()]).toEqual([[], []]);
  });

  test.each([
    [
      'a sender',
      { email: undefined },
      { email: null },
      { status: 'failed', reason: 'missing_field', detail: 'email.from' },
    ],
    [
      'a mail server',
      {},
      { email: null },
      { status: 'due', detail: expect.stringContaining('HANDRAIL_SMTP_URL') },
    ],
  ])('without %s the list of deliveries says why nothing came', async (_, site, channels, expected) => {
    const browser = await open(site, channels);
    await browser.send(asks(browser, 'generate_lead', CONSENTED));
    await passes(0);
    expect((await deliveries())[0]).toMatchObject({ sequenceId: 'confirm_email', ...expected });
  });
});

describe('a cart that was saved', () => {
  const cart = (name: string) => ({
    items: [{ item_id: 'oil', item_name: name, price: 12, quantity: 2 }],
    value: 24,
    currency: 'GBP',
  });

  test('is mailed once, without consent to anything else', async () => {
    const browser = await open();
    await browser.send([
      browser.touchpoint('add_to_cart', { cart: cart('Early harvest') }),
      ...asks(browser, 'cart_saved', { promptId: 'cart', marketing: false }),
    ]);
    await passes(0);
    await browser.send(asks(browser, 'cart_saved', { promptId: 'cart', marketing: false }));
    await passes(HOUR_MS);
    expect(sink.mails).toMatchObject([{ subject: 'Your cart at Olive & Oak' }]);
    expect(sink.mails[0]?.text).toContain('2 × Early harvest');
    expect(sink.mails[0]?.text).toContain('https://shop.example');
    expect((await lead()).consent.marketing).toBe('pending');
  });

  test('with the box ticked, the link comes as well', async () => {
    const browser = await open();
    await browser.send(asks(browser, 'cart_saved', { promptId: 'cart', marketing: true }));
    await passes(0);
    expect(sink.mails.map(({ subject }) => subject).sort()).toEqual([
      'Please confirm your address',
      'Your cart at Olive & Oak',
    ]);
  });

  test('carries no letter of somebody else: names that a mail program would make links of are left out', async () => {
    const browser = await open();
    for (const name of ['Win at https://evil.example', 'evil.example/win', 'www.evil', 'x'.repeat(81)]) {
      await browser.send([
        browser.touchpoint('add_to_cart', { cart: cart(name) }),
        ...asks(browser, 'cart_saved', { promptId: 'cart' }),
      ]);
      await passes(0);
      collector.clock.now += 25 * HOUR_MS;
    }
    expect(sink.mails).toHaveLength(4);
    for (const { text } of sink.mails) {
      expect(text).toContain('2 × an item');
      expect(text).not.toMatch(/evil|xxx/);
    }
  });
});
