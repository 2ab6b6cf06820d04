import type { RequestListener } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWebhookChannel } from '../../../collector/src/follow-ups/channels/webhook.ts';
import { DISABLE_AFTER_MS } from '../../../collector/src/follow-ups/endpoint-health.ts';
import { SECRET_KEY, START, startCollector, type TestCollector } from '../../support/collector.ts';
import { type HttpReceiver, startHttpReceiver } from '../../support/http-receiver.ts';
import { waitFor } from '../../support/wait-for.ts';

const SECRET = `whsec_${'a'.repeat(32)}`;
const OLD_SECRET = `whsec_${'b'.repeat(32)}`;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let receivers: HttpReceiver[];
let collector: TestCollector;
let nextId: number;
beforeEach(() => {
  receivers = [];
  nextId = 0;
});
afterEach(async () => {
  await collector.close();
  await Promise.all(receivers.map((receiver) => receiver.close()));
});

async function receive(reply?: RequestListener): Promise<HttpReceiver> {
  const receiver = await startHttpReceiver(reply);
  receivers.push(receiver);
  return receiver;
}
/** Answers with these, one after another, and then with 200. */
function answering(...statuses: number[]): RequestListener {
  return (_, response) => response.writeHead(statuses.shift() ?? 200).end();
}

async function open(endpoints: Record<string, object>, changes: object = {}): Promise<void> {
  const webhook = createWebhookChannel({
    // By the real clock, as the official verifier refuses what is dated otherwise.
    allowPrivateOrigins: receivers.map(({ origin }) => origin),
  });
  collector = await startCollector({
    site: {
      name: 'Shop',
      scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo' }, points: 60 }] },
      stages: [{ id: 'awareness' }, { id: 'decision', when: { touchpoint: 'demo' } }],
      prompts: [
        {
          id: 'poll',
          type: 'survey',
          on: { code: true },
          questions: [{ id: 'why', type: 'choice', text: 'Why?', options: ['Price', 'Time'] }],
        },
      ],
      endpoints,
      ...changes,
    },
    channels: { webhook },
  });
}
const track = (event: string, properties: object = {}) => ({
  type: 'track',
  event,
  properties,
  anonymousId: 'v',
  messageId: `m-${nextId++}`,
  timestamp: new Date(collector.clock.now).toISOString(),
});
async function passes(ms: number): Promise<void> {
  collector.clock.now += ms;
  await collector.dispatcher.tick();
}
async function post(path: string, body: object = {}): Promise<Response> {
  return collector.request(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
const typesAt = (receiver: HttpReceiver) => receiver.received.map(({ body }) => JSON.parse(body).type);
const health = async (id: string) => collector.owner(`/v1/endpoints/${id}`);

describe('what an endpoint is told of', () => {
  test('the events its globs name, each once, with the lead; and no others', async () => {
    const [all, leads, answers] = [await receive(), await receive(), await receive()];
    await open({
      all: { url: all.origin, secret: SECRET, events: ['*'] },
      leads: { url: leads.origin, secret: SECRET, events: ['lead.*'] },
      answers: { url: answers.origin, secret: SECRET, events: ['prompt.answered'] },
    });
    const messages = [
      { ...track('x'), type: 'identify', traits: { email: 'ada@example.com' } },
      track('demo'),
      track('prompt_answered', { promptId: 'poll', questionId: 'why', value: 'Price' }),
      track('demo'),
    ];
    await collector.ingest(...messages);
    await collector.ingest(...messages);
    await passes(0);
    await passes(DAY_MS);

    expect(typesAt(leads)).toHaveLength(3);
    expect(typesAt(leads).sort()).toEqual(['lead.became_hot', 'lead.identified', 'lead.stage_changed']);
    expect(typesAt(answers)).toEqual(['prompt.answered']);
    expect(typesAt(all)).toHaveLength(4);
    const answered = answers.received[0];
    const event = new Webhook(SECRET).verify(
      answered?.body ?? '',
      answered?.headers as Record<string, string>,
    );
    expect(event).toMatchObject({
      type: 'prompt.answered',
      timestamp: new Date(START).toISOString(),
      data: {
        promptId: 'poll',
        questionId: 'why',
        value: 'Price',
        lead: { email: 'ada@example.com', stage: 'decision' },
      },
    });
    const stage = leads.received
      .map(({ body }) => JSON.parse(body))
      .find(({ type }) => type.includes('stage'));
    expect(stage.data).toMatchObject({ from: 'awareness', to: 'decision' });
    const { data } = await collector.owner('/v1/deliveries?endpoint=answers');
    expect(data).toMatchObject([{ event: 'prompt.answered', sequenceId: null, status: 'sent' }]);
  });

  test('nothing of a bot, and nothing of what happened long ago, as an imported history', async () => {
    const all = await receive();
    await open({ all: { url: all.origin, secret: SECRET, events: ['*'] } });
    const late = { ...track('demo'), timestamp: new Date(START - 3 * DAY_MS).toISOString() };
    const userAgent = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
    await collector.ingest(late, { ...track('demo'), anonymousId: 'bot', context: { userAgent } });
    await passes(0);
    expect(all.received).toEqual([]);
    expect((await collector.owner('/v1/deliveries')).data).toEqual([]);
  });

  test('a cart left for an hour; not one that was bought, and one that was filled up later', async () => {
    const crm = await receive();
    await open({ crm: { url: crm.origin, secret: SECRET, events: ['cart.*'] } });
    const cart = { cart: { items: [{ item_id: 'oil', price: 20 }], value: 20, currency: 'GBP' } };
    const bought = { ...track('add_to_cart', cart), anonymousId: 'buyer' };
    await collector.ingest(track('add_to_cart', cart), bought, {
      ...track('purchase'),
      anonymousId: 'buyer',
    });
    await passes(50 * MINUTE_MS);
    await collector.ingest(track('add_to_cart', cart));
    await passes(50 * MINUTE_MS);
    expect(crm.received).toEqual([]);
    await passes(10 * MINUTE_MS);
    await passes(DAY_MS);
    expect(typesAt(crm)).toEqual(['cart.abandoned']);
    expect(JSON.parse(crm.received[0]?.body ?? '').data.lead.cart).toMatchObject({ value: 20 });
  });

  test('a task that nobody has done by its time, once; snoozing puts the alarm off', async () => {
    const crm = await receive();
    await open(
      { crm: { url: crm.origin, secret: SECRET, events: ['task.overdue'] } },
      {
        sequences: [
          {
            id: 'hot',
            start: { touchpoint: 'demo' },
            steps: [{ after: '0s', task: { title: 'Call', due: '5m', owner: 'Grace' } }],
          },
        ],
      },
    );
    await collector.ingest(track('demo'), { ...track('demo'), anonymousId: 'other' });
    await passes(0);
    const [first, second] = (await collector.owner('/v1/tasks')).data;
    await post(`/v1/tasks/${first.id}/done`);
    const until = new Date(START + HOUR_MS).toISOString();
    expect(await (await post(`/v1/tasks/${second.id}/snooze`, { until })).json()).toMatchObject({
      dueAt: until,
    });
    await passes(HOUR_MS - 1);
    expect(crm.received).toEqual([]);
    await passes(1);
    await passes(DAY_MS);
    expect(crm.received).toHaveLength(1);
    expect(JSON.parse(crm.received[0]?.body ?? '').data.task).toEqual({
      id: second.id,
      title: 'Call',
      owner: 'Grace',
      dueAt: until,
    });
  });
});

describe('Q38 changing the secret', () => {
  test('receivers with either secret accept what is sent meanwhile', async () => {
    const crm = await receive();
    await open({ crm: { url: crm.origin, secret: SECRET, previousSecret: OLD_SECRET, events: ['*'] } });
    await collector.ingest(track('demo'));
    await passes(0);
    for (const { body, headers } of crm.received) {
      const verify = (secret: string) => new Webhook(secret).verify(body, headers as Record<string, string>);
      expect(verify(SECRET)).toEqual(verify(OLD_SECRET));
    }
    expect(crm.received).not.toEqual([]);
  });
});

describe('Q39 an endpoint that fails', () => {
  const failing = async (reply: RequestListener) => {
    const [crm, ops] = [await receive(reply), await receive()];
    await open({
      crm: { url: crm.origin, secret: SECRET, events: ['lead.stage_changed'] },
      ops: { url: ops.origin, secret: SECRET, events: ['endpoint.*'] },
    });
    return { crm, ops };
  };

  test('is tried by the schedule, each attempt with what it said; then the delivery is kept, and goes once it is retried', async () => {
    let status = 500;
    const { crm } = await failing((_, response) => response.writeHead(status).end('out of order'));
    await collector.ingest(track('demo'));
    const waits = [0, 5_000, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS];
    for (const ms of [...waits, 14 * HOUR_MS, 20 * HOUR_MS, 24 * HOUR_MS]) {
      await passes(ms - 1);
      const before = crm.received.length;
      await passes(1);
      expect(crm.received).toHaveLength(before + 1);
    }
    await passes(DAY_MS);
    expect(crm.received).toHaveLength(10);
    const [{ id }] = (await collector.owner('/v1/deliveries?status=failed')).data;
    const delivery = await collector.owner(`/v1/deliveries/${id}`);
    expect(delivery).toMatchObject({ reason: 'attempts_used_up', attempts: 10, detail: '500 out of order' });
    expect(delivery.log).toHaveLength(10);
    expect(delivery.log[9]).toMatchObject({ attempt: 10, outcome: 'failed', detail: '500 out of order' });
    expect(await health('crm')).toMatchObject({
      status: 'failing',
      failed: 1,
      lastFailure: '500 out of order',
    });

    expect((await post(`/v1/deliveries/${id}/retry`)).status).toBe(200);
    expect((await post(`/v1/deliveries/${id}/retry`)).status).toBe(409);
    await passes(0);
    expect(await collector.owner(`/v1/deliveries/${id}`)).toMatchObject({ status: 'due', attempts: 11 });
    status = 200;
    await passes(5_000);
    expect(await collector.owner(`/v1/deliveries/${id}`)).toMatchObject({ status: 'sent', attempts: 12 });
    expect(new Set(crm.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
    expect(await health('crm')).toMatchObject({ status: 'active', failingSince: null, failed: 0 });
  });

  test('for five days and never once works is disabled, others are told, and what was held back is replayed', async () => {
    let status = 503;
    const { crm, ops } = await failing((_, response) => response.writeHead(status).end());
    await collector.ingest(track('demo'));
    await passes(0);
    for (let passed = 0; passed < DISABLE_AFTER_MS; passed += 6 * HOUR_MS) {
      expect(await health('crm')).toMatchObject({ status: 'failing' });
      await passes(6 * HOUR_MS);
    }
    await collector.ingest({ ...track('demo'), anonymousId: 'two' });
    await passes(0);
    expect(await health('crm')).toMatchObject({ status: 'disabled', disabledReason: 'failing' });
    expect(typesAt(ops)).toEqual(['endpoint.disabled']);
    expect(JSON.parse(ops.received[0]?.body ?? '').data).toEqual({
      endpoint: 'crm',
      reason: 'failing',
      lastFailure: '503',
    });
    const attempts = crm.received.length;
    await collector.ingest({ ...track('demo'), anonymousId: 'three' });
    await passes(DAY_MS);
    expect(crm.received).toHaveLength(attempts);
    const { data } = await collector.owner('/v1/deliveries?endpoint=crm&status=failed');
    expect(data.map(({ reason }: { reason: string }) => reason)).toEqual([
      'endpoint_disabled',
      'endpoint_disabled',
      'attempts_used_up',
    ]);

    status = 200;
    const since = new Date(START + DAY_MS).toISOString();
    expect((await post('/v1/endpoints/crm/replay', { since })).status).toBe(409);
    expect(await (await post('/v1/endpoints/crm/enable')).json()).toMatchObject({ status: 'active' });
    expect(await (await post('/v1/endpoints/crm/replay', { since })).json()).toEqual({ due: 3 });
    await passes(0);
    expect(crm.received).toHaveLength(attempts + 3);
    expect((await collector.owner('/v1/deliveries?endpoint=crm&status=failed')).data).toEqual([]);
    const all = { since, which: 'all' };
    expect(await (await post('/v1/endpoints/crm/replay', all)).json()).toEqual({ due: 3 });
    await passes(0);
    expect(new Set(crm.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  });

  test('410 disables it at once', async () => {
    const { crm, ops } = await failing(answering(410));
    await collector.ingest(track('demo'), { ...track('demo'), anonymousId: 'two' });
    await passes(0);
    expect(await health('crm')).toMatchObject({ status: 'disabled', disabledReason: 'gone' });
    await collector.ingest({ ...track('demo'), anonymousId: 'three' });
    const attempts = crm.received.length;
    await passes(DAY_MS);
    expect(crm.received).toHaveLength(attempts);
    expect(typesAt(ops)).toEqual(['endpoint.disabled']);
  });

  test('429 with Retry-After waits as long as it asks', async () => {
    let asked = false;
    const { crm } = await failing((_, response) => {
      response.writeHead(asked ? 200 : 429, { 'retry-after': '3600' }).end();
      asked = true;
    });
    await collector.ingest(track('demo'));
    await passes(0);
    await passes(HOUR_MS - 1);
    expect(crm.received).toHaveLength(1);
    await passes(HOUR_MS);
    expect(crm.received).toHaveLength(2);
  });

  test('one that hangs and one that is dead delay no other, and no later delivery to the same host', async () => {
    const hanging = await receive(() => {});
    const dead = await receive();
    await dead.close();
    const quick = await receive();
    const endpoint = ({ origin }: HttpReceiver) => ({ url: origin, secret: SECRET, events: ['lead.*'] });
    await open({ hanging: endpoint(hanging), dead: endpoint(dead), quick: endpoint(quick) });
    await collector.ingest(track('demo'));
    const tick = collector.dispatcher.tick();
    await waitFor('the quick one', async () => quick.received.length === 2);
    await collector.ingest({ ...track('demo'), anonymousId: 'two' });
    const later = collector.dispatcher.tick();
    await waitFor('the quick one again', async () => quick.received.length === 4);
    await waitFor('the other of the same host', async () => hanging.received.length === 4);
    const statuses = async (id: string) =>
      (await collector.owner(`/v1/deliveries?endpoint=${id}`)).data.map(
        (each: { status: string }) => each.status,
      );
    expect(await statuses('hanging')).toEqual(['leased', 'leased', 'leased', 'leased']);
    await waitFor('the quick ones settled', async () =>
      (await statuses('quick')).every((status: string) => status === 'sent'),
    );
    expect(await statuses('dead'), 'tried again later').toEqual(['due', 'due', 'due', 'due']);
    await hanging.close();
    await Promise.all([tick, later]);
  });
});

describe('by hand', () => {
  test('a test event tells how it went and changes nothing, also where the endpoint is off', async () => {
    const crm = await receive(answering(500));
    await open({ crm: { url: crm.origin, secret: SECRET } });
    expect(await (await post('/v1/endpoints/crm/disable')).json()).toMatchObject({
      disabledReason: 'by_hand',
    });
    expect(await (await post('/v1/endpoints/crm/test')).json()).toMatchObject({
      outcome: 'retry',
      detail: '500',
    });
    expect(await (await post('/v1/endpoints/crm/test')).json()).toMatchObject({ outcome: 'sent' });
    expect(typesAt(crm)).toEqual(['endpoint.test', 'endpoint.test']);
    expect(await health('crm')).toMatchObject({ status: 'disabled', failingSince: null, failed: 0 });
    expect((await post('/v1/endpoints/nobody/test')).status).toBe(404);
  });

  test('Q29 a test does not reach inside either', async () => {
    await open({ inside: { url: 'http://169.254.169.254/latest/meta-data', secret: SECRET } });
    expect(await (await post('/v1/endpoints/inside/test')).json()).toMatchObject({
      outcome: 'failed',
      reason: 'blocked_address',
    });
  });
});
