/** How well something foretold what then happened. Pure. */

export interface Share {
  leads: number;
  converted: number;
}

export interface Lift {
  /** How many times as likely; `null` where one of the two shares is of nobody, or nobody without converted. */
  ratio: number | null;
  /** 95 %; `null` where one side has no conversion, of which no interval can be had. */
  interval: { from: number; to: number } | null;
}

/** The 97.5th percentile of the normal distribution. */
const Z_95 = 1.959964;

/**
 * The ratio of two shares with its interval by logarithms:
 * ratio · exp(±z · √(1/a − 1/n₁ + 1/b − 1/n₂)), with a of n₁ and b of n₂ converted.
 * Katz, Baptista, Azen, Pike: "Obtaining Confidence Intervals for the Risk Ratio in Cohort Studies", Biometrics 1978.
 */
export function liftOf(having: Share, lacking: Share): Lift {
  if (having.leads === 0 || lacking.leads === 0 || lacking.converted === 0) {
    return { ratio: null, interval: null };
  }
  const ratio = having.converted / having.leads / (lacking.converted / lacking.leads);
  if (having.converted === 0) return { ratio, interval: null };
  const variance = 1 / having.converted - 1 / having.leads + 1 / lacking.converted - 1 / lacking.leads;
  const factor = Math.exp(Z_95 * Math.sqrt(variance));
  return { ratio, interval: { from: ratio / factor, to: ratio * factor } };
}

export interface Forecast {
  score: number;
  converted: boolean;
}

/**
 * The probability that a lead which converted had the higher score than one which did not; a tie counts half.
 * By ranks: (R − m(m+1)/2) / (m·n), R being the sum of the m converted leads' ranks, ties sharing their mean rank.
 * Hanley, McNeil: "The Meaning and Use of the Area under a ROC Curve", Radiology 1982.
 *
 * @returns `null` where all converted, or none
 */
export function aucOf(forecasts: readonly Forecast[]): number | null {
  const sorted = [...forecasts].sort((a, b) => a.score - b.score);
  let converted = 0;
  let rankSum = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    let convertedInTie = 0;
    while (end < sorted.length && sorted[end]?.score === sorted[start]?.score) {
      if (sorted[end]?.converted) convertedInTie++;
      end++;
    }
    // Ranks start + 1 … end.
    rankSum += (convertedInTie * (start + 1 + end)) / 2;
    converted += convertedInTie;
    start = end;
  }
  const others = sorted.length - converted;
  if (converted === 0 || others === 0) return null;
  return (rankSum - (converted * (converted + 1)) / 2) / (converted * others);
}

export interface Calibration {
  /** The mean square of (probability − what happened): 0 is perfect. Brier, Monthly Weather Review 1950. */
  brier: number;
  /** That of telling everybody the overall share: what a useful forecast is below. */
  brierOfShare: number;
  /** Leads by rising probability, in up to ten parts of equal size: what was foretold, and what happened. */
  bins: { leads: number; predicted: number; observed: number }[];
}

const BINS = 10;

/** @param forecasts whose scores are probabilities */
export function calibrationOf(forecasts: readonly Forecast[]): Calibration {
  const sorted = [...forecasts].sort((a, b) => a.score - b.score);
  const share = mean(sorted.map(outcome));
  const bins = Array.from({ length: BINS }, (_, bin) =>
    sorted.slice(Math.round((bin * sorted.length) / BINS), Math.round(((bin + 1) * sorted.length) / BINS)),
  );
  return {
    brier: mean(sorted.map((each) => (each.score - outcome(each)) ** 2)),
    brierOfShare: share * (1 - share),
    bins: bins
      .filter((bin) => bin.length > 0)
      .map((bin) => ({
        leads: bin.length,
        predicted: mean(bin.map(({ score }) => score)),
        observed: mean(bin.map(outcome)),
      })),
  };
}

const outcome = ({ converted }: Forecast): number => (converted ? 1 : 0);

/** 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
