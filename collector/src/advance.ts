/** One touchpoint's way through a lead: folded into its state, then planned into its follow-ups. Pure. */
import { type Enrollment, type FollowUps, plan } from './follow-ups/plan.ts';
import { type Folded, fold } from './leads/fold.ts';
import { decayed } from './leads/heat.ts';
import { type LeadState, newLead, temperatureOf } from './leads/state.ts';
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
  (step: Step): { folded: Folded; followUps: FollowUps };
}

export function advanceUnder(site: CompiledSite): Advance {
  const advance = ({ touchpoint, isNewSession, lead, known, enrollments }: Step) => {
    const start = lead ?? newLead(site.site.stages[0]?.id ?? '');
    const folded = fold(start, touchpoint, isNewSession, site);
    const before = known ?? start;
    const now = Math.max(touchpoint.at, before.scoredAt);
    const score = decayed(before.score, now - before.scoredAt, site.halfLifeMs);
    const followUps = plan(
      {
        lead: before,
        touchpoint: null,
        now,
        temperature: temperatureOf(score, site.site.scoring.thresholds),
      },
      { lead: folded.lead, touchpoint, now, temperature: folded.temperature.after },
      touchpoint,
      enrollments,
      site,
      touchpoint.receivedAt,
    );
    return { folded, followUps };
  };
  return Object.assign(advance, { site });
}
