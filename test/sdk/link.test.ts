import { describe, expect, test } from 'vitest';
import {
  isHandOver,
  readHandOver,
  withHandOver,
  withoutHandOver,
  writeHandOver,
} from '../../sdk/src/link/parameter.ts';

const NOW = Date.UTC(2026, 5, 1);
const BROWSER = 'Mozilla/5.0 en-GB pk_test';
const ID = '0190a8b2-1234-7123-8123-123456789012';
const handOver = writeHandOver(ID, BROWSER, NOW);

describe('the hand-over', () => {
  test.each([0, 1_000, 120_000])('holds %i ms after the click', (ageMs) => {
    expect(readHandOver(handOver, BROWSER, NOW + ageMs)).toBe(ID);
  });

  test.each<[string, string, string, number]>([
    ['after two minutes', handOver, BROWSER, NOW + 120_001],
    ['before it was made', handOver, BROWSER, NOW - 1],
    ['in another browser', handOver, 'Mozilla/5.0 de-DE pk_test', NOW],
    ['with another time', handOver.replace(/^[^.]+/, (NOW + 60_000).toString(36)), BROWSER, NOW + 60_000],
    ['for somebody else', `${handOver}1`, BROWSER, NOW],
    ['that is cut off', handOver.slice(0, 12), BROWSER, NOW],
    ['that is somebody else’s parameter', 'human-resources', BROWSER, NOW],
    ['that is empty', '', BROWSER, NOW],
  ])('does not hold %s', (_, text, browser, now) => {
    expect(readHandOver(text, browser, now)).toBeUndefined();
  });

  test('is told from a parameter of the same name', () => {
    expect(isHandOver(handOver)).toBe(true);
    for (const other of ['1', 'human-resources', 'a.b']) expect(isHandOver(other)).toBe(false);
  });
});

test.each([
  ['https://b.test/', 'https://b.test/?hr=X'],
  ['https://b.test/?a=1#top', 'https://b.test/?a=1&hr=X#top'],
  ['https://b.test/#a#b', 'https://b.test/?hr=X#a#b'],
  ['https://b.test/?hr=old&a=%20+', 'https://b.test/?a=%20+&hr=X'],
])('%s with it is %s', (url, decorated) => {
  expect(withHandOver(url, 'X')).toBe(decorated);
});

test.each([
  ['https://b.test/?hr=1.2.3', 'https://b.test/'],
  ['https://b.test/?hr=1.2.3#top', 'https://b.test/#top'],
  ['https://b.test/?hr=1.2.3&a=%20+&b', 'https://b.test/?a=%20+&b'],
  ['https://b.test/?a=1&hr=1.2.3&b=2', 'https://b.test/?a=1&b=2'],
  ['https://b.test/?a=1&hr=1.2.3', 'https://b.test/?a=1'],
  ['https://b.test/?chr=1#/?hr', 'https://b.test/?chr=1#/?hr'],
])('%s without it is %s', (url, clean) => {
  expect(withoutHandOver(url)).toBe(clean);
});
