/** What a condition hangs on: which touchpoints can change it, and what of it changes by the passing of time. */
import type { Condition, TouchpointCondition } from '@handrail/sdk/protocol';
import type { TouchpointTest } from '../site/compile.ts';

/** A named condition that is asked about again and again. */
export interface StandingCondition {
  id: string;
  when: Condition;
  /** Names of the touchpoints that can change it; `null`: any can. */
  concerns: ReadonlySet<string> | null;
  timed: TimedLeaves;
}

/** The parts of conditions that change as time passes. */
export interface TimedLeaves {
  /** Those with a window. */
  tests: readonly TouchpointTest[];
  temperature: boolean;
}

export const isTimed = ({ tests, temperature }: TimedLeaves): boolean => tests.length > 0 || temperature;

export function concernsOf(condition: Condition): ReadonlySet<string> | null {
  if ('touchpoint' in condition) return new Set([condition.touchpoint]);
  if ('answer' in condition) return new Set(['prompt_answered']);
  if ('trait' in condition) return new Set(['identify']);
  if ('not' in condition) return concernsOf(condition.not);
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : null;
  return parts && unionOf(parts.map(concernsOf));
}

/** @param sets `null` stands for all names */
export function unionOf(sets: readonly (ReadonlySet<string> | null)[]): ReadonlySet<string> | null {
  const names = new Set<string>();
  for (const set of sets) {
    if (set === null) return null;
    for (const name of set) names.add(name);
  }
  return names;
}

/** @param conditionOf of a flag or a segment; none of them leads back to itself */
export function timedLeavesIn(
  condition: Condition,
  testOf: (leaf: TouchpointCondition) => TouchpointTest,
  conditionOf: (reference: { flag: string } | { segment: string }) => Condition | undefined,
): TimedLeaves {
  const leaves = (part: Condition): TimedLeaves => timedLeavesIn(part, testOf, conditionOf);
  if ('touchpoint' in condition) {
    const test = testOf(condition);
    return { tests: Number.isFinite(test.withinMs) ? [test] : [], temperature: false };
  }
  if ('not' in condition) return leaves(condition.not);
  if ('all' in condition) return together(condition.all.map(leaves));
  if ('any' in condition) return together(condition.any.map(leaves));
  if ('flag' in condition || 'segment' in condition) {
    const meant = conditionOf(condition);
    return meant ? leaves(meant) : together([]);
  }
  return { tests: [], temperature: 'temperature' in condition };
}

export function together(leaves: readonly TimedLeaves[]): TimedLeaves {
  return {
    tests: leaves.flatMap(({ tests }) => tests),
    temperature: leaves.some(({ temperature }) => temperature),
  };
}
