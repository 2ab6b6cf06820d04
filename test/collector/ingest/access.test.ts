import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';
import { storedMessageIds } from '../../support/database.ts';

let collector: TestCollector;
beforeEach(async () => {
  collector = await startCollector({ site: { name: 'Shop', origins: ['https://shop.example'] } });
});
afterEach(() => collector.close());

const batch = [{ type: 'track', event: 'ping', anonymousId: 'visitor', messageId: 'm1' }];
const post = (body: object, headers: Record<string, string> = {}, path = '/v1/batch') =>
  collector.request(path, { method: 'POST', body: JSON.stringify(body), headers });
const stored = () => storedMessageIds(collector.databasePath);

describe('the write key is taken', () => {
  const basic = (user: string, password = '') => `Basic ${btoa(`${user}:${password}`)}`;

  test.each([
    ['as HTTP Basic user name', { batch }, { authorization: basic(WRITE_KEY) }],
    ['with whatever password', { batch }, { authorization: basic(WRITE_KEY, 'x:y') }],
    ['as Bearer', { batch }, { authorization: `Bearer ${WRITE_KEY}` }],
    ['from the body', { batch, writeKey: WRITE_KEY }, {}],
    ['from the body, as text/plain', { batch, writeKey: WRITE_KEY }, { 'content-type': 'text/plain' }],
    [
      'from the header before the body',
      { batch, writeKey: 'pk_nobody' },
      { authorization: basic(WRITE_KEY) },
    ],
  ])('%s', async (_, body, headers: Record<string, string>) => {
    expect((await post(body, headers)).status).toBe(200);
    expect(stored()).toEqual(['m1']);
  });

  test.each([
    ['none', { batch }, {}, 'missing_key'],
    ['an unknown one', { batch, writeKey: 'pk_nobody' }, {}, 'wrong_key'],
    ['an empty one', { batch, writeKey: '' }, {}, 'missing_key'],
    ['an unknown one as Basic', { batch }, { authorization: basic('pk_nobody') }, 'wrong_key'],
    ['broken Basic', { batch }, { authorization: 'Basic %%%' }, 'missing_key'],
  ])('but %s is 401, and nothing is stored', async (_, body, headers: Record<string, string>, code) => {
    const response = await post(body, headers);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code });
    expect(stored()).toEqual([]);
  });

  test.each([[17], [null], [{ $ne: '' }], [['pk']]])('but %j is no key: 4xx', async (writeKey) => {
    for (const [path, body] of [
      ['/v1/batch', { batch, writeKey }],
      ['/v1/track', { ...batch[0], writeKey }],
    ] as const) {
      expect([400, 401]).toContain((await post(body, {}, path)).status);
    }
    expect(stored()).toEqual([]);
  });
});

describe("pages' origins", () => {
  test("a page that is not among the site's is refused", async () => {
    for (const origin of [
      'https://evil.example',
      'http://shop.example',
      'https://shop.example.evil',
      'null',
    ]) {
      const response = await post({ batch, writeKey: WRITE_KEY }, { origin });
      expect(response.status, origin).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'origin_not_allowed' });
    }
    expect(stored()).toEqual([]);
  });

  test('one that is, a server without an origin, and the secret key from anywhere are taken', async () => {
    for (const [writeKey, headers] of [
      [WRITE_KEY, { origin: 'https://shop.example' }],
      [WRITE_KEY, {}],
      [SECRET_KEY, { origin: 'https://admin.example' }],
    ] as [string, Record<string, string>][]) {
      expect((await post({ batch, writeKey }, headers)).status).toBe(200);
    }
  });
});

describe('CORS', () => {
  const origin = 'https://shop.example';

  test.each([
    ['a batch', { batch, writeKey: WRITE_KEY }, origin, 200],
    ['a missing key', { batch }, origin, 401],
    ['a body that is none', { writeKey: WRITE_KEY }, origin, 400],
    ['another origin', { batch, writeKey: WRITE_KEY }, 'https://evil.example', 403],
    ['too many messages', { batch: new Array(2_501).fill(0), writeKey: WRITE_KEY }, origin, 413],
  ])('the answer to %s can be read by the page, and Retry-After with it', async (_, body, from, status) => {
    const response = await post(body, { origin: from });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-expose-headers')).toBe('Retry-After');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('a pre-flight is answered, and remembered by the browser for a day', async () => {
    const response = await collector.request('/v1/batch', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-encoding,content-type',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-methods')).toContain('POST');
    expect(response.headers.get('access-control-allow-headers')).toBe(
      'authorization,content-encoding,content-type',
    );
    expect(response.headers.get('access-control-max-age')).toBe('86400');
  });

  test('the prompts can be read by any page', async () => {
    const response = await collector.request(`/v1/sites/${WRITE_KEY}/prompts`, { headers: { origin } });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    const missing = await collector.request('/v1/sites/pk_nobody/prompts', { headers: { origin } });
    expect([missing.status, missing.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
  });
});
