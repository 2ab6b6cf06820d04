import type { DropReason } from '@handrail/sdk/protocol';
import { expect, test } from 'vitest';
import { copyProperties } from '../../sdk/src/properties.ts';

function copy(properties: Record<string, unknown>) {
  const drops: DropReason[] = [];
  const copied = copyProperties(properties, String, (reason) => drops.push(reason));
  return { copied, drops };
}

const cyclic: Record<string, unknown> = { name: 'loop' };
cyclic.self = cyclic;
const nested = (levels: number): unknown => (levels === 0 ? 'end' : { in: nested(levels - 1) });

test.each<[string, unknown, unknown]>([
  ['a text', 'oil', 'oil'],
  ['null', null, null],
  ['items', [{ item_id: 'a', price: 2.5 }], [{ item_id: 'a', price: 2.5 }]],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['what says itself how it is written', { toJSON: () => ({ amount: '1.10' }) }, { amount: '1.10' }],
  ['eight levels', nested(8), nested(8)],
])('keeps %s', (_, value, copied) => {
  expect(copy({ value })).toEqual({ copied: { value: copied }, drops: [] });
});

test.each<[string, unknown]>([
  ['a circle', cyclic],
  ['a big integer', 1n],
  ['more levels than the wire allows', nested(9)],
  ['a getter that throws', Object.defineProperty({}, 'a', { enumerable: true, get: () => expect.fail() })],
  ['a tree too large to be meant', Array.from({ length: 3_000 }, () => ({}))],
])('leaves out %s, counted, and keeps the rest', (_, value) => {
  expect(copy({ plan: 'team', value, seats: 5 })).toEqual({
    copied: { plan: 'team', seats: 5 },
    drops: ['property_not_serializable'],
  });
});

test('leaves out what does not fit, in UTF-8, and keeps what still does', () => {
  const { copied, drops } = copy({ small: 'a', large: 'ä'.repeat(13_000), other: 'b' });
  expect(copied).toEqual({ small: 'a', other: 'b' });
  expect(drops).toEqual(['property_too_large']);
});

test('together they fit into a message', () => {
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`p${index}`, 'x'.repeat(1_000)]),
  );
  const { copied, drops } = copy(many);
  expect(JSON.stringify(copied).length).toBeLessThan(25_000);
  expect(Object.keys(copied).length + drops.length).toBe(100);
});

test('Q10 a property called __proto__ is a property', () => {
  const { copied } = copy(JSON.parse('{"__proto__": {"polluted": true}}'));
  expect(Object.keys(copied)).toEqual(['__proto__']);
  expect('polluted' in copied).toBe(false);
});

test('what the host changes afterwards does not show', () => {
  const items = [{ item_id: 'a' }];
  const { copied } = copy({ items });
  items.push({ item_id: 'b' });
  expect(copied).toEqual({ items: [{ item_id: 'a' }] });
});
