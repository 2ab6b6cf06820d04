/**
 * Which flags of a lead are up at a given time, and why.
 *
 * A flag is up while its condition holds. A note, of a step or a hand, outweighs the condition:
 *
 * - one that **sets** a flag keeps it up until a note clears it;
 * - one that **clears** a flag keeps it down while its condition goes on holding: once the condition has ceased to hold
 *   the note is spent, and the flag rises again when it holds anew.
 *
 * So a customer whom somebody has looked after is no longer at risk, and can be at risk again next year. Pure.
 */
import { holds } from '@handrail/sdk/condition';
import type { CompiledSite } from '../site/compile.ts';
import { factsOf, hasFallen, keptBy, momentOf } from './facts.ts';
import { FLAG_CLEARED, FLAG_SET, isOwnNote } from './own-notes.ts';
import { reasonOf } from './stages.ts';
import type { StandingCondition } from './standing-condition.ts';
import type { LeadState, Reason } from './state.ts';
import { changesOf } from './timed-changes.ts';
import type { Touchpoint } from './touchpoint.ts';

const stands = ({ when }: StandingCondition, lead: LeadState, now: number, site: CompiledSite): boolean =>
  holds(when, factsOf(momentOf(lead, now, site), site));

/** The flags that are up, each with the reason why. */
export function flagsOf(lead: LeadState, site: CompiledSite, now: number): LeadState['flags'] {
  if (site.timedFlags.length === 0) return lead.flags;
  const flags = { ...lead.flags };
  for (const flag of site.timedFlags) {
    const kept = keptBy(lead, flag.id);
    if (kept === 'up') continue;
    const since = stands(flag, lead, now, site) ? sinceWhen(flag, lead, now, site) : null;
    if (since === null || (kept === 'down' && !hasFallen(flag, lead, now, site))) delete flags[flag.id];
    else if (since > lead.scoredAt || !Object.hasOwn(flags, flag.id)) {
      flags[flag.id] = { at: since, messageId: null, touchpoint: null };
    }
  }
  return flags;
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

/** The flags after a touchpoint; it is the reason of those that it has raised. */
export function nextFlags(
  before: LeadState,
  lead: LeadState,
  concerned: readonly StandingCondition[],
  touchpoint: Touchpoint,
  site: CompiledSite,
): LeadState['flags'] {
  let flags = flagsOf(before, site, lead.scoredAt);
  const noted = flagNotedBy(touchpoint, site);
  if (concerned.length === 0 && !noted) return flags;
  const facts = factsOf(momentOf(lead, lead.scoredAt, site), site);
  for (const { id } of noted ? [noted, ...concerned] : concerned) {
    const known = Object.hasOwn(flags, id) ? flags[id] : undefined;
    const reason = facts.flag(id) ? (setBy(lead, id) ?? known ?? reasonOf(touchpoint)) : undefined;
    if (reason === known) continue;
    const { [id]: _, ...others } = flags;
    flags = reason ? { ...flags, [id]: reason } : others;
  }
  return flags;
}

const setBy = (lead: LeadState, flag: string): Reason | undefined =>
  keptBy(lead, flag) === 'up' ? lead.flagNotes[flag]?.reason : undefined;

/** The later of two notes on one flag counts, whichever came first. */
export function withFlagNote(
  known: LeadState['flagNotes'],
  touchpoint: Touchpoint,
  site: CompiledSite,
): LeadState['flagNotes'] {
  const flag = flagNotedBy(touchpoint, site);
  if (!flag) return known;
  const earlier = Object.hasOwn(known, flag.id) ? known[flag.id] : undefined;
  if (earlier && touchpoint.at < earlier.reason.at) return known;
  const keeps = touchpoint.name === FLAG_SET ? 'up' : 'down';
  return { ...known, [flag.id]: { keeps, reason: reasonOf(touchpoint) } };
}

/** Those that have cleared a flag whose condition has ceased to hold by now, be it for a while, are spent. */
export function notesAt(lead: LeadState, now: number, site: CompiledSite): LeadState['flagNotes'] {
  let notes = lead.flagNotes;
  for (const [id, note] of Object.entries(notes)) {
    const flag = note.keeps === 'down' ? site.flagById.get(id) : undefined;
    if (!flag || (stands(flag, lead, now, site) && !hasFallen(flag, lead, now, site))) continue;
    notes = { ...notes, [id]: { ...note, keeps: null } };
  }
  return notes;
}

/** A flag that the site does not have is not noted, so that a server's own script cannot grow a lead without end. */
function flagNotedBy(touchpoint: Touchpoint, site: CompiledSite): StandingCondition | undefined {
  const { flag } = touchpoint.properties;
  const isNote = isOwnNote(touchpoint) && (touchpoint.name === FLAG_SET || touchpoint.name === FLAG_CLEARED);
  return isNote && typeof flag === 'string' ? site.flagById.get(flag) : undefined;
}
