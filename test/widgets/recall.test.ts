import { expect, test } from 'vitest';
import { recall } from '../../widgets/src/recall.ts';

const KNOWN = new Map<string, unknown>([
  ['score', 0],
  ['why', 'the {{score|x}} price'],
  ['liked', ['Quick', 'Friendly']],
  ['empty', ''],
  ['object', {}],
]);

test.each([
  { text: 'More than a {{score|good one}}?', says: 'More than a 0?' },
  { text: 'More than a {{ score |good one}}?', says: 'More than a 0?' },
  { text: 'About {{why|that}}:', says: 'About the {{score|x}} price:' },
  { text: 'So it was {{liked|good}}.', says: 'So it was Quick, Friendly.' },
  { text: 'Hello {{name|friend}}, {{name|again}}', says: 'Hello friend, again' },
  { text: 'Hello {{name|}}!', says: 'Hello !' },
  { text: 'Hello {{name}}!', says: 'Hello !' },
  { text: 'Hello {{empty|friend}}!', says: 'Hello friend!' },
  { text: 'Hello {{object|friend}}!', says: 'Hello friend!' },
  { text: 'Nothing {here} to {{ fill', says: 'Nothing {here} to {{ fill' },
])('"$text" says "$says"', ({ text, says }) => {
  expect(recall(text, (name) => KNOWN.get(name))).toBe(says);
});
