/** Which points a touchpoint earns, and what that makes of the score. Formula: heat.ts. */
import { type Facts, holds } from '@handrail/sdk/condition';
import type { CompiledGroup, CompiledRule, CompiledSite } from '../site/compile.ts';
import type { Site } from '../site/schema.ts';
import { isAbout } from './facts.ts';
import { decayed } from './heat.ts';
import { remember } from './memory.ts';
import { isOwnNote, POINTS_GIVEN, stepOf } from './own-notes.ts';
import type { GroupMemory, LeadState } from './state.ts';
import type { Touchpoint } from './touchpoint.ts';

/** One contribution to a score. The decayed sum of a lead's entries is its score. */
export interface ScoreEntry {
  /** The rule's; `sequence:<id>` where the step of a sequence gave the points. */
  ruleId: string;
  /** As given. */
  points: number;
  at: number;
  /** The group whose cap let no more in, and what the rule gives otherwise. */
  capped: { groupId: string; rulePoints: number } | null;
}

/** Either way, of a note that a server may have sent by itself. */
const MAX_POINTS = 1_000;
/** What is left of a cap as it decays would else be given in crumbs, one with each touchpoint. */
const LEAST_GRANT = 0.01;
/** A group with a period remembers so many contributions, and gives no more of them within it. */
const MAX_GROUP_MEMORY = 100;

/**
 * Adds to `lead`, a fold's own copy, what the touchpoint earns by these rules. Late touchpoints count with what is left
 * of their points.
 */
export function earn(
  lead: LeadState,
  rules: readonly CompiledRule[],
  touchpoint: Touchpoint,
  facts: Facts,
  site: CompiledSite,
): ScoreEntry[] {
  const { at } = touchpoint;
  const earning = rules.filter(
    (rule) =>
      (rule.matches
        ? rule.matches(touchpoint)
        : isAbout(rule.when, touchpoint, site) && holds(rule.when, facts)) && !isUsedUp(rule, lead, at),
  );
  const entries = givenBy(touchpoint);
  for (const { points } of entries) lead.score += decayed(points, lead.scoredAt - at, site.halfLifeMs);
  for (const { id, points: rulePoints, limit, group } of earning) {
    const points = group ? granted(rulePoints, group, lead, at, site.halfLifeMs) : rulePoints;
    if (points === 0) continue;
    lead.score += decayed(points, lead.scoredAt - at, site.halfLifeMs);
    if (limit) lead.scored = { ...lead.scored, [id]: remember(lead.scored[id], at, limit.times) };
    const capped = group && points < rulePoints ? { groupId: group.id, rulePoints } : null;
    entries.push({ ruleId: id, points, at, capped });
  }
  return entries;
}

/** What the step of a sequence gives, beside the rules. */
function givenBy(touchpoint: Touchpoint): ScoreEntry[] {
  if (touchpoint.name !== POINTS_GIVEN || !isOwnNote(touchpoint)) return [];
  const { points } = touchpoint.properties;
  const step = stepOf(touchpoint);
  if (typeof points !== 'number' || points === 0 || Math.abs(points) > MAX_POINTS || !step) return [];
  return [{ ruleId: `sequence:${step.sequenceId}`, points, at: touchpoint.at, capped: null }];
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

/** As many of the points as the group's cap has room for, which is written down. Points below 0 always find room. */
function granted(
  points: number,
  group: CompiledGroup,
  lead: LeadState,
  at: number,
  halfLifeMs: number,
): number {
  const memory = lead.groups[group.id] ?? [];
  const { given, next } =
    group.perMs === null
      ? grantOfStanding(points, group.cap, memory, at, halfLifeMs)
      : grantOfPeriod(points, group.cap, group.perMs, memory, at);
  if (given !== 0) lead.groups = { ...lead.groups, [group.id]: next };
  return given;
}

interface Grant {
  given: number;
  next: GroupMemory;
}

/** The cap holds for what is left of the group's points, so that there is room again as they decay. */
function grantOfStanding(
  points: number,
  cap: number,
  memory: GroupMemory,
  at: number,
  halfLifeMs: number,
): Grant {
  const [knownAt, known] = memory[0] ?? [at, 0];
  const now = Math.max(knownAt, at);
  const standing = decayed(known, now - knownAt, halfLifeMs);
  const wanted = decayed(points, now - at, halfLifeMs);
  const room = cap - standing;
  if (wanted > 0 && room < LEAST_GRANT) return { given: 0, next: memory };
  const left = Math.min(wanted, room);
  const given = left === wanted ? points : points * (left / wanted);
  return { given, next: [[now, standing + left]] };
}

/** The cap holds for what was given in any such period. Whatever is older than all that is remembered gets nothing. */
function grantOfPeriod(points: number, cap: number, perMs: number, memory: GroupMemory, at: number): Grant {
  const nothing = { given: 0, next: memory };
  const within = memory.filter(([each]) => Math.abs(at - each) < perMs);
  const oldest = memory[MAX_GROUP_MEMORY - 1]?.[0];
  if (within.length >= MAX_GROUP_MEMORY || (oldest !== undefined && at <= oldest)) return nothing;
  const room = cap - within.reduce((sum, [, each]) => sum + each, 0);
  if (points > 0 && room < LEAST_GRANT) return nothing;
  const given = Math.min(points, room);
  const place = memory.findIndex(([each]) => each < at);
  const next = memory.toSpliced(place < 0 ? memory.length : place, 0, [at, given]);
  return { given, next: next.slice(0, MAX_GROUP_MEMORY) };
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
