/** The recipes of examples/reverse-proxy, in a real nginx and a real Caddy. */
import { request } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { startCollector, type TestCollector, WRITE_KEY } from '../support/collector.ts';
import { type HttpReceiver, startHttpReceiver } from '../support/http-receiver.ts';
import { type ProxyKind, type ReverseProxy, startReverseProxy } from '../support/reverse-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

/** A browser or a proxy that starts beside others takes its time. */
const TIMEOUT_MS = 60_000;
vi.setConfig({ testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS });

const PROMPTS = `/v1/sites/${WRITE_KEY}/prompts`;

describe.each<ProxyKind>(['nginx', 'caddy'])('%s', (kind) => {
  let collector: TestCollector;
  let collectorUrl: string;
  let proxy: ReverseProxy;
  beforeAll(async () => {
    collector = await startCollector({ now: Date.now() });
    collectorUrl = await collector.listen();
    proxy = await startReverseProxy(kind, collectorUrl, WRITE_KEY);
  });
  afterAll(async () => {
    await proxy.close();
    await collector.close();
  });

  test('hands out the files as the collector compressed them, and knows when they have not changed', async () => {
    for (const file of ['handrail.js', 'handrail-idle.js', 'handrail-capture.js', 'handrail-widgets.js']) {
      const [direct, proxied] = await Promise.all(
        [`${collectorUrl}/${file}`, `${proxy.url}/hr/${file}`].map((url) =>
          raw(url, { 'accept-encoding': 'br, gzip' }),
        ),
      );
      expect(proxied?.headers['content-encoding'], file).toBe('br');
      expect(proxied?.body.equals(direct?.body ?? Buffer.alloc(0)), file).toBe(true);
      expect(brotliDecompressSync(proxied?.body ?? '').length).toBeGreaterThan(100);
      expect(proxied?.headers['cache-control']).toBe(direct?.headers['cache-control']);
      const again = await raw(`${proxy.url}/hr/${file}`, { 'if-none-match': proxied?.headers.etag ?? '' });
      expect(again.status).toBe(304);
    }
  });

  test('passes batches and prompts, and nothing of the owner', async () => {
    expect((await raw(`${proxy.url}/hr${PROMPTS}`)).status).toBe(200);
    for (const path of [
      '/v1/leads',
      '/dashboard',
      '/openapi.json',
      '/healthz',
      '/v1/session',
      '/v1/batch/../leads',
    ]) {
      expect((await raw(`${proxy.url}/hr${path}`)).status, path).toBe(404);
    }
  });

  test('refuses what is larger than the collector takes', async () => {
    const response = await fetch(`${proxy.url}/hr/v1/batch`, { method: 'POST', body: 'x'.repeat(600_000) });
    expect(response.status).toBe(413);
  });

  test('a page behind it needs nothing but the tag, and speaks to no other origin', async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const origins = new Set<string>();
      page.on('request', (sent) => origins.add(new URL(sent.url()).origin));
      await page.goto(proxy.url);
      await page.waitForFunction(() => 'flush' in (window.handrail ?? {}));
      await page.evaluate(() => {
        window.handrail.identify('ada', { name: 'Ada' });
        return window.handrail.flush();
      });
      const lead = await waitFor('the lead', async () => {
        const { data } = await collector.owner('/v1/leads?userId=ada');
        return data[0];
      });
      expect(lead).toMatchObject({ name: 'Ada', touchpointCount: 2 });
      expect([...origins]).toEqual([proxy.url]);
    } finally {
      await browser.close();
    }
  });
});

describe.each<ProxyKind>(['nginx', 'caddy'])('%s tells the collector', (kind) => {
  let upstream: HttpReceiver;
  let proxy: ReverseProxy;
  beforeAll(async () => {
    upstream = await startHttpReceiver();
    proxy = await startReverseProxy(kind, upstream.origin, WRITE_KEY);
  });
  afterAll(async () => {
    await proxy.close();
    await upstream.close();
  });

  test('who is there, as it sees it and not as it is told, and passes no cookie of the site', async () => {
    await fetch(`${proxy.url}/hr/v1/batch?x=1`, {
      method: 'POST',
      body: '{"batch":[]}',
      headers: {
        origin: 'https://shop.example',
        cookie: 'session=secret',
        'x-forwarded-for': '203.0.113.9',
        'content-type': 'text/plain;charset=UTF-8',
      },
    });
    const { path, body, headers } = upstream.received.at(-1) ?? { headers: {} };
    expect({ path, body }).toEqual({ path: '/v1/batch?x=1', body: '{"batch":[]}' });
    expect(headers).toMatchObject({
      host: expect.stringMatching(/^127\.0\.0\.1/),
      origin: 'https://shop.example',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'content-type': 'text/plain;charset=UTF-8',
    });
    expect(headers).not.toHaveProperty('cookie');
  });
});

interface RawAnswer {
  status: number;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

/** `fetch` would tidy up paths and decompress bodies. */
function raw(url: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const path = url.slice(new URL(url).origin.length);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as RawAnswer['headers'],
          body: Buffer.concat(chunks),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}
