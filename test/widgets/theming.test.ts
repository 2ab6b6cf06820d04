import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string): string =>
  readFileSync(new URL(`../../widgets/${file}`, import.meta.url), 'utf8');
const properties = (text: string): string[] =>
  [...new Set(text.match(/--handrail-[a-z]+(-[a-z]+)*/g))].toSorted();

test('the README lists every property that a site can theme with, and no other', () => {
  expect(properties(read('README.md'))).toEqual(properties(read('src/styles.css')));
});
