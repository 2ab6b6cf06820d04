import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';
import { bodyFor, documentedOperations, type Operation, pathWith } from './operations.ts';
import { OTHER_SECRET_KEY, type SiteIds, startTwoSites } from './two-sites.ts';

/** Read beforehand, so that there is a test for each operation. */
const reader = await startCollector();
const operations = await documentedOperations(reader);
await reader.close();
const ownerOperations = operations.filter(({ security }) => security.includes('secretKey'));

let collector: TestCollector;
let own: SiteIds;
let other: SiteIds;
beforeAll(async () => {
  ({ collector, own, other } = await startTwoSites());
});
afterAll(() => collector.close());

async function call(operation: Operation, authorization: string | null, ids = own) {
  const { method, path } = operation;
  const sent = bodyFor(ids, operation);
  const response = await collector.request(pathWith(ids, path), {
    method,
    headers: {
      ...(authorization !== null && { authorization }),
      ...(sent && { 'content-type': 'application/json' }),
    },
    ...(sent && { body: JSON.stringify(sent) }),
  });
  const body = await response.json();
  if (response.status >= 400) {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({
      status: response.status,
      code: expect.any(String),
      detail: expect.any(String),
    });
  }
  return { status: response.status, body, headers: response.headers };
}

test('the owner has operations, and the public no others than these', () => {
  expect(ownerOperations.length).toBeGreaterThan(8);
  const publicOnes = operations.filter(({ security }) => security.length === 0);
  expect(publicOnes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
    'DELETE /v1/session',
    'GET /v1/sites/{writeKey}/preview/{token}',
    'GET /v1/sites/{writeKey}/prompts',
    'POST /v1/session',
  ]);
});

describe.each(ownerOperations)('Q31 $method $path', (operation) => {
  test.each([
    ['no key', null, 'missing_key'],
    ['an empty one', 'Bearer ', 'missing_key'],
    ['an unknown one', 'Bearer sk_nobody_0123456789', 'wrong_key'],
    ['half of one', `Bearer ${SECRET_KEY.slice(0, -1)}`, 'wrong_key'],
    ['one of an unknown scheme', `Digest ${SECRET_KEY}`, 'missing_key'],
  ])('401 with %s', async (_, authorization, code) => {
    const { status, body } = await call(operation, authorization);
    expect([status, body.code]).toEqual([401, code]);
  });

  test('403 with the write key', async () => {
    for (const authorization of [`Bearer ${WRITE_KEY}`, `Basic ${btoa(`${WRITE_KEY}:`)}`]) {
      const { status, body } = await call(operation, authorization);
      expect([status, body.code]).toEqual([403, 'wrong_kind_of_key']);
    }
  });

  if (operation.path.includes('{id}')) {
    test("404 with another site's id, as with one that never was", async () => {
      const foreign = await call(operation, `Bearer ${SECRET_KEY}`, other);
      expect([foreign.status, foreign.body.code]).toEqual([404, 'not_found']);
      const never = {
        lead: 'lead_none',
        twin: 'lead_none',
        duplicate: 'dup_999',
        task: 'task_none',
        rejected: 'rej_999',
        prompt: 'none',
        delivery: 'dlv_none',
        endpoint: 'none',
        template: 'none',
        sequence: 'none',
      };
      const missing = await call(operation, `Bearer ${SECRET_KEY}`, never);
      expect([missing.status, missing.body.code]).toEqual([404, 'not_found']);
    });
  }

  test("with each site's own key: its own, never the other's, not cached, and not for other pages' scripts", async () => {
    for (const [key, ids, foreignIds] of [
      [SECRET_KEY, own, other],
      [OTHER_SECRET_KEY, other, own],
    ] as const) {
      const { status, body, headers } = await call(operation, `Bearer ${key}`, ids);
      // Replaying a message that is still bad is the one that can't succeed.
      if (!operation.path.endsWith('/replay')) expect([200, 201]).toContain(status);
      const text = JSON.stringify(body);
      for (const id of [foreignIds.lead, foreignIds.task]) expect(text).not.toContain(id);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

test("Q31 another site's lead is not found by the id both sites know its person by", async () => {
  const { data } = await collector.owner('/v1/leads?userId=u1');
  expect(data).toMatchObject([{ id: own.lead, traits: { key: WRITE_KEY } }]);
  expect((await collector.owner(`/v1/deliveries?leadId=${other.lead}`)).data).toEqual([]);
});
