import { describe, expect, test } from 'vitest';
import { liftOf } from '../../../collector/src/insights/lift.ts';
import { periodStart } from '../../../collector/src/insights/prompt-results.ts';
import { mean, nps, topShare } from '../../../collector/src/insights/scores.ts';
import { newcombe, rateOf, wilson } from '../../../collector/src/insights/shares.ts';

/** Reckoned by hand, or printed in the papers that the formulas are from. */
const counts = (...pairs: [number, number][]) => new Map(pairs);

describe('NPS', () => {
  test('½ promoters and ⅙ detractors of 100 are 33.3 ± 14.6', () => {
    const { value, low, high, unit } = nps(counts([10, 50], [7, 100 / 3], [3, 100 / 6]));
    expect(unit).toBe('points');
    expect(value).toBeCloseTo(33.333, 3);
    expect(high - value).toBeCloseTo(14.609, 3);
    expect(value - low).toBeCloseTo(14.609, 3);
  });
  test.each([
    ['9 promotes, 8 does not', counts([9, 1], [8, 1]), 50],
    ['6 detracts, 7 does not', counts([6, 1], [7, 1]), -50],
    ['all promote', counts([10, 40]), 100],
    ['all detract', counts([0, 40]), -100],
  ])('%s', (_, scores, value) => {
    expect(nps(scores).value).toBe(value);
  });
  test('never goes beyond its scale', () => {
    const { low, high } = nps(counts([10, 29], [7, 1]));
    expect(high).toBe(100);
    expect(low).toBeLessThan(97);
  });
});

test('CSAT is the share of 4 and 5, with the interval of a share', () => {
  // Newcombe 1998, table I: 81 of 263, 0.2553 to 0.3662.
  const { value, low, high } = topShare(counts([5, 41], [4, 40], [3, 100], [1, 82]), 'satisfied', 4, 5);
  expect(value).toBeCloseTo(30.798, 3);
  expect(low).toBeCloseTo(25.53, 2);
  expect(high).toBeCloseTo(36.62, 2);
});

test('CES is the mean of 1 to 7, ± 1.96·s/√n', () => {
  // 2, 4, 4, 4, 5, 5, 7: mean 31/7, squares of the differences 96/7 in all, s² = 96/42.
  const { value, low, high } = mean(counts([2, 1], [4, 3], [5, 2], [7, 1]));
  expect(value).toBeCloseTo(31 / 7, 10);
  expect(high - value).toBeCloseTo(1.96 * Math.sqrt(96 / 42 / 7), 10);
  expect(value - low).toBeCloseTo(1.96 * Math.sqrt(96 / 42 / 7), 10);
});

describe('shares', () => {
  test.each([
    // Newcombe 1998, Statistics in Medicine 17, 857–872, table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i', (count, of, low, high) => {
    const interval = wilson({ count, of });
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test('of nothing there is no rate', () => {
    expect(rateOf({ count: 0, of: 0 })).toBeNull();
  });
});

test.each([
  // Newcombe 1998, Statistics in Medicine 17, 873–890, table II, method 10.
  [56, 70, 48, 80, 0.0524, 0.3339],
  [9, 10, 3, 10, 0.1705, 0.809],
  [5, 56, 0, 29, -0.0381, 0.1926],
  [0, 10, 0, 10, -0.2775, 0.2775],
])('the difference of %i/%i and %i/%i', (countA, ofA, countB, ofB, low, high) => {
  const interval = newcombe({ count: countA, of: ofA }, { count: countB, of: ofB });
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

describe('lift', () => {
  test('is the difference of the arms, in percentage points', () => {
    const { difference, needs, sampleRatio } = liftOf(
      { people: 900, reached: 180 },
      { people: 100, reached: 10 },
      0.1,
    );
    expect(needs).toBeNull();
    expect(difference?.value).toBeCloseTo(10, 10);
    expect(difference?.low).toBeCloseTo(2.0, 0);
    expect(difference?.high).toBeCloseTo(15.1, 0);
    expect(sampleRatio).toMatchObject({ holdout: 0.1, isPlausible: true });
  });
  test('says what it needs where an arm is small, instead of a difference', () => {
    const lift = liftOf({ people: 5_000, reached: 500 }, { people: 99, reached: 5 }, 0.02);
    expect(lift).toMatchObject({ difference: null, needs: 100, shown: { rate: { percent: 10 } } });
  });
  test('warns of arms whose sizes chance does not explain', () => {
    const ratio = (heldOut: number) =>
      liftOf({ people: 1_000 - heldOut, reached: 0 }, { people: heldOut, reached: 0 }, 0.1).sampleRatio;
    // (31²/900 + 31²/100) = 10.68; 32² gives 11.38: the limit at p = 0.001 is 10.83.
    expect(ratio(131).isPlausible).toBe(true);
    expect(ratio(132).isPlausible).toBe(false);
    expect(ratio(68).isPlausible).toBe(false);
  });
  test('of nobody there is nothing to say, and nothing wrong', () => {
    const lift = liftOf({ people: 0, reached: 0 }, { people: 0, reached: 0 }, 0.1);
    expect(lift).toMatchObject({
      difference: null,
      shown: { rate: null },
      sampleRatio: { holdout: null, isPlausible: true },
    });
  });
});

test.each([
  ['day', '2026-11-22T23:59:59.999Z', '2026-11-22'],
  ['week', '2026-11-22T12:00:00Z', '2026-11-16'],
  ['week', '2026-11-23T00:00:00Z', '2026-11-23'],
  ['month', '2026-11-30T23:00:00Z', '2026-11-01'],
] as const)('a %s with %s begins on %s', (trend, at, start) => {
  expect(periodStart(Date.parse(at), trend)).toBe(start);
});
