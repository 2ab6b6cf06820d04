import type { DropReason, Drops } from './protocol.ts';

export type CountDrop = (reason: DropReason, count?: number) => void;

/** Nothing is lost in silence: each drop is counted here, shown by `explain()`, and told to the collector once. */
export interface DropCounter {
  count: CountDrop;
  /** Since the page loaded. */
  total: Readonly<Drops>;
  /** What of these the collector knows, kept by the report to it (drop-report.ts). */
  told?: Drops;
}

export function createDropCounter(): DropCounter {
  const total: Drops = {};
  return { total, count: (reason, count = 1) => add(total, reason, count) };
}

export function add(drops: Drops, reason: DropReason, count: number): void {
  if (count !== 0) drops[reason] = (drops[reason] ?? 0) + count;
}
