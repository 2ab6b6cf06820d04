/**
 * Logistic regression with an L2 penalty, by Newton's method (iteratively reweighted least squares: Hastie, Tibshirani,
 * Friedman, "The Elements of Statistical Learning", 4.4.1; the penalty: le Cessie, van Houwelingen, "Ridge Estimators
 * in Logistic Regression", Applied Statistics 1992).
 *
 * Written here since ml-logistic-regression, which is what npm has, knows no penalty, comes without types and goes
 * down the gradient in steps that have to be tuned.
 */

/** What is not named is 0: of fifty rules, a lead has met a handful. */
export type SparseRow = readonly (readonly [feature: number, value: number])[];

export interface LogisticModel {
  intercept: number;
  /** By feature, on the features' own scale. */
  coefficients: number[];
}

const MAX_STEPS = 50;
const SMALLEST_STEP = 1e-8;

/**
 * @param penalty λ of λ/2·Σβ², for features brought to a standard deviation of 1; the intercept goes free. Must be
 *   above 0: with it there is always one best model, also where a feature tells the outcomes apart without fault.
 */
export function fitLogistic(
  rows: readonly SparseRow[],
  outcomes: readonly boolean[],
  features: number,
  penalty: number,
): LogisticModel {
  const deviations = deviationsOf(rows, features);
  const scaled = rows.map((row) =>
    row.map(([feature, value]): readonly [number, number] => [feature, value / (deviations[feature] ?? 1)]),
  );
  // The intercept comes last.
  let beta = new Array<number>(features + 1).fill(0);
  let loss = lossOf(scaled, outcomes, beta, penalty);
  for (let step = 0; step < MAX_STEPS; step++) {
    const direction = newtonStep(scaled, outcomes, beta, penalty);
    let size = 1;
    let next = moved(beta, direction, size);
    let nextLoss = lossOf(scaled, outcomes, next, penalty);
    // A whole step can overshoot where the curve is flat; half of it, again and again, cannot.
    while (nextLoss > loss && size > SMALLEST_STEP) {
      size /= 2;
      next = moved(beta, direction, size);
      nextLoss = lossOf(scaled, outcomes, next, penalty);
    }
    beta = next;
    loss = nextLoss;
    if (Math.max(...direction.map((each) => Math.abs(each * size))) < SMALLEST_STEP) break;
  }
  return {
    intercept: beta[features] ?? 0,
    coefficients: beta.slice(0, features).map((each, feature) => each / (deviations[feature] ?? 1)),
  };
}

export function probabilityOf({ intercept, coefficients }: LogisticModel, row: SparseRow): number {
  return sigmoid(linear(row, coefficients, intercept));
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

const linear = (row: SparseRow, coefficients: readonly number[], intercept: number): number =>
  row.reduce((sum, [feature, value]) => sum + value * (coefficients[feature] ?? 0), intercept);

const moved = (beta: readonly number[], direction: readonly number[], size: number): number[] =>
  beta.map((each, index) => each + size * (direction[index] ?? 0));

/** The negative log-likelihood with the penalty: log(1 + eᶻ) − y·z, in a form that does not overflow. */
function lossOf(
  rows: readonly SparseRow[],
  outcomes: readonly boolean[],
  beta: readonly number[],
  penalty: number,
): number {
  const features = beta.length - 1;
  let loss = 0;
  for (let feature = 0; feature < features; feature++) loss += (penalty / 2) * (beta[feature] ?? 0) ** 2;
  rows.forEach((row, index) => {
    const value = linear(row, beta, beta[features] ?? 0);
    loss += Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))) - (outcomes[index] ? value : 0);
  });
  return loss;
}

/** Solves (XᵀWX + λI)·δ = Xᵀ(y − p) − λβ. */
function newtonStep(
  rows: readonly SparseRow[],
  outcomes: readonly boolean[],
  beta: readonly number[],
  penalty: number,
): number[] {
  const size = beta.length;
  const intercept = size - 1;
  const gradient = beta.map((each, index) => (index === intercept ? 0 : -penalty * each));
  const hessian = beta.map((_, index) => {
    const line = new Float64Array(size);
    // A trace of a penalty on the intercept too, so that the matrix can be solved where all outcomes are the same.
    line[index] = index === intercept ? 1e-9 : penalty;
    return line;
  });
  rows.forEach((row, index) => {
    const probability = sigmoid(linear(row, beta, beta[intercept] ?? 0));
    const residual = (outcomes[index] ? 1 : 0) - probability;
    const weight = probability * (1 - probability);
    const withIntercept: SparseRow = [...row, [intercept, 1]];
    for (const [feature, value] of withIntercept) {
      gradient[feature] = (gradient[feature] ?? 0) + residual * value;
      const line = hessian[feature] as Float64Array;
      for (const [other, otherValue] of withIntercept) {
        line[other] = (line[other] ?? 0) + weight * value * otherValue;
      }
    }
  });
  return solvePositive(hessian, gradient);
}

/** A·x = b for a symmetric positive definite A, by Cholesky's decomposition; overwrites `matrix`. */
function solvePositive(matrix: readonly Float64Array[], right: readonly number[]): number[] {
  const at = (row: number, column: number) => matrix[row]?.[column] ?? 0;
  const size = right.length;
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = at(row, column);
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k);
      const line = matrix[row] as Float64Array;
      line[column] = row === column ? Math.sqrt(sum) : sum / at(column, column);
    }
  }
  const solution = [...right];
  for (let row = 0; row < size; row++) {
    let sum = solution[row] ?? 0;
    for (let k = 0; k < row; k++) sum -= at(row, k) * (solution[k] ?? 0);
    solution[row] = sum / at(row, row);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = solution[row] ?? 0;
    for (let k = row + 1; k < size; k++) sum -= at(k, row) * (solution[k] ?? 0);
    solution[row] = sum / at(row, row);
  }
  return solution;
}

/** Standard deviation of each feature; 1 for one that never varies. */
function deviationsOf(rows: readonly SparseRow[], features: number): number[] {
  const sums = new Array<number>(features).fill(0);
  const squares = new Array<number>(features).fill(0);
  for (const row of rows) {
    for (const [feature, value] of row) {
      sums[feature] = (sums[feature] ?? 0) + value;
      squares[feature] = (squares[feature] ?? 0) + value * value;
    }
  }
  return squares.map((square, feature) => {
    const variance = square / rows.length - ((sums[feature] ?? 0) / rows.length) ** 2;
    return variance > 1e-12 ? Math.sqrt(variance) : 1;
  });
}
