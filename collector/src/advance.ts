/** One touchpoint's way through a lead: folded into its state, planned into its follow-ups, told to the outside. Pure. */
import { eventsOf, type OutgoingEvent } from './follow-ups/events.ts';
import { MAX_LATENESS_MS } from './follow-ups/guards.ts';
import { type Enrollment, type FollowUps, plan } from './follow-ups/plan.ts';
import { momentOf } from './leads/facts.ts';
import { type Folded, fold } from './leads/fold.ts';
import { type LeadState, newLead } from './leads/state.ts';
import type { Touchpoint } from './leads/touchpoint.ts';
import type { CompiledSite } from './site/compile.ts';

export interface Step {
  touchpoint: Touchpoint;
  isNewSession: boolean;
  /** What the touchpoint is folded into; `null` for a new lead. */
  lead: LeadState | null;
  /** The lead as its follow-ups knew it: differs from `lead` where this touchpoint has merged two. [known=lead] */
  known?: LeadState;
  enrollments: readonly Enrollment[];
}

export interface Advance {
  site: CompiledSite;
  (step: Step): { folded: Folded; followUps: FollowUps; events: OutgoingEvent[] };
  /** What a merge that no message told of means for the follow-ups of the lead that stays. */
  afterMerge(before: LeadState, after: LeadState, enrollments: readonly Enrollment[], now: number): FollowUps;
  /** What the passing of time alone means for the lead's follow-ups: a sequence may start on a flag that it raises. */
  pass(lead: LeadState, from: number, to: number, enrollments: readonly Enrollment[]): FollowUps;
}

export function advanceUnder(site: CompiledSite): Advance {
  /** @param asOf when the temperature is felt */
  const advance = ({ touchpoint, isNewSession, lead, known, enrollments }: Step) => {
    const start = lead ?? newLead(site.site.stages[0]?.id ?? '');
    const folded = fold(start, touchpoint, isNewSession, site);
    const before = known ?? start;
    const { at, receivedAt } = touchpoint;
    const now = Math.max(at, before.scoredAt);
    // Who was hot a year ago, as an import tells, is not to be called today.
    const asOf = receivedAt - at > MAX_LATENESS_MS ? receivedAt : now;
    const moments = { before: momentOf(before, asOf, site), after: momentOf(folded.lead, asOf, site) };
    const followUps = plan(
      { ...moments.before, now },
      { ...moments.after, touchpoint, now },
      touchpoint,
      enrollments,
      site,
      receivedAt,
    );
    const temperature = { before: moments.before.temperature, after: moments.after.temperature };
    const events = eventsOf({ before, folded, temperature, touchpoint }, receivedAt);
    return { folded, followUps, events };
  };
  const afterMerge: Advance['afterMerge'] = (before, after, enrollments, now) =>
    plan(momentOf(before, now, site), momentOf(after, now, site), null, enrollments, site, now);
  const pass: Advance['pass'] = (lead, from, to, enrollments) =>
    plan(momentOf(lead, from, site), momentOf(lead, to, site), null, enrollments, site, to);
  return Object.assign(advance, { site, afterMerge, pass });
}
