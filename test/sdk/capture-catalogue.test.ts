/** The table of touchpoints in sdk/README.md says what the code does. */
import { expect, test } from 'vitest';
import type { CaptureName } from '../../sdk/src/capture-names.ts';
import { CATALOGUE } from '../../sdk/src/catalogue.ts';
import { plain, readText, rowsOf, sectionOf } from '../repo/markdown.ts';
import { readSources } from '../repo/source.ts';

const rows = rowsOf(sectionOf(readText('sdk/README.md'), '## What is recorded'));

test('the table lists every touchpoint with its properties and its version, and no other', () => {
  const listed = rows.map(([name = '', , properties = '', since = '']) => [
    plain(name),
    { since, properties: plain(properties).split(', ').filter(Boolean) },
  ]);
  expect(Object.fromEntries(listed)).toEqual(CATALOGUE);
});

test('each says when', () => {
  for (const [name, when = ''] of rows) expect(when, name).not.toBe('');
});

test('what can be switched off is told by its name', () => {
  const all: Record<CaptureName, true> = {
    'page-views': true,
    engagement: true,
    clicks: true,
    'rage-clicks': true,
    'dead-clicks': true,
    forms: true,
    commerce: true,
    vitals: true,
    failures: true,
  };
  const told = rows.map(([, , , , off = '']) => plain(off)).filter(Boolean);
  expect(new Set(told)).toEqual(new Set(Object.keys(all)));
});

test('the code knows every name of the catalogue', () => {
  const texts = new Set(
    readSources()
      .filter(({ path }) => path.startsWith('sdk/src/') && path !== 'sdk/src/catalogue.ts')
      .flatMap((source) => [...source.texts, ...source.names]),
  );
  // `task_…` is put together from its outcome.
  const names = Object.keys(CATALOGUE).filter((name) => !/^task_(done|failed|abandoned)$/.test(name));
  expect(names.filter((name) => !texts.has(name))).toEqual([]);
});
