import type { RequestListener } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createWebhookChannel,
  type WebhookContent,
  type WebhookOptions,
} from '../../../collector/src/follow-ups/channels/webhook.ts';
import { type HttpReceiver, startHttpReceiver } from '../../support/http-receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEW_SECRET = 'whsec_dGhlIG5ldyBvbmUsIHdoaWxlIHJvdGF0aW5n';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function receive(reply?: RequestListener): Promise<HttpReceiver> {
  const receiver = await startHttpReceiver(reply);
  closing.push(receiver.close);
  return receiver;
}

function sendTo(
  origin: string,
  content: Partial<WebhookContent> = {},
  options: WebhookOptions = {},
  signal?: AbortSignal,
) {
  const channel = createWebhookChannel({ allowPrivateOrigins: [origin], ...options });
  const outgoing = {
    deliveryId: 'dlv_7',
    content: {
      url: `${origin}/hooks?for=crm`,
      secrets: [SECRET],
      payload: {
        type: 'lead.became_hot',
        timestamp: '2026-11-21T10:00:00.000Z',
        data: { lead: { name: 'Ada — “ünïcode”' } },
      },
      ...content,
    },
  };
  return channel.send(outgoing, signal);
}

const answering =
  (status: number, body = '', headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);

describe('Q38 what the receiver gets', () => {
  it('is verified by the official library and has the documented shape', async () => {
    const receiver = await receive();
    expect(await sendTo(receiver.origin)).toEqual({ outcome: 'sent', detail: '200' });

    const [request, ...others] = receiver.received;
    expect(others).toEqual([]);
    expect(request).toMatchObject({ method: 'POST', path: '/hooks?for=crm' });
    expect(request?.headers['content-type']).toBe('application/json');
    const { body, headers } = request ?? { body: '', headers: {} };
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual({
      type: 'lead.became_hot',
      timestamp: '2026-11-21T10:00:00.000Z',
      data: { lead: { name: 'Ada — “ünïcode”' } },
    });
  });

  it('passes with either secret while one is rotated, and with no other', async () => {
    const receiver = await receive();
    await sendTo(receiver.origin, { secrets: [NEW_SECRET, SECRET] });
    const { body, headers } = receiver.received[0] ?? { body: '', headers: {} };
    const verify = (secret: string) => new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(verify(SECRET)).toEqual(verify(NEW_SECRET));
    expect(() => verify('whsec_c29tZWJvZHkgZWxzZQ==')).toThrow('No matching signature');
  });

  it('has the same id and body on each attempt, but the time of the attempt', async () => {
    const receiver = await receive();
    await sendTo(receiver.origin, {}, { now: () => 1_000_000 });
    await sendTo(receiver.origin, {}, { now: () => 6_000_999 });
    const [first, second] = receiver.received;
    expect(first?.headers['webhook-id']).toBe('dlv_7');
    expect(second?.headers['webhook-id']).toBe('dlv_7');
    expect(second?.body).toBe(first?.body);
    expect([first, second].map((each) => each?.headers['webhook-timestamp'])).toEqual(['1000', '6000']);
  });

  it.each([
    ['none at all', []],
    ['one that is not base64', ['whsec_%%%']],
    ['an empty one', ['whsec_']],
  ])('is nothing where there is no usable secret: %s', async (_what, secrets) => {
    const receiver = await receive();
    expect(await sendTo(receiver.origin, { secrets })).toMatchObject({
      outcome: 'failed',
      reason: 'bad_secret',
    });
    expect(receiver.received).toEqual([]);
  });
});

describe('Q39 what the reply means', () => {
  it.each([200, 201, 202, 204])('%i is delivered', async (status) => {
    const receiver = await receive(answering(status));
    expect(await sendTo(receiver.origin)).toEqual({ outcome: 'sent', detail: String(status) });
  });

  it.each([400, 401, 404, 408, 409, 422, 500, 502])('%i is tried again', async (status) => {
    const receiver = await receive(answering(status, 'try\n later'));
    expect(await sendTo(receiver.origin)).toEqual({ outcome: 'retry', detail: `${status} try later` });
  });

  it('410 is final', async () => {
    const receiver = await receive(answering(410, 'unsubscribed'));
    expect(await sendTo(receiver.origin)).toEqual({
      outcome: 'failed',
      reason: 'endpoint_gone',
      detail: '410 unsubscribed',
    });
  });

  it('429 and 503 say when to come back, in seconds or by date', async () => {
    const now = () => Date.parse('2026-11-21T10:00:00Z');
    const seconds = await receive(answering(429, '', { 'retry-after': '120' }));
    expect(await sendTo(seconds.origin, {}, { now })).toEqual({
      outcome: 'retry',
      detail: '429',
      retryAfterMs: 120_000,
    });
    const date = await receive(answering(503, '', { 'retry-after': 'Sat, 21 Nov 2026 10:30:00 GMT' }));
    expect(await sendTo(date.origin, {}, { now })).toEqual({
      outcome: 'retry',
      detail: '503',
      retryAfterMs: 1_800_000,
    });
  });
});

describe('a receiver in trouble is tried again', () => {
  it('when it never answers', async () => {
    const receiver = await receive(() => {});
    expect(await sendTo(receiver.origin, {}, { timeoutMs: 100 })).toEqual({
      outcome: 'retry',
      detail: 'no reply within 100 ms',
    });
  });

  it('when its name never resolves, or not to anything', async () => {
    const hanging = () => new Promise<never>(() => {});
    expect(await sendTo('http://hooks.test', {}, { timeoutMs: 100, lookup: hanging })).toEqual({
      outcome: 'retry',
      detail: 'no reply within 100 ms',
    });
    const failing = () => Promise.reject(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }));
    expect(await sendTo('http://hooks.test', {}, { lookup: failing })).toEqual({
      outcome: 'retry',
      detail: 'ENOTFOUND no such host',
    });
    expect(await sendTo('http://hooks.test', {}, { lookup: async () => [] })).toMatchObject({
      outcome: 'retry',
    });
  });

  it('when nothing listens', async () => {
    const receiver = await startHttpReceiver();
    await receiver.close();
    const result = await sendTo(receiver.origin);
    expect(result).toMatchObject({ outcome: 'retry', detail: expect.stringContaining('ECONNREFUSED') });
  });

  it('when it speaks no HTTP', async () => {
    const server = createServer((socket) => socket.resume().end('220 mail.example ESMTP\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    expect(await sendTo(`http://127.0.0.1:${port}`)).toMatchObject({ outcome: 'retry' });
  });

  it('when we are shut down meanwhile', async () => {
    const shutdown = new AbortController();
    const receiver = await receive(() => shutdown.abort(new Error('shutting down')));
    expect(await sendTo(receiver.origin, {}, {}, shutdown.signal)).toEqual({
      outcome: 'retry',
      detail: 'Error shutting down',
    });
    expect(await sendTo(receiver.origin, {}, {}, shutdown.signal)).toMatchObject({ outcome: 'retry' });
    expect(receiver.received).toHaveLength(1);
  });
});

describe('a reply that does not end', () => {
  const endless: (status: number) => RequestListener = (status) => (_request, response) => {
    response.writeHead(status);
    const pour = () => {
      while (response.write('x'.repeat(1_024)));
    };
    response.on('drain', pour);
    pour();
  };

  it('is read no further than needed', async () => {
    const receiver = await receive(endless(500));
    const result = await sendTo(receiver.origin);
    expect(result).toMatchObject({ outcome: 'retry', detail: expect.stringMatching(/^500 x{296}$/) });
  });

  it('has still said that the message arrived', async () => {
    const silent = await receive((_request, response) => {
      response.writeHead(200).write('wait …');
    });
    expect(await sendTo(silent.origin, {}, { timeoutMs: 100 })).toEqual({ outcome: 'sent', detail: '200' });
  });
});

it('asks a TLS server for the name of the URL, not for the address', async () => {
  const asked: string[] = [];
  const server = createTlsServer({
    SNICallback: (name, answer) => {
      asked.push(name);
      answer(new Error('no certificate here'));
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  expect(await sendTo(`https://hooks.test:${port}`, {}, { lookup })).toMatchObject({ outcome: 'retry' });
  expect(asked).toEqual(['hooks.test']);
});
