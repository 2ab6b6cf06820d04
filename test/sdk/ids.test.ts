import { expect, test } from 'vitest';
import { createIdSource } from '../../sdk/src/ids.ts';

test('ids are UUIDs of version 7 that carry their time', () => {
  const id = createIdSource()(Date.UTC(2026, 0, 2));
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 0, 2));
});

test('ids sort in the order they were made, within a millisecond and when the clock steps back', () => {
  const newId = createIdSource();
  const ids = [5, 5, 5, 6, 2, 2, 9].map((ms) => newId(1_700_000_000_000 + ms));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
