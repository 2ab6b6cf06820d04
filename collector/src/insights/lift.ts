/** What showing a prompt brings about, by those to whom it was deliberately not shown. */
import { type Interval, NEWCOMBE, newcombe, type Rate, rateOf } from './shares.ts';

/** People, each counted once, from the first time that the prompt was shown or held back. */
export interface Arm {
  people: number;
  /** Those of them who reached the goal in its time. */
  reached: number;
}

export interface Lift {
  shown: Arm & { rate: Rate | null };
  heldOut: Arm & { rate: Rate | null };
  /** Shown less held out, in percentage points; `null` where there are too few of either. */
  difference: (Interval & { value: number; method: string }) | null;
  /** How many people it takes in each arm; `null`: there are enough. */
  needs: number | null;
  /** Whether the arms are of the sizes that they should be: if not, something is wrong, and the lift not to be trusted. */
  sampleRatio: { expectedHoldout: number; holdout: number | null; isPlausible: boolean; method: string };
}

/** With fewer, even the interval of a difference of nothing is ±14 points wide. */
export const MIN_PEOPLE = 100;
/** The 99.9 % quantile of chi-square with one degree of freedom. */
const CHI_SQUARE_999 = 10.828;

/** @param holdout the share that is to be held out, 0 to 1 */
export function liftOf(shown: Arm, heldOut: Arm, holdout: number): Lift {
  const isEnough = shown.people >= MIN_PEOPLE && heldOut.people >= MIN_PEOPLE;
  const asShare = ({ people, reached }: Arm) => ({ count: reached, of: people });
  const { low, high } = newcombe(asShare(shown), asShare(heldOut));
  const value = shown.reached / shown.people - heldOut.reached / heldOut.people;
  return {
    shown: { ...shown, rate: rateOf(asShare(shown)) },
    heldOut: { ...heldOut, rate: rateOf(asShare(heldOut)) },
    difference: isEnough ? { value: 100 * value, low: 100 * low, high: 100 * high, method: NEWCOMBE } : null,
    needs: isEnough ? null : MIN_PEOPLE,
    sampleRatio: sampleRatio(shown.people, heldOut.people, holdout),
  };
}

/**
 * A sample ratio mismatch, at p < 0.001 as is usual, so that chance alone hardly ever raises it:
 * A. Fabijan et al., KDD 2019, 2156–2164. Pearson's chi-square of the two counts.
 */
function sampleRatio(shown: number, heldOut: number, holdout: number): Lift['sampleRatio'] {
  const all = shown + heldOut;
  const expected = [all * (1 - holdout), all * holdout] as const;
  const chiSquare = (shown - expected[0]) ** 2 / expected[0] + (heldOut - expected[1]) ** 2 / expected[1];
  return {
    expectedHoldout: holdout,
    holdout: all === 0 ? null : heldOut / all,
    isPlausible: all === 0 || chiSquare <= CHI_SQUARE_999,
    method: 'chi-square, p < 0.001',
  };
}
