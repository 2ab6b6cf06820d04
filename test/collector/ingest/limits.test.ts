import {
  MAX_BATCH_BYTES,
  MAX_BATCH_MESSAGES,
  MAX_ID_CHARS,
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_DEPTH,
  MAX_MESSAGE_ID_CHARS,
  MAX_NAME_CHARS,
} from '@handrail/sdk/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';
import { storedMessageIds } from '../../support/database.ts';

let collector: TestCollector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(() => collector.close());

const ping = { type: 'track', event: 'ping', anonymousId: 'visitor' };

const post = (path: string, body: object) =>
  collector.request(path, { method: 'POST', body: JSON.stringify(body) });
const postBatch = (batch: unknown[]) => post('/v1/batch', { writeKey: WRITE_KEY, batch });
const stored = () => storedMessageIds(collector.databasePath);

/** `message` with as much text in its properties as its JSON needs to be so long. */
function ofBytes(bytes: number, message: object, filling = 'x') {
  const padded = (text: string) => ({ ...message, properties: { text } });
  const missing = bytes - Buffer.byteLength(JSON.stringify(padded('')));
  const fillingBytes = Buffer.byteLength(filling);
  return padded(filling.repeat(missing / fillingBytes) + 'x'.repeat(missing % fillingBytes));
}

/** An object with so many levels of objects, itself being the first. */
const ofDepth = (levels: number): object => (levels === 1 ? {} : { deeper: ofDepth(levels - 1) });

describe('Q08 a message at its limits', () => {
  const small = { ...ping, messageId: 'neighbour' };

  test.each([
    ['bytes', (limit: number) => ofBytes(limit, ping), MAX_MESSAGE_BYTES, 'message_too_large', 'message'],
    [
      'bytes in é',
      (limit: number) => ofBytes(limit, ping, 'é'),
      MAX_MESSAGE_BYTES,
      'message_too_large',
      'message',
    ],
    // The message is the first level and its properties the second.
    [
      'levels of nesting',
      (limit: number) => ({ ...ping, properties: ofDepth(limit - 1) }),
      MAX_MESSAGE_DEPTH,
      'message_too_deep',
      'message',
    ],
    [
      'characters of messageId',
      (limit: number) => ({ ...ping, messageId: 'm'.repeat(limit) }),
      MAX_MESSAGE_ID_CHARS,
      'invalid_message',
      'messageId',
    ],
    [
      'characters of anonymousId',
      (limit: number) => ({ ...ping, anonymousId: 'a'.repeat(limit) }),
      MAX_ID_CHARS,
      'invalid_message',
      'anonymousId',
    ],
    [
      'characters of the name',
      (limit: number) => ({ ...ping, event: 'e'.repeat(limit) }),
      MAX_NAME_CHARS,
      'invalid_message',
      'event',
    ],
  ])('%s: taken; one more: refused by itself', async (_, make, limit, code, field) => {
    const batch = [{ ...make(limit) }, { ...make(limit + 1) }, small];
    const answer = await postBatch(batch);
    expect(answer.status).toBe(200);
    const { accepted, rejected } = await answer.json();
    expect(rejected).toMatchObject([{ index: 1, code }]);
    expect(rejected[0].message.split(':')[0]).toBe(field);
    expect(accepted).toBe(2);
    expect(stored()).toHaveLength(2);
    expect((await collector.owner('/v1/rejected')).data).toMatchObject([{ code }]);
  });

  test('the same limit of bytes holds for a single message, which is refused with 413', async () => {
    const single = { ...ping, messageId: 'single' };
    const fits = await post('/v1/track', { ...ofBytes(MAX_MESSAGE_BYTES, single), writeKey: WRITE_KEY });
    expect(fits.status).toBe(200);
    const tooLarge = await post('/v1/track', {
      ...ofBytes(MAX_MESSAGE_BYTES + 1, ping),
      writeKey: WRITE_KEY,
    });
    expect(tooLarge.status).toBe(413);
    expect(await tooLarge.json()).toMatchObject({ code: 'message_too_large', field: 'message' });
    expect(stored()).toEqual(['single']);
  });
});

describe('Q08 a batch at its limits', () => {
  const messages = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...ping, messageId: `m${index}` }));

  /** Messages of 20 KB each, the last one making up the rest of the body's bytes. */
  function batchOfBytes(bytes: number): { writeKey: string; batch: object[] } {
    const full = messages(25).map((message) => ofBytes(20_000, message));
    const last = { ...ping, messageId: 'last' };
    const body = (tail: object) => ({ writeKey: WRITE_KEY, batch: [...full, tail] });
    const missing = bytes - Buffer.byteLength(JSON.stringify(body(last)));
    return body(ofBytes(Buffer.byteLength(JSON.stringify(last)) + missing, last));
  }

  test('2,500 messages are taken', async () => {
    const answer = await postBatch(messages(MAX_BATCH_MESSAGES));
    expect(await answer.json()).toMatchObject({ accepted: 2_500, rejected: [] });
    expect(stored()).toHaveLength(2_500);
  });

  test('2,501 messages are refused whole', async () => {
    const answer = await postBatch(messages(MAX_BATCH_MESSAGES + 1));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'too_many_messages', field: 'batch' });
    expect(stored()).toEqual([]);
  });

  test('500 KB are taken, with and without a Content-Length', async () => {
    const body = JSON.stringify(batchOfBytes(MAX_BATCH_BYTES));
    expect(Buffer.byteLength(body)).toBe(MAX_BATCH_BYTES);
    for (const accepted of [26, 0]) {
      const headers = accepted ? { 'content-length': String(MAX_BATCH_BYTES) } : {};
      const answer = await collector.request('/v1/batch', { method: 'POST', body, headers });
      expect(await answer.json()).toMatchObject({ accepted, duplicates: 26 - accepted, rejected: [] });
    }
    expect(stored()).toHaveLength(26);
  });

  test('500 KB and a byte are refused whole', async () => {
    const body = JSON.stringify(batchOfBytes(MAX_BATCH_BYTES + 1));
    expect(Buffer.byteLength(body)).toBe(MAX_BATCH_BYTES + 1);
    for (const headers of [{ 'content-length': String(MAX_BATCH_BYTES + 1) }, {}] as HeadersInit[]) {
      const answer = await collector.request('/v1/batch', { method: 'POST', body, headers });
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ code: 'body_too_large', field: 'body' });
    }
    expect(stored()).toEqual([]);
  });

  test('an empty batch is no mistake', async () => {
    const answer = await postBatch([]);
    expect(await answer.json()).toEqual({ success: true, accepted: 0, duplicates: 0, rejected: [] });
  });
});
