import { add, type CountDrop, type DropCounter } from './drops.ts';
import type { DropReason, Drops } from './protocol.ts';

/** What the collector is told of the drops, each of which it must hear of once. */
export interface DropReport {
  count: CountDrop;
  /** What the collector has not been told, which the caller now tells. */
  takeUntold(): Drops;
  /** It could not be told. */
  putBack(drops: Drops): void;
}

export function createDropReport(drops: DropCounter): DropReport {
  const { count, total } = drops;
  // Another report may have told some, before consent was withdrawn and given again.
  drops.told ??= {};
  const { told } = drops;
  const addAll = (each: Drops, sign: 1 | -1) => {
    for (const [reason, count] of Object.entries(each)) add(told, reason as DropReason, sign * count);
  };
  return {
    count,
    takeUntold() {
      const untold: Drops = {};
      for (const [reason, count] of Object.entries(total) as [DropReason, number][])
        add(untold, reason, count - (told[reason] ?? 0));
      addAll(untold, 1);
      return untold;
    },
    putBack: (untold) => addAll(untold, -1),
  };
}
