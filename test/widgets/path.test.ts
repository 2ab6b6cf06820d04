import type { AnswerValue, Branch, Question } from '@handrail/sdk/protocol';
import { expect, test } from 'vitest';
import { longestWay, nextPosition } from '../../widgets/src/path.ts';

const question = (id: string, next?: Branch[]): Question => ({ id, type: 'nps', text: id, next });
/** Asks `first` with these branches, then `second` and `third`. */
const questions = (next?: Branch[]): Question[] => [
  question('first', next),
  question('second', [{ to: 'end' }]),
  question('third'),
];
const BANDS: Branch[] = [
  { if: { lte: 6 }, to: 'second' },
  { if: { gt: 6, lt: 9 }, to: 'third' },
  { if: { gte: 9 }, to: 'end' },
];

test.each<{ why: string; next?: Branch[]; answer: AnswerValue | null; to: number }>([
  { why: 'no branch: the one after', answer: 3, to: 1 },
  { why: 'the lower bound of a band is in it', next: BANDS, answer: 6, to: 1 },
  { why: 'above an open bound', next: BANDS, answer: 7, to: 2 },
  { why: 'the upper band', next: BANDS, answer: 9, to: 3 },
  { why: 'no band fits a skipped score', next: BANDS, answer: null, to: 1 },
  { why: 'skipped', next: [{ if: { skipped: true }, to: 'end' }], answer: null, to: 3 },
  { why: 'not skipped', next: [{ if: { skipped: true }, to: 'end' }], answer: 0, to: 1 },
  { why: 'the option', next: [{ if: { option: 'Price' }, to: 'third' }], answer: 'Price', to: 2 },
  { why: 'another option', next: [{ if: { option: 'Price' }, to: 'third' }], answer: 'Prices', to: 1 },
  { why: 'among several', next: [{ if: { option: 'b' }, to: 'third' }], answer: ['a', 'b'], to: 2 },
  { why: 'not among them', next: [{ if: { option: 'c' }, to: 'third' }], answer: ['a', 'b'], to: 1 },
  { why: 'a text is in no band', next: [{ if: { gte: 0 }, to: 'end' }], answer: '7', to: 1 },
  { why: 'the first that fits', next: [{ to: 'third' }, { to: 'end' }], answer: 1, to: 2 },
  { why: 'a question that is not there is the end', next: [{ to: 'fourth' }], answer: 1, to: 3 },
  { why: 'nor does one ask itself again', next: [{ to: 'first' }], answer: 1, to: 3 },
])('where to go on: $why', ({ next, answer, to }) => {
  expect(nextPosition(questions(next), 0, answer)).toBe(to);
});

test('a way back is the end, so that nobody walks in circles', () => {
  const circle = [question('a'), question('b', [{ to: 'a' }])];
  expect(nextPosition(circle, 1, 5)).toBe(2);
  expect(longestWay(circle, 0)).toBe(2);
});

test.each<{ why: string; next?: Branch[]; at: number; steps: number }>([
  { why: 'first, then second, which ends it', at: 0, steps: 2 },
  {
    why: 'every way counts, the one without a branch too',
    next: [{ if: { gte: 9 }, to: 'end' }],
    at: 0,
    steps: 2,
  },
  { why: 'a branch that always leads to the end', next: [{ to: 'end' }], at: 0, steps: 1 },
  { why: 'the last', at: 2, steps: 1 },
  { why: 'past the last', at: 3, steps: 0 },
])('how many questions may come: $why', ({ next, at, steps }) => {
  expect(longestWay(questions(next), at)).toBe(steps);
});

test('fifty questions that may each lead to any later one are counted at once', () => {
  const ids = Array.from({ length: 50 }, (_, index) => `q${index}`);
  const many = ids.map((id, index) =>
    question(
      id,
      ids.slice(index + 1).map((to, score) => ({ if: { gte: score, lt: score + 1 }, to })),
    ),
  );
  expect(longestWay(many, 0)).toBe(50);
});
