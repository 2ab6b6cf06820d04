/**
 * Most rules on one touchpoint ask about one field of it, as all that watch paths do at a page view. Which of them one
 * of its values meets is found out once, and remembered: a site has many rules, and few paths that are often seen.
 */
import type { CompiledRule } from '../site/compile.ts';
import { readerOf } from './matcher.ts';
import type { Touchpoint } from './touchpoint.ts';

/** Values can be anything, and any number of them: then it is begun anew. */
const MAX_REMEMBERED = 1_000;

/** Tells of the rules, in their order, those that may score a touchpoint; the rest of a rule is still to be asked. */
export type RuleIndex = (touchpoint: Touchpoint) => readonly CompiledRule[];

export function ruleIndex(rules: readonly CompiledRule[]): RuleIndex {
  const field = mostAsked(rules.map(soleField));
  if (field === null) return () => rules;
  const read = readerOf(field);
  const remembered = new Map<string, readonly CompiledRule[]>();
  return (touchpoint) => {
    const value = read(touchpoint);
    // Texts are matched, and numbers as texts; whatever else there is meets none.
    const key = typeof value === 'string' || typeof value === 'number' ? `is ${value}` : 'none';
    const known = remembered.get(key);
    if (known) return known;
    const met = rules.filter((rule) => soleField(rule) !== field || rule.matches?.(touchpoint));
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, met);
    return met;
  };
}

/** The one field whose text decides the rule. */
function soleField({ when, matches }: CompiledRule): string | null {
  if (!matches || !('touchpoint' in when)) return null;
  const [test, ...others] = Object.entries(when.where ?? {});
  return test && others.length === 0 && typeof test[1] === 'string' ? test[0] : null;
}

function mostAsked(fields: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const field of fields) if (field !== null) counts.set(field, (counts.get(field) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? null;
}
