import { afterEach, expect, test } from 'vitest';
import { openStorage } from '../../sdk/src/storage.ts';

afterEach(() => localStorage.clear());

/** As where the visitor blocks site data: every touch throws. In a sandboxed iframe its name does. */
const REFUSING = new Proxy({} as Storage, {
  get() {
    throw new DOMException('denied', 'SecurityError');
  },
});

test.each([
  ['that works', () => localStorage],
  [
    'that is not even named',
    () => {
      throw new DOMException('denied', 'SecurityError');
    },
  ],
  ['that refuses everything', () => REFUSING],
])('a value lasts for the page in storage %s', (_, area) => {
  const storage = openStorage(area);
  storage.set('cart', { value: 5 });
  expect(storage.get('cart')).toEqual({ value: 5 });
  storage.remove('cart');
  expect(storage.get('cart')).toBeUndefined();
});

test('another tab sees what was written, and its writes are seen', () => {
  const [one, other] = [openStorage(() => localStorage), openStorage(() => localStorage)];
  one.set('session', 1);
  expect(other.get('session')).toBe(1);
  other.set('session', 2);
  expect(one.get('session')).toBe(2);
});

test('a full storage keeps no old value that would hide the new one', () => {
  const storage = openStorage(() => localStorage);
  storage.set('session', 'old');
  const full = new Proxy(localStorage, {
    get(target, name) {
      if (name !== 'setItem') return Reflect.get(target, name).bind(target);
      return () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    },
  });
  const inFull = openStorage(() => full);
  inFull.set('session', 'new');
  expect(inFull.get('session')).toBe('new');
});

test('clearing removes what is ours and nothing of the host', () => {
  localStorage.setItem('cart', 'host');
  const storage = openStorage(() => localStorage);
  storage.set('cart', 1);
  storage.clear();
  expect(storage.get('cart')).toBeUndefined();
  expect(Object.keys(localStorage)).toEqual(['cart']);
});

test('what cannot be read is as if it were not there', () => {
  localStorage.setItem('handrail:visitor', '{half');
  expect(openStorage(() => localStorage).get('visitor')).toBeUndefined();
});
