import { afterEach, beforeEach, expect, test } from 'vitest';
import { START, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';

let collector: TestCollector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(() => collector.close());

const DAY_MS = 86_400_000;
let messages = 0;
async function tell(drops: unknown) {
  const batch = [{ type: 'track', event: 'ping', anonymousId: 'visitor', messageId: `m${messages++}` }];
  const body = JSON.stringify({ writeKey: WRITE_KEY, batch, drops });
  return (await collector.request('/v1/batch', { method: 'POST', body })).json();
}

test('what browsers dropped is added up by day and reason', async () => {
  await tell({ outbox_full: 3, too_large: 1 });
  await tell({ outbox_full: 2 });
  collector.clock.now = START + DAY_MS;
  await tell({ refused: 20 });
  await tell({});

  const first = await collector.owner('/v1/drops?limit=1');
  expect(first.data).toEqual([{ day: '2026-11-22', drops: { refused: 20 } }]);
  const second = await collector.owner(`/v1/drops?limit=1&cursor=${first.next}`);
  expect(second).toEqual({
    data: [{ day: '2026-11-21', drops: { outbox_full: 5, too_large: 1 } }],
    next: null,
  });
});

test.each([
  ['a reason that does not exist', { made_up: 1 }],
  ['a count that is none', { refused: '7' }],
  ['a negative count', { refused: -7 }],
  ['more than anybody can drop', { refused: 1e9 }],
  ['no object', 'refused'],
])('%s is not counted, and costs the batch nothing', async (_, drops) => {
  expect(await tell(drops)).toMatchObject({ accepted: 1, rejected: [] });
  expect((await collector.owner('/v1/drops')).data).toEqual([]);
});

test('a rejected message is kept with what its batch said for all, so that it can be replayed whole', async () => {
  const context = { page: { path: '/pricing' }, sessionId: 's1' };
  const batch = [
    { type: 'track', event: 7, anonymousId: 'visitor', messageId: 'bad', context: { locale: 'en' } },
  ];
  const body = JSON.stringify({ writeKey: WRITE_KEY, batch, context });
  await collector.request('/v1/batch', { method: 'POST', body });
  const { data } = await collector.owner('/v1/rejected');
  expect(JSON.parse(data[0].body).context).toEqual({ ...context, locale: 'en' });
});
