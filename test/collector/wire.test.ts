import type { Batch, BatchResult, Message } from '@handrail/sdk/protocol';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { type batchResultSchema, batchSchema, messageSchema } from '../../collector/src/wire.ts';

/** What the SDK may send and what the collector reads are declared apart; `tsc` holds them together, both ways. */
describe('the wire contract', () => {
  test('is the same type in the SDK and in the collector', () => {
    expectTypeOf<z.infer<typeof messageSchema>>().toEqualTypeOf<Message>();
    expectTypeOf<z.infer<typeof batchSchema>>().toEqualTypeOf<Batch>();
    expectTypeOf<z.infer<typeof batchResultSchema>>().toEqualTypeOf<BatchResult>();
  });

  test('for every kind of message alike', () => {
    type Read = z.infer<typeof messageSchema>;
    for (const type of ['track', 'page', 'identify', 'group', 'alias'] as const) {
      expectTypeOf<Extract<Read, { type: typeof type }>>().toEqualTypeOf<
        Extract<Message, { type: typeof type }>
      >();
    }
  });

  const base = {
    messageId: 'm1',
    anonymousId: 'visitor',
    userId: null,
    timestamp: '2026-11-21T12:00:00.000Z',
    context: {
      page: { url: 'https://shop.example/?a=b', path: '/', title: 'Shop', referrer: '', search: '?a=b' },
      campaign: { name: 'spring', source: 'news', medium: 'email', term: 't', content: 'c' },
      sessionId: 's1',
      consent: { categoryPreferences: { analytics: true, marketing: false } },
      clickIds: ['gclid'],
      cookieless: false,
      locale: 'en-GB',
      timezone: 'Europe/London',
      userAgent: 'test',
      library: { name: '@handrail/sdk', version: '1.0.0' },
    },
  };
  const messages: Message[] = [
    { ...base, type: 'track', event: 'add_to_cart', properties: { value: 3, items: [{ item_id: 'a' }] } },
    { ...base, type: 'page', name: 'Home', category: 'Shop', properties: {} },
    { ...base, type: 'screen', name: 'Home' },
    { ...base, type: 'identify', traits: { email: 'ada@example.com' } },
    { ...base, type: 'group', groupId: 'g1', traits: { size: 50 } },
    { ...base, type: 'alias', previousId: 'visitor' },
  ];
  test.each(messages)('$type is read as it was written, with every field', (message) => {
    expect(messageSchema.parse(message)).toEqual(message);
  });

  test('a batch is read as it was written', () => {
    const batch: Batch = { batch: messages, sentAt: base.timestamp, writeKey: 'pk_1', context: base.context };
    expect(batchSchema.parse(batch)).toEqual(batch);
  });
});
