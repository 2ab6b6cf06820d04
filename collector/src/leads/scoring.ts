/** Which points a touchpoint earns, and what that makes of the score. Formula: heat.ts. */
import { type Facts, holds } from '@handrail/sdk/condition';
import type { CompiledRule, CompiledSite } from '../site/compile.ts';
import type { Site } from '../site/schema.ts';
import { isAbout } from './facts.ts';
import { decayed } from './heat.ts';
import { remember } from './memory.ts';
import type { LeadState } from './state.ts';
import type { Touchpoint } from './touchpoint.ts';

/** One contribution to a score. The decayed sum of a lead's entries is its score. */
export interface ScoreEntry {
  ruleId: string;
  points: number;
  at: number;
}

/** The points that a touchpoint earns, each with the rule that gives it. */
export interface Earned {
  rule: CompiledRule;
  at: number;
}

export function earn(lead: LeadState, touchpoint: Touchpoint, facts: Facts, site: CompiledSite): Earned[] {
  const rules = site.rulesByTouchpoint.get(touchpoint.name) ?? [];
  return rules
    .filter((rule) => isAbout(rule.when, touchpoint, site) && (rule.isPlain || holds(rule.when, facts)))
    .filter((rule) => !isUsedUp(rule, lead, touchpoint.at))
    .map((rule) => ({ rule, at: touchpoint.at }));
}

/**
 * Once as many as the limit are remembered, whatever is older than all of them earns nothing: what lies behind
 * is forgotten, and back-dated touchpoints would otherwise pump the score past any limit.
 */
function isUsedUp({ id, limit }: CompiledRule, lead: LeadState, at: number): boolean {
  const scored = lead.scored[id];
  if (!limit || !scored) return false;
  const oldest = scored[limit.times - 1];
  if (oldest !== undefined && at <= oldest) return true;
  return scored.filter((each) => Math.abs(at - each) < limit.perMs).length >= limit.times;
}

/** Late touchpoints count with what is left of their points; the score's own time never goes back. */
export function addPoints(
  lead: LeadState,
  earned: readonly Earned[],
  now: number,
  site: CompiledSite,
): Pick<LeadState, 'score' | 'scoredAt' | 'scored'> {
  const scoredAt = Math.max(lead.scoredAt, now);
  let total = decayed(lead.score, scoredAt - lead.scoredAt, site.halfLifeMs);
  let scored = lead.scored;
  for (const { rule, at } of earned) {
    total += decayed(rule.points, scoredAt - at, site.halfLifeMs);
    if (rule.limit) scored = { ...scored, [rule.id]: remember(scored[rule.id], at, rule.limit.times) };
  }
  return { score: total, scoredAt, scored };
}

export type Fit = 'A' | 'B' | 'C' | 'D';

/** `null` where the site has no fit rules. Share of the attainable points: A from 75 %, B 50 %, C 25 %. */
export function fitOf(facts: Facts, { scoring: { fit } }: Site): Fit | null {
  if (fit.length === 0) return null;
  const attainable = fit.reduce((sum, { points }) => sum + Math.max(0, points), 0);
  const reached = fit.reduce((sum, { when, points }) => sum + (holds(when, facts) ? points : 0), 0);
  const share = attainable > 0 ? reached / attainable : 0;
  if (share >= 0.75) return 'A';
  if (share >= 0.5) return 'B';
  return share >= 0.25 ? 'C' : 'D';
}
