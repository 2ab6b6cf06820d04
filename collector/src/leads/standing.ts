/**
 * What a lead's flags, segments and fit are at a given time. They stand while their conditions hold, and a condition
 * with a window, or on the temperature, changes as time passes with no touchpoint at all. So they are told from the
 * state and the time, the same way wherever somebody asks; what a list has written down of them is renewed at
 * `nextChangeAt`. Pure.
 */
import { holds } from '@handrail/sdk/condition';
import type { CompiledSite } from '../site/compile.ts';
import { factsOf, type Moment } from './facts.ts';
import { coolsAt, decayed, heatOf } from './heat.ts';
import { reasonOf } from './stages.ts';
import type { StandingCondition, TimedLeaves } from './standing-condition.ts';
import { type LeadState, temperatureOf } from './state.ts';
import type { Touchpoint } from './touchpoint.ts';

/** The lead at a time at which nothing happens. */
export function momentOf(lead: LeadState, now: number, site: CompiledSite): Moment {
  const score = decayed(lead.score, now - lead.scoredAt, site.halfLifeMs);
  return { lead, touchpoint: null, temperature: temperatureOf(score, site.site.scoring.thresholds), now };
}

const stands = ({ when }: StandingCondition, lead: LeadState, now: number, site: CompiledSite): boolean =>
  holds(when, factsOf(momentOf(lead, now, site), site));

/** The flags that are up, each with the reason why. */
export function flagsOf(lead: LeadState, site: CompiledSite, now: number): LeadState['flags'] {
  if (site.timedFlags.length === 0) return lead.flags;
  const flags = { ...lead.flags };
  for (const flag of site.timedFlags) {
    const since = stands(flag, lead, now, site) ? sinceWhen(flag, lead, now, site) : null;
    if (since === null) delete flags[flag.id];
    else if (since > lead.scoredAt || !flags[flag.id]) {
      flags[flag.id] = { at: since, messageId: null, touchpoint: null };
    }
  }
  return flags;
}

/** The flags after a touchpoint; it is the reason of those that it has raised. */
export function nextFlags(
  before: LeadState,
  lead: LeadState,
  concerned: readonly StandingCondition[],
  touchpoint: Touchpoint,
  site: CompiledSite,
): LeadState['flags'] {
  let flags = flagsOf(before, site, lead.scoredAt);
  if (concerned.length === 0) return flags;
  const facts = factsOf(momentOf(lead, lead.scoredAt, site), site);
  for (const { id, when } of concerned) {
    const isUp = holds(when, facts);
    if (isUp === id in flags) continue;
    const { [id]: _, ...others } = flags;
    flags = isUp ? { ...others, [id]: reasonOf(touchpoint) } : others;
  }
  return flags;
}

/** In the order of the site. */
export function segmentsOf(lead: LeadState, site: CompiledSite, now: number): string[] {
  if (site.segments.length === 0) return [];
  const facts = factsOf(momentOf(lead, now, site), site);
  return site.segments.filter(({ when }) => holds(when, facts)).map(({ id }) => id);
}

/** When a flag, a segment or the fit may be another one, if no touchpoint comes; `null`: never. */
export function nextChangeAt(lead: LeadState, site: CompiledSite, now: number): number | null {
  const later = changesOf(site.timedLeaves, lead, site).filter((at) => at > now);
  return later.length === 0 ? null : Math.min(...later);
}

/** From when on it has stood without a break, as far back as the lead's latest touchpoint. */
function sinceWhen(flag: StandingCondition, lead: LeadState, now: number, site: CompiledSite): number {
  const changes = changesOf(flag.timed, lead, site)
    .filter((at) => at > lead.scoredAt && at <= now)
    .sort((a, b) => b - a);
  let since = now;
  for (const at of [...changes, lead.scoredAt]) {
    if (!stands(flag, lead, at, site)) return since;
    since = at;
  }
  return since;
}

/** Every time at which one of the leaves changes if no touchpoint comes; may lie in the past. */
function changesOf({ tests, temperature }: TimedLeaves, lead: LeadState, site: CompiledSite): number[] {
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
