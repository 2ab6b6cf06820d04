/** When the parts of conditions that hang on the time change, if no touchpoint comes. Pure. */
import type { CompiledSite } from '../site/compile.ts';
import { coolsAt, heatOf } from './heat.ts';
import type { TimedLeaves } from './standing-condition.ts';
import type { LeadState } from './state.ts';

/** Every time at which one of the leaves changes if no touchpoint comes; may lie in the past. */
export function changesOf(
  { tests, temperature }: TimedLeaves,
  lead: LeadState,
  site: CompiledSite,
): number[] {
  const changes: number[] = [];
  for (const { memoryKey, count, withinMs } of tests) {
    const oldest = lead.memory[memoryKey]?.[count - 1];
    // Both ends of a window belong to it: what is one millisecond older is out.
    if (oldest !== undefined) changes.push(Math.floor(oldest + withinMs) + 1);
  }
  if (temperature) {
    const heat = heatOf(lead.score, lead.scoredAt, site.halfLifeMs);
    const { warm, hot } = site.site.scoring.thresholds;
    for (const threshold of [warm, hot]) {
      const at = coolsAt(heat, threshold, lead.scoredAt, site.halfLifeMs);
      if (at !== null) changes.push(at);
    }
  }
  return changes;
}
