/** Dates that a lead's traits hold, such as a renewal or a birthday, and when something is to begin by them. Pure. */

import type { CompiledSite } from '../site/compile.ts';
import { traitAt } from './facts.ts';
import { dateFrom, localTime } from './local-time.ts';
import type { LeadState } from './state.ts';

export interface DateStart {
  trait: string;
  /** Negative: before the date. */
  offsetMs: number;
  /** On each anniversary. */
  yearly: boolean;
}

/** The first time after `after` at which it begins, as far as the lead's trait is known now; `null`: never. */
export function nextDateAt(
  { trait, offsetMs, yearly }: DateStart,
  lead: LeadState,
  after: number,
  site: CompiledSite,
): number | null {
  const timezone = lead.timezone ?? site.site.timezone;
  const value = traitAt(lead, trait);
  const date = dateFrom(value, timezone);
  if (!date) return null;
  const at = date.toMillis() + offsetMs;
  if (at > after) return at;
  if (!yearly) return null;
  const thisYear = localTime(after - offsetMs, timezone).year;
  const next = [thisYear, thisYear + 1]
    .map((year) => date.set({ year }).toMillis() + offsetMs)
    .find((each) => each > after);
  return next ?? null;
}
