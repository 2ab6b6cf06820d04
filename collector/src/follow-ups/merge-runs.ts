/** What becomes of the runs of two leads that turn out to be one person. Pure. */
import type { CompiledSite } from '../site/compile.ts';
import { type Enrollment, mayEnterAgain } from './plan.ts';

/**
 * The active runs that would not have been started, had the two been one lead: the person gets what a sequence sends
 * once. Of two that are under way the one that is further goes on, so that no step is sent again.
 *
 * @param into the latest runs of the lead that stays, one for each sequence; of two that are even, its own goes on
 * @returns ids of the runs to end
 */
export function runsToEnd(
  into: readonly Enrollment[],
  from: readonly Enrollment[],
  site: CompiledSite,
): number[] {
  return into.flatMap((mine) => {
    const theirs = from.find(({ sequenceId }) => sequenceId === mine.sequenceId);
    if (!theirs) return [];
    if (mine.status === 'active' && theirs.status === 'active') {
      return [isFurther(theirs, mine) ? mine.id : theirs.id];
    }
    const sequence = site.sequences.find(({ id }) => id === mine.sequenceId);
    const [active, over] = mine.status === 'active' ? [mine, theirs] : [theirs, mine];
    const isNeedless = active.status === 'active' && over.status === 'completed' && sequence;
    return isNeedless && !mayEnterAgain(sequence, over, active.anchorAt) ? [active.id] : [];
  });
}

const isFurther = (one: Enrollment, other: Enrollment): boolean =>
  one.step === other.step ? one.anchorAt < other.anchorAt : one.step > other.step;
