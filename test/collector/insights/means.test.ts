import { expect, test } from 'vitest';
import { addTo, newSample, type Sample, welch } from '../../../collector/src/insights/means.ts';

const sampleOf = (values: number[]): Sample => {
  const sample = newSample();
  for (const value of values) addTo(sample, value);
  return sample;
};

test('a sample knows its mean and its spread, also where the numbers are large and close together', () => {
  const sample = sampleOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]);
  expect(sample.mean).toBe(1e9 + 10);
  expect(sample.squares / (sample.count - 1)).toBeCloseTo(30, 6);
});

test("Student's sleep data, as R's t.test(extra ~ group, data = sleep) has it", () => {
  // W. S. Gosset, Biometrika 6 (1908), 1–25: 95 % interval −3.3654832 to 0.2054832, 17.776 degrees of freedom.
  const { low, high } = welch(
    sampleOf([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]),
    sampleOf([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
  );
  expect(low).toBeCloseTo(-3.3655, 3);
  expect(high).toBeCloseTo(0.2055, 3);
});

test('the interval is about the difference, and wider where the numbers are fewer or spread more', () => {
  const spread = (times: number, factor = 1) =>
    sampleOf(Array.from({ length: times }, (_, index) => factor * (index % 2)));
  const width = (a: Sample, b: Sample) => {
    const { low, high } = welch(a, b);
    expect((low + high) / 2).toBeCloseTo(a.mean - b.mean, 10);
    return high - low;
  };
  const usual = width(spread(200), spread(200));
  expect(width(spread(200), spread(20))).toBeGreaterThan(usual);
  expect(width(spread(200, 3), spread(200))).toBeGreaterThan(usual);
});

test('of numbers that do not differ at all nothing is uncertain', () => {
  expect(welch(sampleOf([5, 5]), sampleOf([3, 3, 3]))).toEqual({ low: 2, high: 2 });
});
