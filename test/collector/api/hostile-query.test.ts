import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECRET_KEY, startCollector, type TestCollector } from '../../support/collector.ts';
import { documentedOperations, pathWith } from './operations.ts';
import { type SiteIds, startTwoSites } from './two-sites.ts';

const reader = await startCollector();
const operations = await documentedOperations(reader);
await reader.close();
const lists = operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'));

let collector: TestCollector;
let own: SiteIds;
beforeAll(async () => {
  ({ collector, own } = await startTwoSites());
});
afterAll(() => collector.close());

async function get(path: string) {
  const response = await collector.request(path, { headers: { authorization: `Bearer ${SECRET_KEY}` } });
  return { status: response.status, body: await response.json() };
}
const cursor = (content: string) => Buffer.from(content).toString('base64url');

describe.each(lists)('Q32 GET $path', ({ path }) => {
  test.each([
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=201', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=all', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=1', 'cursor'],
    [`cursor=${cursor("1 1' OR 1=1")}`, 'cursor'],
    [`cursor=${cursor('NaN 1')}`, 'cursor'],
    [`cursor=${cursor('Infinity 1')}`, 'cursor'],
    [`cursor=${cursor('1 1.5')}`, 'cursor'],
    [`cursor=${cursor('1 2 3')}`, 'cursor'],
    [`cursor=${'A'.repeat(500)}`, 'cursor'],
    ['sort=heat', 'sort'],
    ['sort=id%3B%20DROP%20TABLE%20leads', 'sort'],
    ['sort=__proto__', 'sort'],
    ['sort=constructor', 'sort'],
    ['siteId=2', 'siteId'],
    ['__proto__=1', null],
    ['offset=10', 'offset'],
  ])('%s is refused, and the field named', async (query, field) => {
    const { status, body } = await get(`${pathWith(own, path)}?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ status: 400, code: 'invalid_parameter' });
    if (field) expect(`${body.field} ${body.detail}`).toContain(field);
  });
});

test.each([
  '/v1/leads?temperature=HOT',
  '/v1/leads?temperature=__proto__',
  '/v1/leads?identified=yes',
  `/v1/leads?userId=${'u'.repeat(257)}`,
  `/v1/leads?stage=${'s'.repeat(65)}`,
  '/v1/deliveries?status=lost',
  '/v1/tasks?status=lost',
  '/v1/tasks?sort=title',
])('Q32 %s is refused', async (path) => {
  expect(await get(path)).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } });
});

test.each(['yesterday', '2026-13-01T00:00:00Z', '2026-01-01', '1e99', ''])(
  'Q32 a score at "%s" is refused',
  async (at) => {
    const answer = await get(`/v1/leads/${own.lead}/score?at=${encodeURIComponent(at)}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_parameter', field: 'at' } });
  },
);

test.each([
  ['a condition', "' OR 1=1 --"],
  ['a query', "u1' UNION SELECT * FROM keys --"],
  ['a percent sign', '%'],
  ['a star', '*'],
  ['a NUL', '\u0000'],
  ['a duck', '🦆'],
])('Q32 %s is a value like any other, which nobody has', async (_, value) => {
  const text = encodeURIComponent(value);
  for (const query of [`userId=${text}`, `email=${text}`, `stage=${text}`]) {
    expect(await get(`/v1/leads?${query}`)).toMatchObject({ status: 200, body: { data: [], next: null } });
  }
  expect((await get(`/v1/leads/${text}`)).status).toBe(404);
  expect((await get(`/v1/deliveries?leadId=${text}`)).body.data).toEqual([]);
});
