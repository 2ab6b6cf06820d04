import type { Batch, Message } from '@handrail/sdk/protocol';
import { expect, test } from 'vitest';
import { toBatchBody } from '../../sdk/src/batch.ts';
import { toEntry } from '../../sdk/src/outbox.ts';

const NOW = Date.UTC(2026, 0, 1);
const ENVELOPE = { writeKey: 'pk_1', context: { locale: 'en-GB' }, drops: { too_large: 2 } };
const ON_HOME = { page: { path: '/', title: 'Home' }, sessionId: 's1' };
const ON_PRICING = {
  page: { path: '/pricing', title: 'Pricing' },
  campaign: { source: 'news' },
  sessionId: 's1',
};

function batchOf(...contexts: object[]): { body: string; read: Batch } {
  const entries = contexts.map((context, index) =>
    toEntry({ type: 'track', event: 'ping', messageId: `m${index}`, context }),
  );
  const body = toBatchBody(entries, ENVELOPE, NOW);
  return { body, read: JSON.parse(body) };
}
/** As the collector reads it. */
const contextsOf = ({ batch, context }: Batch) =>
  batch.map((each: Message) => ({ ...context, ...each.context }));

test('messages of one page say its context once', () => {
  const { body, read } = batchOf(ON_HOME, ON_HOME, ON_HOME);
  expect(contextsOf(read)).toEqual(Array(3).fill({ locale: 'en-GB', ...ON_HOME }));
  expect(body.match(/"Home"/g)).toHaveLength(1);
});

test('messages of several pages keep each its own: none inherits a campaign', () => {
  const { read } = batchOf(ON_PRICING, ON_HOME);
  expect(contextsOf(read)).toEqual([
    { locale: 'en-GB', ...ON_PRICING },
    { locale: 'en-GB', ...ON_HOME },
  ]);
  expect(read.context).toEqual({ locale: 'en-GB' });
});

test('the batch tells its key, its time and what was dropped before', () => {
  expect(batchOf(ON_HOME).read).toMatchObject({
    writeKey: 'pk_1',
    sentAt: '2026-01-01T00:00:00.000Z',
    drops: { too_large: 2 },
  });
});
