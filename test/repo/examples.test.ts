import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningShop, serveShop } from '../../examples/shop/server.mjs';
import {
  type RunningReceiver,
  serveReceiver,
  type WebhookEvent,
} from '../../examples/webhook-receiver/server.mjs';

describe('the example shop', () => {
  let shop: RunningShop;
  beforeAll(async () => {
    shop = await serveShop({ port: 0, collectorUrl: 'https://collect.example', writeKey: 'pk_test' });
  });
  afterAll(() => shop.close());

  /** Sends the path as it is; `fetch` would tidy it up first. */
  async function ask(path: string, method = 'GET') {
    const outgoing = request(`${shop.url}`, { path, method }).end();
    const [incoming] = await once(outgoing, 'response');
    return { status: incoming.statusCode, headers: incoming.headers, body: await text(incoming) };
  }

  async function pagesReachableFromHome() {
    const bodies = new Map<string, string>();
    const queue = ['/'];
    for (const path of queue) {
      const { status, body } = await ask(path);
      expect(status, path).toBe(200);
      bodies.set(path, body);
      for (const [, link = ''] of body.matchAll(/<a [^>]*?href="(\/[^"#?]*)/g)) {
        if (!queue.includes(link)) queue.push(link);
      }
    }
    return bodies;
  }

  test('leads from the home page to every page, with no dead link', async () => {
    const pages = [...(await pagesReachableFromHome()).keys()];
    expect(pages).toEqual(
      expect.arrayContaining(['/pricing', '/compare/', '/cart', '/checkout', '/signup', '/careers']),
    );
    expect(pages.filter((path) => path.startsWith('/products/')).length).toBeGreaterThanOrEqual(4);
  });

  test('has the script tag on every page, filled in, and no placeholder left', async () => {
    const pages = await pagesReachableFromHome();
    pages.set('/thanks', (await ask('/thanks')).body);
    for (const [path, body] of pages) {
      expect(body, path).toContain(
        '<script async src="https://collect.example/handrail.js" data-write-key="pk_test"></script>',
      );
      expect(body, path).not.toContain('{{');
    }
  });

  test('loads nothing from elsewhere but handrail.js, and all it loads is there', async () => {
    for (const [path, body] of await pagesReachableFromHome()) {
      const loaded = [...body.matchAll(/<(?:script|link|img)\b[^>]*?(?:src|href)="([^"]+)"/g)].map(
        ([, url = '']) => url,
      );
      const own = loaded.filter((url) => url !== 'https://collect.example/handrail.js');
      for (const url of own) expect((await ask(url)).status, `${url} on ${path}`).toBe(200);
    }
  });

  test('asks the same price in the list, on the page and in the cart', async () => {
    const pages = await pagesReachableFromHome();
    const cards = [...(pages.get('/') ?? '').matchAll(/href="(\/products\/[^"]+)"[\s\S]*?£(\d+)\.00/g)];
    expect(cards.length).toBeGreaterThanOrEqual(4);
    for (const [, path = '', price] of cards) {
      const page = pages.get(path);
      expect(page).toContain(`£${price}.00`);
      expect(page).toContain(`name="price" value="${price}"`);
    }
  });

  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/assets/shop.css', 'text/css; charset=utf-8'],
    ['/assets/shop.js', 'text/javascript; charset=utf-8'],
    ['/assets/pictures/oil.svg', 'image/svg+xml'],
  ])('serves %s as %s, to be asked for again each time', async (path, type) => {
    const { headers } = await ask(path);
    expect(headers).toMatchObject({ 'content-type': type, 'cache-control': 'no-cache' });
  });

  test.each([
    '/nothing-here',
    '/pricing.html',
    '/../server.mjs',
    '/assets/../../server.mjs',
    '/assets/%2e%2e/%2e%2e/handrail.json',
    '/..%2f..%2fpackage.json',
    '//etc/passwd',
    '/parts/head.html',
    '/__proto__',
  ])('answers %s with its own 404 page', async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).toContain('Page not found');
  });

  test('takes /compare to /compare/, with its query', async () => {
    const { status, headers } = await ask('/compare?utm_source=letter');
    expect([status, headers.location]).toEqual([301, '/compare/?utm_source=letter']);
  });

  test('answers HEAD without a body, and refuses to be written to', async () => {
    expect(await ask('/pricing', 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect(await ask('/pricing', 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });
});

describe('the example webhook receiver', () => {
  const secret = `whsec_${Buffer.alloc(24, 'handrail').toString('base64')}`;
  const body = JSON.stringify({
    type: 'lead.became_hot',
    timestamp: '2026-12-02T08:11:00Z',
    data: { id: 'lead_1' },
  });
  const received: [id: string, event: WebhookEvent][] = [];
  let failNext = false;
  let receiver: RunningReceiver;
  beforeAll(async () => {
    receiver = await serveReceiver({
      port: 0,
      secret,
      onEvent(event, id) {
        if (failNext) {
          failNext = false;
          throw new Error('the database is away');
        }
        received.push([id, event]);
      },
    });
  });
  afterAll(() => receiver.close());

  async function send(id: string, { content = body, signedAt = new Date(), url = receiver.url } = {}) {
    const response = await fetch(url, {
      method: 'POST',
      body: content,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(signedAt.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, signedAt, body),
      },
    });
    return response.status;
  }
  const receivedAs = (id: string) => received.filter(([each]) => each === id).map(([, event]) => event);

  test('Q38 hands on a signed event once, however often it is delivered', async () => {
    expect(await send('msg_1')).toBe(204);
    expect(await send('msg_1')).toBe(204);
    expect(receivedAs('msg_1')).toEqual([JSON.parse(body)]);
  });

  test('Q38 refuses a body that was changed on the way', async () => {
    expect(await send('msg_2', { content: body.replace('lead_1', 'lead_2') })).toBe(401);
    expect(receivedAs('msg_2')).toEqual([]);
  });

  test('refuses a recording played back an hour later', async () => {
    expect(await send('msg_3', { signedAt: new Date(Date.now() - 3_600_000) })).toBe(401);
    expect(receivedAs('msg_3')).toEqual([]);
  });

  test('takes an event on its second delivery where the first could not be handled', async () => {
    failNext = true;
    expect(await send('msg_4')).toBe(500);
    expect(await send('msg_4')).toBe(204);
    expect(receivedAs('msg_4')).toHaveLength(1);
  });

  test('refuses what is unsigned, too large, or sent elsewhere', async () => {
    const post = (content: string) => fetch(receiver.url, { method: 'POST', body: content });
    expect((await post(body)).status).toBe(401);
    expect((await post('x'.repeat(300_000))).status).toBe(413);
    expect((await fetch(receiver.url)).status).toBe(405);
    expect(await send('msg_5', { url: new URL('/', receiver.url).href })).toBe(404);
    expect(receivedAs('msg_5')).toEqual([]);
  });
});

describe('npm start', () => {
  async function start(port: string) {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('../../examples/start.mjs', import.meta.url))],
      {
        env: { ...process.env, HANDRAIL_PORT: port },
      },
    );
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    return { code, lines: errors.trimEnd().split('\n') };
  }

  test('says in one line that a port is in use, and who needs it', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    expect(await start(String(port))).toEqual({
      code: 1,
      lines: [`handrail: port ${port} is in use, and the collector (HANDRAIL_PORT moves it) needs it`],
    });
    other.close();
  });

  test('says in one line that HANDRAIL_PORT is no port', async () => {
    expect(await start('http')).toEqual({
      code: 1,
      lines: ['handrail: HANDRAIL_PORT must be a port from 1 to 65535, not "http"'],
    });
  });
});
