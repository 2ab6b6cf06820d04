import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WRITE_KEY } from '../../support/collector.ts';
import { type CollectorProcess, spawnCollector } from '../../support/collector-process.ts';
import { storedMessageIds } from '../../support/database.ts';

/** Far more than any of these should take; far less than reading or walking them whole would. */
const FAST_MS = 3_000;

let folder: string;
let collector: CollectorProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-hostile-'));
  collector = await spawnCollector(['--db', join(folder, 'handrail.sqlite')]);
});
afterAll(async () => {
  await collector.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  expect((await fetch(`${collector.url}/healthz`)).status).toBe(200);
  expect(collector.child.exitCode).toBeNull();
});

const stored = () => storedMessageIds(join(folder, 'handrail.sqlite'));
const ping = (messageId: string) => ({ type: 'track', event: 'ping', anonymousId: 'visitor', messageId });
const batchOf = (...batch: unknown[]) => JSON.stringify({ writeKey: WRITE_KEY, batch });

async function post(body: BodyInit, headers: HeadersInit = {}, path = '/v1/batch') {
  const startedAt = performance.now();
  const response = await fetch(`${collector.url}${path}`, { method: 'POST', body, headers });
  const answer = await response.json();
  expect(performance.now() - startedAt).toBeLessThan(FAST_MS);
  return { status: response.status, answer };
}

describe('Q09 JSON that is', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const deepObject = `${'{"a":'.repeat(60_000)}1${'}'.repeat(60_000)}`;

  test.each([
    ['100,000 deep', deep, 'invalid_body'],
    ['100,000 deep in the shared context', `{"batch":[],"context":{"page":${deep}}}`, 'message_too_deep'],
    ['100,000 deep instead of a batch', `{"batch":${deep}}`, 'missing_key'],
    ['truncated', batchOf(ping('x')).slice(0, -2), 'invalid_json'],
    ['truncated in a text', batchOf(ping('x')).slice(0, 30), 'invalid_json'],
    ['empty', '', 'invalid_json'],
    ['blank', '   ', 'invalid_json'],
    ['not JSON', 'batch=1&writeKey=2', 'invalid_json'],
    ['a number', '17', 'invalid_body'],
    ['null', 'null', 'invalid_body'],
    ['a list', '[]', 'invalid_body'],
    ['without a batch', '{}', 'invalid_body'],
    ['with a batch that is no list', `{"batch":{"length":3}}`, 'invalid_body'],
    ['with a time that is none', `{"batch":[],"sentAt":"soon"}`, 'invalid_body'],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00, 0x80]), 'invalid_json'],
  ])('%s', async (_, body, code) => {
    const before = stored();
    const { status, answer } = await post(body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(answer).toMatchObject({ status, code });
    expect(stored()).toEqual(before);
  });

  test.each([
    ['lists', 'lists', deep],
    ['objects', 'objects', deepObject],
  ])('a message of %s 100,000 deep costs only itself', async (_, name, nested) => {
    const bad = `{"type":"track","event":"x","anonymousId":"a","properties":{"p":${nested}}}`;
    const neighbour = JSON.stringify(ping(`beside deep ${name}`));
    const { status, answer } = await post(`{"writeKey":"${WRITE_KEY}","batch":[${bad},${neighbour}]}`);
    expect(status).toBe(200);
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'message_too_deep' }] });
    expect(stored()).toContain(`beside deep ${name}`);
  });

  test('a single message 100,000 deep', async () => {
    const body = `{"writeKey":"${WRITE_KEY}","event":"x","anonymousId":"a","properties":${deep}}`;
    const { status, answer } = await post(body, {}, '/v1/track');
    expect([status, answer.code]).toEqual([400, 'message_too_deep']);
  });

  test('wide: 40,000 keys in one message, 100,000 numbers in a batch', async () => {
    const keys = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`k${index}`, 1]));
    const wide = await post(batchOf({ ...ping('wide'), properties: keys }, ping('beside wide')));
    expect(wide.answer).toMatchObject({ accepted: 1, rejected: [{ code: 'message_too_large' }] });
    const numbers = await post(batchOf(...new Array(100_000).fill(1)));
    expect([numbers.status, numbers.answer.code]).toEqual([413, 'too_many_messages']);
  });

  test('20 MB', async () => {
    const { status, answer } = await post(
      batchOf({ ...ping('huge'), properties: { p: 'x'.repeat(20_000_000) } }),
    );
    expect([status, answer.code]).toEqual([413, 'body_too_large']);
    expect(stored()).not.toContain('huge');
  });
});

describe('Q09 a body without a length', () => {
  /** Sends pieces until there is an answer. */
  async function sendChunked(pieces: Iterable<string>) {
    const outgoing = request(`${collector.url}/v1/batch`, { method: 'POST' });
    // The collector may hang up on what it will not read.
    outgoing.on('error', () => {});
    let isAnswered = false;
    const answer = new Promise<{ status: number; answer: { code: string; accepted: number } }>((resolve) => {
      outgoing.once('response', async (response) => {
        isAnswered = true;
        resolve({ status: response.statusCode ?? 0, answer: JSON.parse(await text(response)) });
      });
    });
    let sentBytes = 0;
    for (const piece of pieces) {
      if (isAnswered || outgoing.destroyed) break;
      sentBytes += piece.length;
      await new Promise((written) => outgoing.write(piece, written));
    }
    outgoing.end();
    return { ...(await answer), sentBytes };
  }

  test('within the limit is taken', async () => {
    const body = batchOf(ping('in pieces'), ping('also in pieces'));
    const { status, answer } = await sendChunked(body.match(/.{1,7}/gs) ?? []);
    expect([status, answer.accepted]).toEqual([200, 2]);
  });

  test('over the limit is answered before it is all there', async () => {
    function* endless() {
      yield '{"batch":["';
      for (let sent = 0; sent < 200_000_000; sent += 50_000) yield 'x'.repeat(50_000);
    }
    const { status, answer, sentBytes } = await sendChunked(endless());
    expect([status, answer.code]).toEqual([413, 'body_too_large']);
    expect(sentBytes).toBeLessThan(20_000_000);
  });
});

describe('Q09 a gzipped body', () => {
  const gzip = { 'content-encoding': 'gzip' };

  test('is taken', async () => {
    const { answer } = await post(gzipSync(batchOf(ping('gzipped'))), gzip);
    expect(answer).toMatchObject({ accepted: 1 });
    expect(stored()).toContain('gzipped');
  });

  test('of 100 MB in 100 KB is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000, ' '));
    expect(bomb.byteLength).toBeLessThan(500 * 1024);
    const { status, answer } = await post(bomb, gzip);
    expect([status, answer.code]).toEqual([413, 'body_too_large']);
  });

  test.each([
    ['that is none', Buffer.from(batchOf(ping('x')))],
    ['that breaks off', gzipSync(batchOf(ping('x'))).subarray(0, 40)],
    ['that is empty', Buffer.alloc(0)],
  ])('%s', async (_, body) => {
    const { status, answer } = await post(body, gzip);
    expect([status, answer.code]).toEqual([400, expect.stringMatching(/^invalid_(encoding|json)$/)]);
  });

  test.each(['br', 'gzip, gzip', 'x'])('with Content-Encoding: %s is refused', async (encoding) => {
    const { status, answer } = await post(batchOf(ping('x')), { 'content-encoding': encoding });
    expect([status, answer.code]).toEqual([415, 'invalid_encoding']);
  });
});
