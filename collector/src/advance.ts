/** One touchpoint's way through a lead: folded into its state, then planned into its follow-ups. Pure. */
import { MAX_LATENESS_MS } from './follow-ups/guards.ts';
import { type Enrollment, type FollowUps, plan } from './follow-ups/plan.ts';
import type { Moment } from './leads/facts.ts';
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
  /** What a merge that no message told of means for the follow-ups of the lead that stays. */
  afterMerge(before: LeadState, after: LeadState, enrollments: readonly Enrollment[], now: number): FollowUps;
}

export function advanceUnder(site: CompiledSite): Advance {
  /** @param asOf when the temperature is felt */
  function momentOf(lead: LeadState, touchpoint: Touchpoint | null, now: number, asOf: number): Moment {
    const score = decayed(lead.score, Math.max(0, asOf - lead.scoredAt), site.halfLifeMs);
    return { lead, touchpoint, now, temperature: temperatureOf(score, site.site.scoring.thresholds) };
  }

  const advance = ({ touchpoint, isNewSession, lead, known, enrollments }: Step) => {
    const start = lead ?? newLead(site.site.stages[0]?.id ?? '');
    const folded = fold(start, touchpoint, isNewSession, site);
    const before = known ?? start;
    const { at, receivedAt } = touchpoint;
    const now = Math.max(at, before.scoredAt);
    // Who was hot a year ago, as an import tells, is not to be called today.
    const asOf = receivedAt - at > MAX_LATENESS_MS ? receivedAt : now;
    const followUps = plan(
      momentOf(before, null, now, asOf),
      momentOf(folded.lead, touchpoint, now, asOf),
      touchpoint,
      enrollments,
      site,
      receivedAt,
    );
    return { folded, followUps };
  };
  const afterMerge: Advance['afterMerge'] = (before, after, enrollments, now) =>
    plan(
      momentOf(before, null, now, now),
      momentOf(after, null, now, now),
      mergeTouchpoint(now),
      enrollments,
      site,
      now,
    );
  return Object.assign(advance, { site, afterMerge });
}

/** Stands for the owner's word; it is not stored, and no condition is about it. */
const mergeTouchpoint = (now: number): Touchpoint => ({
  messageId: '',
  type: 'alias',
  name: 'alias',
  originalName: null,
  at: now,
  receivedAt: now,
  trust: 'server',
  bot: null,
  sessionId: null,
  page: null,
  source: null,
  properties: {},
  groupId: null,
  timezone: null,
  device: null,
  consent: null,
});
