/** Means, and how sure one may be of their difference. Intervals are of 95 %. */
import { type Interval, Z } from './shares.ts';

/** All that is needed of some numbers, however many: added to one by one, by B. P. Welford, Technometrics 4 (1962), 419–420. */
export interface Sample {
  count: number;
  mean: number;
  /** Sum of the squared differences from the mean. */
  squares: number;
}

export const newSample = (): Sample => ({ count: 0, mean: 0, squares: 0 });

export function addTo(sample: Sample, value: number): void {
  const difference = value - sample.mean;
  sample.count++;
  sample.mean += difference / sample.count;
  sample.squares += difference * (value - sample.mean);
}

export const WELCH = "Welch's t interval of the difference of two means, 95 %";

/**
 * Of the difference `a − b` of the means of two independent samples, whose spread may differ, of two numbers at least:
 *
 *     x̄₁ − x̄₂ ± t(ν)·√(s₁²/n₁ + s₂²/n₂),   ν = (s₁²/n₁ + s₂²/n₂)² / ((s₁²/n₁)²/(n₁−1) + (s₂²/n₂)²/(n₂−1))
 *
 * B. L. Welch, Biometrika 34 (1947), 28–35.
 */
export function welch(a: Sample, b: Sample): Interval {
  const [partA, partB] = [errorOf(a), errorOf(b)];
  const error = partA + partB;
  const difference = a.mean - b.mean;
  if (error === 0) return { low: difference, high: difference };
  const freedom = error ** 2 / (partA ** 2 / (a.count - 1) + partB ** 2 / (b.count - 1));
  const margin = tQuantile(freedom) * Math.sqrt(error);
  return { low: difference - margin, high: difference + margin };
}

/** The squared standard error of the mean. */
const errorOf = ({ count, squares }: Sample): number => squares / (count - 1) / count;

/**
 * Student's 97.5 % quantile from the normal one, right to three decimals from ten degrees of freedom on:
 * M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 26.7.5.
 */
function tQuantile(freedom: number): number {
  return (
    Z +
    (Z ** 3 + Z) / (4 * freedom) +
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * freedom ** 2) +
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / (384 * freedom ** 3)
  );
}
