/** Figures that an owner will act on, against numbers worked out by hand or known from their source. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitLogistic, probabilityOf, type SparseRow } from '../../../collector/src/preview/logistic.ts';
import { aucOf, calibrationOf, liftOf } from '../../../collector/src/preview/statistics.ts';

describe('lift', () => {
  test('is the ratio of the two shares, with the interval by Katz', () => {
    // 30 of 100 against 10 of 200: 0.30 / 0.05 = 6. √(1/30 − 1/100 + 1/10 − 1/200) = √0.118333 = 0.343996;
    // exp(1.959964 · 0.343996) = exp(0.674220) = 1.962501.
    const { ratio, interval } = liftOf({ leads: 100, converted: 30 }, { leads: 200, converted: 10 });
    expect(ratio).toBeCloseTo(6, 10);
    expect(interval?.from).toBeCloseTo(6 / 1.962501, 4);
    expect(interval?.to).toBeCloseTo(6 * 1.962501, 4);
  });

  test('a rule that makes no difference has an interval around one', () => {
    const { ratio, interval } = liftOf({ leads: 50, converted: 5 }, { leads: 100, converted: 10 });
    expect(ratio).toBe(1);
    expect((interval?.from ?? 0) * (interval?.to ?? 0)).toBeCloseTo(1, 10);
  });

  test.each([
    ['nobody has it', { leads: 0, converted: 0 }, { leads: 9, converted: 3 }, null],
    ['everybody has it', { leads: 9, converted: 3 }, { leads: 0, converted: 0 }, null],
    ['nobody without it converts', { leads: 9, converted: 3 }, { leads: 9, converted: 0 }, null],
    ['nobody with it converts', { leads: 9, converted: 0 }, { leads: 9, converted: 3 }, 0],
  ])('%s: no interval is made up', (_, having, lacking, ratio) => {
    expect(liftOf(having, lacking)).toEqual({ ratio, interval: null });
  });
});

describe('AUC', () => {
  const forecasts = (converted: number[], others: number[]) => [
    ...converted.map((score) => ({ score, converted: true })),
    ...others.map((score) => ({ score, converted: false })),
  ];

  test.each([
    ['perfect', [3, 4], [1, 2], 1],
    ['upside down', [1, 2], [3, 4], 0],
    ['all tied', [5, 5], [5, 5, 5], 0.5],
    // Pairs: 3>1, 3>2, 3=3 (½), 1=1 (½), 1<2, 1<3: 3 of 6.
    ['with ties', [3, 1], [1, 2, 3], 0.5],
    // 4>1, 4>2, 4>3, 2>1, 2=2, 2<3: 4.5 of 6.
    ['by hand', [4, 2], [1, 2, 3], 0.75],
  ])('%s', (_, converted, others, auc) => {
    expect(aucOf(forecasts(converted, others))).toBeCloseTo(auc, 12);
  });

  test('there is none of one kind alone', () => {
    expect(aucOf(forecasts([1], []))).toBeNull();
    expect(aucOf(forecasts([], [1]))).toBeNull();
    expect(aucOf([])).toBeNull();
  });

  test('is the share of pairs in the right order, ties half', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(scores, scores, (converted, others) => {
        const pairs = converted.flatMap((a) => others.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
        const share = pairs.reduce((sum: number, each) => sum + each, 0) / pairs.length;
        expect(aucOf(forecasts(converted, others))).toBeCloseTo(share, 12);
      }),
    );
  });
});

test('calibration: Brier score and what came of each tenth, by hand', () => {
  const calibration = calibrationOf([
    { score: 0.9, converted: true },
    { score: 0.1, converted: false },
    { score: 0.6, converted: false },
    { score: 0.4, converted: true },
  ]);
  // (0.01 + 0.01 + 0.36 + 0.36) / 4; half converted: 0.5 · 0.5.
  expect(calibration.brier).toBeCloseTo(0.185, 12);
  expect(calibration.brierOfShare).toBe(0.25);
  expect(calibration.bins).toEqual([
    { leads: 1, predicted: 0.1, observed: 0 },
    { leads: 1, predicted: 0.4, observed: 1 },
    { leads: 1, predicted: 0.6, observed: 0 },
    { leads: 1, predicted: 0.9, observed: 1 },
  ]);
});

describe('logistic regression', () => {
  const repeat = (count: number, row: SparseRow, outcome: boolean) =>
    Array.from({ length: count }, () => ({ row, outcome }));
  const fit = (data: { row: SparseRow; outcome: boolean }[], features: number, penalty: number) =>
    fitLogistic(
      data.map(({ row }) => row),
      data.map(({ outcome }) => outcome),
      features,
      penalty,
    );

  test('of one yes-or-no feature, unpenalised, is the log odds ratio of the table', () => {
    const data = [
      ...repeat(30, [[0, 1]], true),
      ...repeat(70, [[0, 1]], false),
      ...repeat(10, [], true),
      ...repeat(190, [], false),
    ];
    const { intercept, coefficients } = fit(data, 1, 1e-9);
    expect(intercept).toBeCloseTo(Math.log(10 / 190), 5);
    expect(coefficients[0]).toBeCloseTo(Math.log(30 / 70 / (10 / 190)), 5);
  });

  test('is where the slope of the penalised likelihood is nothing', () => {
    const value = fc.double({ min: -3, max: 3, noNaN: true });
    const example = fc.record({ x: value, y: value, outcome: fc.boolean() });
    fc.assert(
      fc.property(fc.array(example, { minLength: 3, maxLength: 40 }), (examples) => {
        const penalty = 0.7;
        const data = examples.map(({ x, y, outcome }) => ({
          row: [
            [0, x],
            [1, y],
          ] as const,
          outcome,
        }));
        const model = fit(data, 2, penalty);
        for (const feature of [0, 1]) {
          const values = examples.map(({ x, y }) => (feature === 0 ? x : y));
          const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
          const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length;
          // A feature that does not vary is left as it is.
          const deviation2 = variance > 1e-12 ? variance : 1;
          const slope = data.reduce(
            (sum, { row, outcome }) =>
              sum + ((outcome ? 1 : 0) - probabilityOf(model, row)) * (row[feature]?.[1] ?? 0),
            -penalty * (model.coefficients[feature] ?? 0) * deviation2,
          );
          expect(Math.abs(slope)).toBeLessThan(1e-4);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('stays finite where a feature tells the two apart without fault', () => {
    const { coefficients } = fit([...repeat(20, [[0, 1]], true), ...repeat(20, [], false)], 1, 1);
    expect(coefficients[0]).toBeGreaterThan(1);
    expect(coefficients[0]).toBeLessThan(20);
  });

  test.each([true, false])('stays finite where every outcome is %s', (outcome) => {
    const model = fit([...repeat(9, [[0, 1]], outcome), ...repeat(9, [], outcome)], 1, 1);
    expect(Number.isFinite(model.intercept)).toBe(true);
    expect(Math.abs(model.coefficients[0] ?? Number.NaN)).toBeLessThan(1);
  });

  test('finds what made the data again', () => {
    let state = 7;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const data = Array.from({ length: 20_000 }, () => {
      const row: [number, number][] = [];
      if (random() < 0.4) row.push([0, 1 + random()]);
      if (random() < 0.2) row.push([1, random() * 3]);
      const linear = -2 + row.reduce((sum, [feature, x]) => sum + x * (feature === 0 ? 1.2 : -0.8), 0);
      return { row, outcome: random() < 1 / (1 + Math.exp(-linear)) };
    });
    const { intercept, coefficients } = fit(data, 2, 1);
    expect(intercept).toBeCloseTo(-2, 0);
    expect(coefficients[0]).toBeGreaterThan(1.1);
    expect(coefficients[0]).toBeLessThan(1.3);
    expect(coefficients[1]).toBeGreaterThan(-0.95);
    expect(coefficients[1]).toBeLessThan(-0.65);
  });
});
