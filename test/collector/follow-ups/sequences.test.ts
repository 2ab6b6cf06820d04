import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compiledSites } from '../../../collector/src/compiled-sites.ts';
import { createEmailChannel, type EmailChannel } from '../../../collector/src/follow-ups/channels/email.ts';
import { openChannels } from '../../../collector/src/follow-ups/channels/open.ts';
import { createWebhookChannel } from '../../../collector/src/follow-ups/channels/webhook.ts';
import { createDispatcher } from '../../../collector/src/follow-ups/dispatch.ts';
import { signedLinks } from '../../../collector/src/follow-ups/links.ts';
import { START, startCollector, type TestCollector } from '../../support/collector.ts';
import { type HttpReceiver, startHttpReceiver } from '../../support/http-receiver.ts';
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let sink: SmtpSink;
let email: EmailChannel;
let receiver: HttpReceiver;
let replies: number[];
let collector: TestCollector;
let nextId = 0;

const site = (changes: object = {}) => ({
  name: 'Shop',
  scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo' }, points: 60 }] },
  email: { from: 'Shop <hello@shop.example>' },
  templates: {
    reminder: { subject: 'Your cart, {{name|friend}}', text: '{{cart.items}}' },
    offer: { subject: 'An offer', text: 'Still there?' },
  },
  endpoints: { crm: { url: `${receiver.origin}/hook`, secret: `whsec_${'a'.repeat(32)}` } },
  sequences: [
    {
      id: 'cart',
      start: { touchpoint: 'add_to_cart', unless: { touchpoint: 'purchase', within: '1h' } },
      goal: { touchpoint: 'purchase' },
      holdout: 0,
      steps: [
        { after: '1h', if: { cart: { value: { gt: 0 } } }, send: { channel: 'email', template: 'reminder' } },
        { after: '24h', send: { channel: 'email', template: 'offer' } },
      ],
    },
    {
      id: 'hot',
      start: { temperature: 'hot' },
      steps: [
        { after: '0s', task: { title: 'Call {{name|them}}', due: '5m' } },
        { after: '0s', send: { channel: 'webhook', endpoint: 'crm' } },
      ],
    },
  ],
  ...changes,
});

beforeEach(async () => {
  sink = await startSmtpSink();
  email = createEmailChannel(sink.url);
  replies = [];
  receiver = await startHttpReceiver((_, response) => {
    response.statusCode = replies.shift() ?? 200;
    response.end();
  });
});
afterEach(async () => {
  await collector.close();
  email.close();
  await sink.close();
  await receiver.close();
});

async function open(changes: object = {}): Promise<void> {
  const webhook = createWebhookChannel({ allowPrivateOrigins: [receiver.origin] });
  collector = await startCollector({ site: site(changes), channels: { email, webhook } });
}
const message = (fields: object) => ({
  messageId: `m-${nextId++}`,
  anonymousId: 'v',
  timestamp: new Date(collector.clock.now).toISOString(),
  context: { consent: { categoryPreferences: { analytics: true, marketing: true } } },
  ...fields,
});
const track = (event: string, properties: object = {}) => message({ type: 'track', event, properties });
const CART = {
  cart: { items: [{ item_id: 'oil', item_name: 'Oil', price: 22 }], value: 22, currency: 'GBP' },
};
const addToCart = () => track('add_to_cart', CART);
const signUp = (traits: object = {}) =>
  message({ type: 'identify', userId: 'u', traits: { email: 'ada@example.com', name: 'Ada', ...traits } });
const deliveries = async () => (await collector.owner('/v1/deliveries')).data;
async function passes(ms: number): Promise<void> {
  collector.clock.now += ms;
  await collector.dispatcher.tick();
}

describe('starting and ending', () => {
  test('a cart left for an hour is reminded of once, and again a day later; then never more', async () => {
    await open();
    await collector.ingest(signUp(), addToCart());
    await passes(59 * MINUTE_MS);
    expect(sink.mails).toEqual([]);
    await passes(MINUTE_MS);
    expect(sink.mails).toMatchObject([{ subject: 'Your cart, Ada' }]);
    expect(sink.mails[0]?.text).toContain('1 × Oil');
    await passes(23 * HOUR_MS);
    expect(sink.mails).toHaveLength(2);
    for (let day = 0; day < 5; day++) await passes(DAY_MS);
    expect(sink.mails).toHaveLength(2);
    expect(await deliveries()).toMatchObject([
      { step: 1, status: 'sent' },
      { step: 0, status: 'sent' },
    ]);
  });

  test('bought within the hour: nothing is sent', async () => {
    await open();
    await collector.ingest(signUp(), addToCart());
    collector.clock.now += 30 * MINUTE_MS;
    await collector.ingest(track('purchase'));
    await passes(3 * DAY_MS);
    expect(sink.mails).toEqual([]);
    expect(await deliveries()).toMatchObject([{ status: 'skipped', reason: 'goal_met' }]);
  });

  test('something more in the cart puts the reminder off', async () => {
    await open();
    await collector.ingest(signUp(), addToCart());
    collector.clock.now += 50 * MINUTE_MS;
    await collector.ingest(addToCart());
    await passes(30 * MINUTE_MS);
    expect(sink.mails).toEqual([]);
    await passes(30 * MINUTE_MS);
    expect(sink.mails).toHaveLength(1);
  });

  test('a new cart after a purchase starts anew, one after an unanswered run only a week later', async () => {
    await open();
    await collector.ingest(signUp(), addToCart(), track('purchase'), addToCart());
    expect(await deliveries()).toHaveLength(2);
    await passes(HOUR_MS);
    await passes(DAY_MS);
    await collector.ingest(addToCart());
    expect((await deliveries()).filter((each: { status: string }) => each.status === 'due')).toEqual([]);
    collector.clock.now += 7 * DAY_MS;
    await collector.ingest(addToCart());
    expect((await deliveries()).filter((each: { status: string }) => each.status === 'due')).toHaveLength(1);
  });

  test('a lead that goes over the threshold again and again is called once', async () => {
    await open();
    await collector.ingest(signUp(), track('demo'));
    await passes(0);
    await collector.ingest(track('demo'), track('demo'));
    await passes(DAY_MS);
    expect((await collector.owner('/v1/tasks')).data).toHaveLength(1);
    expect(receiver.received).toHaveLength(1);
  });

  test('a touchpoint that arrives days late does not flood anyone', async () => {
    await open();
    const late = { ...addToCart(), timestamp: new Date(START - 5 * DAY_MS).toISOString() };
    await collector.ingest(signUp(), late);
    await passes(0);
    await passes(0);
    expect(sink.mails).toEqual([]);
    expect(await deliveries()).toMatchObject([
      { step: 1, status: 'skipped', reason: 'expired' },
      { step: 0, status: 'skipped', reason: 'expired' },
    ]);
  });
});

describe('before a send, each answer is kept', () => {
  const cases: [string, object, () => object[], string][] = [
    ['no e-mail address', {}, () => [addToCart()], 'no_address'],
    [
      'no consent for marketing',
      {},
      () => [
        signUp(),
        { ...addToCart(), context: { consent: { categoryPreferences: { marketing: false } } } },
      ],
      'no_consent',
    ],
    [
      'an empty cart',
      {},
      () => [signUp(), addToCart(), track('remove_from_cart', { cart: { items: [] } })],
      'condition',
    ],
    [
      'a budget of no messages',
      { contactBudget: { messages: { perWeek: 0 } } },
      () => [signUp(), addToCart()],
      'contact_budget',
    ],
  ];
  test.each(cases)('%s', async (_, changes, messages, reason) => {
    await open(changes);
    await collector.ingest(...messages());
    await passes(HOUR_MS);
    expect(sink.mails).toEqual([]);
    const [delivery] = (await deliveries()).filter((each: { step: number }) => each.step === 0);
    expect(delivery).toMatchObject({ status: 'skipped', reason });
    expect(delivery.checks.at(-1).passed).toBe(false);
  });

  test('quiet hours put a mail off to their end, in the lead’s own time zone', async () => {
    await open({ contactBudget: { quietHours: ['21:00', '08:00'] } });
    const inTokyo = {
      ...addToCart(),
      context: { timezone: 'Asia/Tokyo', consent: { categoryPreferences: { marketing: true } } },
    };
    await collector.ingest(signUp(), inTokyo);
    await passes(HOUR_MS);
    expect(sink.mails).toEqual([]);
    expect(await deliveries()).toMatchObject([
      { status: 'due', reason: 'quiet_hours', dueAt: '2026-11-21T23:00:00.000Z' },
    ]);
    await passes(10 * HOUR_MS);
    expect(sink.mails).toHaveLength(1);
  });

  test('a holdout is never contacted, and always the same leads', async () => {
    const holdout = site().sequences.map((sequence) => ({ ...sequence, holdout: 0.5 }));
    await open({ sequences: holdout });
    const people = Array.from({ length: 40 }, (_, index) => `p${index}`);
    for (const person of people) {
      await collector.ingest(
        message({
          anonymousId: person,
          type: 'identify',
          userId: person,
          traits: { email: `${person}@example.com` },
        }),
        { ...addToCart(), anonymousId: person },
      );
    }
    await passes(HOUR_MS);
    await passes(DAY_MS);
    const held = (await collector.owner('/v1/deliveries?status=skipped&limit=200')).data;
    const byLead = new Map<string, number>();
    for (const { leadId, reason } of held) {
      expect(reason).toBe('holdout');
      byLead.set(leadId, (byLead.get(leadId) ?? 0) + 1);
    }
    expect(new Set(byLead.values())).toEqual(new Set([2]));
    expect(byLead.size).toBeGreaterThan(8);
    expect(byLead.size).toBeLessThan(32);
    expect(sink.mails).toHaveLength((people.length - byLead.size) * 2);
  });

  test('Q36 unsubscribing: GET changes nothing, POST does at once, and no mail comes after', async () => {
    await open();
    await collector.ingest(signUp(), addToCart());
    await passes(HOUR_MS);
    const [, path = ''] =
      /<https:\/\/collect\.example(\/unsubscribe\/[^>]+)>/.exec(sink.mails[0]?.raw ?? '') ?? [];
    expect(sink.mails[0]?.raw).toMatch(/List-Unsubscribe-Post: List-Unsubscribe=One-Click/);
    expect((await collector.request(path)).status).toBe(200);
    expect((await collector.request(`${path}x`, { method: 'POST' })).status).toBe(404);
    expect((await collector.owner('/v1/suppressions')).data).toEqual([]);
    expect((await collector.request(path, { method: 'POST' })).status).toBe(200);
    await passes(DAY_MS);
    expect(sink.mails).toHaveLength(1);
    expect((await deliveries())[0]).toMatchObject({ step: 1, status: 'skipped', reason: 'suppressed' });
  });
});

describe('sending', () => {
  test('a receiver that fails is tried again by the schedule, with the same id; each attempt is counted', async () => {
    await open();
    replies = [500, 503];
    await collector.ingest(signUp(), track('demo'));
    await passes(0);
    expect(receiver.received).toHaveLength(1);
    expect((await deliveries())[0]).toMatchObject({ channel: 'webhook', status: 'due', attempts: 1 });
    await passes(4_000);
    expect(receiver.received).toHaveLength(1);
    await passes(1_000);
    await passes(5 * MINUTE_MS);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect((await deliveries())[0]).toMatchObject({ status: 'sent', attempts: 3 });
  });

  test('410 ends it at once', async () => {
    await open();
    replies = [410];
    await collector.ingest(signUp(), track('demo'));
    await passes(0);
    await passes(3 * DAY_MS);
    expect(receiver.received).toHaveLength(1);
    expect((await deliveries())[0]).toMatchObject({ status: 'failed', reason: 'endpoint_gone' });
  });

  test('a field without a value fails with its name, and nothing half-written is sent', async () => {
    await open({
      templates: {
        reminder: { subject: 'Hello {{traits.company}}', text: 'x' },
        offer: { subject: 'x', text: 'x' },
      },
    });
    await collector.ingest(signUp(), addToCart());
    await passes(HOUR_MS);
    expect(sink.mails).toEqual([]);
    const [, reminder] = await deliveries();
    expect(reminder).toMatchObject({ status: 'failed', reason: 'missing_field', detail: 'traits.company' });
  });

  test('Q40 two dispatchers at once send each once', async () => {
    await open();
    const sites = compiledSites(collector.store);
    const other = createDispatcher({
      store: collector.store,
      sites,
      channels: {
        ...openChannels({}),
        webhook: createWebhookChannel({ allowPrivateOrigins: [receiver.origin] }),
        email,
      },
      links: signedLinks('https://collect.example', Buffer.from('secret')),
      now: () => collector.clock.now,
    });
    for (let person = 0; person < 30; person++) {
      await collector.ingest({ ...track('demo'), anonymousId: `p${person}` });
    }
    await Promise.all([collector.dispatcher.tick(), other.tick(), collector.dispatcher.tick()]);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
    expect((await collector.owner('/v1/tasks?limit=200')).data).toHaveLength(30);
  });

  test('Q05 a batch sent again plans nothing twice', async () => {
    await open();
    const batch = [signUp(), addToCart(), track('demo')];
    expect(await collector.ingest(...batch)).toMatchObject({ accepted: 3, duplicates: 0 });
    expect(await collector.ingest(...batch)).toMatchObject({ accepted: 0, duplicates: 3 });
    const [lead] = (await collector.owner('/v1/leads')).data;
    expect((await collector.owner(`/v1/leads/${lead.id}/score`)).entries).toHaveLength(1);
    expect(await deliveries()).toHaveLength(2);
  });

  test('a task done stays done, and says so', async () => {
    await open();
    await collector.ingest(signUp(), track('demo'));
    await passes(0);
    const [task] = (await collector.owner('/v1/tasks?status=open')).data;
    expect(task).toMatchObject({ title: 'Call Ada', reason: 'Score 60.0: demo +60', overdue: false });
    collector.clock.now += 6 * MINUTE_MS;
    expect((await collector.owner('/v1/tasks?status=open')).data[0].overdue).toBe(true);
    const done = () =>
      collector.request(`/v1/tasks/${task.id}/done`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_0123456789ab' },
      });
    const first = await (await done()).json();
    collector.clock.now += HOUR_MS;
    expect(await (await done()).json()).toEqual(first);
    expect((await collector.owner('/v1/tasks?status=open')).data).toEqual([]);
  });
});
