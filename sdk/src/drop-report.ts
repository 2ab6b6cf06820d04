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

export function createDropReport({ count, total, told }: DropCounter): DropReport {
  const addAll = (drops: Drops, sign: 1 | -1) => {
    for (const [reason, count] of Object.entries(drops)) add(told, reason as DropReason, sign * count);
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
    putBack: (drops) => addAll(drops, -1),
  };
}
