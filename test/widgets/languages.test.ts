import { expect, test } from 'vitest';
import { LANGUAGES, stringsFor } from '../../widgets/src/languages.ts';
import { ENGLISH, type Strings } from '../../widgets/src/strings.ts';

test.each([
  { asked: 'de', found: 'de' },
  { asked: 'de-AT', found: 'de' },
  { asked: 'PT-BR', found: 'pt' },
  { asked: 'sr-Latn-RS', found: undefined },
  { asked: 'no', found: 'nb' },
  { asked: 'nn-NO', found: 'nb' },
  { asked: 'iw', found: 'he' },
  { asked: 'en-GB', found: undefined },
  { asked: '', found: undefined },
  { asked: 'constructor', found: undefined },
])('for "$asked" the words are those of $found', ({ asked, found }) => {
  expect(stringsFor(asked)).toBe(found && LANGUAGES[found as keyof typeof LANGUAGES]);
});

const blanks = (text: unknown): string[] => (String(text).match(/\{\{\w+\}\}/g) ?? []).toSorted();

test.each(Object.entries<Strings>(LANGUAGES))(
  '%s has every word, with the same blanks to fill in',
  (_, words) => {
    for (const [key, english] of Object.entries(ENGLISH)) {
      const own = words[key as keyof Strings];
      expect([key, ...blanks(own)]).toEqual([key, ...blanks(english)]);
      for (const word of [own].flat()) expect(String(word).trim(), key).not.toBe('');
    }
    // Five steps that differ: two that read the same could not be told apart.
    for (const steps of [words.satisfaction, words.agreement]) expect(new Set(steps).size).toBe(5);
  },
);

test('there are at least ten languages besides English', () => {
  expect(Object.keys(LANGUAGES).length).toBeGreaterThanOrEqual(10);
});
