import type { Site } from '../site/schema.ts';

/** Less than any threshold notices, and enough for the fold to make an entry. */
const NEXT_TO_NOTHING = 1e-9;

/** The same site, but that a rule which gives no points leaves an entry too: how often it is met is to be known. */
export function countingEveryRule(site: Site): Site {
  const rules = site.scoring.rules.map((rule) => ({ ...rule, points: rule.points || NEXT_TO_NOTHING }));
  return { ...site, scoring: { ...site.scoring, rules } };
}

/** As well, without the caps of groups: a cut contribution would count for less than the others. */
export function countingEachTime(site: Site): Site {
  const counting = countingEveryRule(site);
  const rules = counting.scoring.rules.map(({ group: _, ...rule }) => rule);
  return { ...counting, scoring: { ...counting.scoring, rules, groups: [] } };
}
