import type { DropReason, Drops } from './protocol.ts';

export type CountDrop = (reason: DropReason, count?: number) => void;

/** Nothing is lost in silence: each drop is counted here, shown by `explain()`, and told to the collector once. */
export interface DropCounter {
  count: CountDrop;
  /** Since the page loaded. */
  total: Readonly<Drops>;
  /** What the collector has not been told, which the caller now tells. */
  takeUntold(): Drops;
  /** It could not be told. */
  putBack(drops: Drops): void;
}

export function createDropCounter(): DropCounter {
  const total: Drops = {};
  let untold: Drops = {};
  return {
    total,
    count(reason, count = 1) {
      add(total, reason, count);
      add(untold, reason, count);
    },
    takeUntold() {
      const taken = untold;
      untold = {};
      return taken;
    },
    putBack(drops) {
      for (const [reason, count = 0] of Object.entries(drops)) add(untold, reason as DropReason, count);
    },
  };
}

function add(drops: Drops, reason: DropReason, count: number) {
  if (count > 0) drops[reason] = (drops[reason] ?? 0) + count;
}
