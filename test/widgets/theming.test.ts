import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { STYLES } from '../../widgets/src/styles.ts';

const README = readFileSync(new URL('../../widgets/README.md', import.meta.url), 'utf8');
const properties = (text: string): string[] =>
  [...new Set(text.match(/--handrail-[a-z]+(-[a-z]+)*/g))].toSorted();

test('the README lists every property that a site can theme with, and no other', () => {
  expect(properties(README)).toEqual(properties(STYLES));
});
