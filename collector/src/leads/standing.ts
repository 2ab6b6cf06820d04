/**
 * What a lead's segments are at a given time, and when they, its flags (flags.ts) or its fit may be others. They stand
 * while their conditions hold, and a condition with a window, or on the temperature, changes as time passes with no
 * touchpoint at all. So they are told from the state and the time, the same way wherever somebody asks; what a list has
 * written down of them is renewed at `nextChangeAt`. Pure.
 */
import { holds } from '@handrail/sdk/condition';
import type { CompiledSite } from '../site/compile.ts';
import { nextDateAt } from './dates.ts';
import { factsOf, momentOf } from './facts.ts';
import type { LeadState } from './state.ts';
import { changesOf } from './timed-changes.ts';

/** In the order of the site. */
export function segmentsOf(lead: LeadState, site: CompiledSite, now: number): string[] {
  if (site.segments.length === 0) return [];
  const facts = factsOf(momentOf(lead, now, site), site);
  return site.segments.filter(({ when }) => holds(when, facts)).map(({ id }) => id);
}

/** When a flag, a segment or the fit may be another one, or a date comes, if no touchpoint does; `null`: never. */
export function nextChangeAt(lead: LeadState, site: CompiledSite, now: number): number | null {
  const dates = site.dates.map((date) => nextDateAt(date, lead, now, site)).filter((at) => at !== null);
  const later = changesOf(site.timedLeaves, lead, site)
    .filter((at) => at > now)
    .concat(dates);
  return later.length === 0 ? null : Math.min(...later);
}
