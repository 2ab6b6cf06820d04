/**
 * One lead's history under one version of the rules, cut where it converted: what was known before, and what came of
 * it. "Before" is meant in both ways: it had arrived, and had happened, before the conversion. Pure.
 */
import { holds } from '@handrail/sdk/condition';
import { factsOf } from '../leads/facts.ts';
import { fold } from '../leads/fold.ts';
import { coolsAt, decayed, heatOf } from '../leads/heat.ts';
import type { ScoreEntry } from '../leads/scoring.ts';
import { type LeadState, newLead } from '../leads/state.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import type { CompiledSite } from '../site/compile.ts';

export interface LeadHistory {
  id: string;
  /** As they are known now. */
  userId: string | null;
  email: string | null;
  identifiedAt: number | null;
  /** In the order of arrival. */
  touchpoints: readonly { touchpoint: Touchpoint; isNewSession: boolean }[];
}

export interface Conversion {
  at: number;
  /** Of the touchpoint that brought it about. */
  index: number;
}

/** What was known before the conversion; of all that there is, for a lead that has not converted. */
export interface Known {
  /** When the last touchpoint before happened: the time at which the lead is judged. */
  at: number;
  /** As of then. */
  score: number;
  /** How often each rule had scored by then, each time with what decay had left of it. */
  counts: ReadonlyMap<string, number>;
  firstHotAt: number | null;
  /** The last time at which it was hot, reckoning with no further touchpoint. */
  hotUntil: number | null;
}

export interface Observation {
  /** After everything. */
  state: LeadState;
  /** Rules that have scored at all. */
  fired: ReadonlySet<string>;
  conversion: Conversion | null;
  /** `null`: the lead's first touchpoint was its conversion, which nothing could have foretold. */
  known: Known | null;
}

/** @param given the conversion by another version's rules. [given=the first by this version's `scoring.conversion`] */
export function observe(
  { touchpoints }: LeadHistory,
  site: CompiledSite,
  given?: Conversion | null,
): Observation {
  let state = newLead(site.site.stages[0]?.id ?? '');
  let conversion = given ?? null;
  const fired = new Set<string>();
  const past = pastUnder(site);
  for (const [index, { touchpoint, isNewSession }] of touchpoints.entries()) {
    const folded = fold(state, touchpoint, isNewSession, site);
    state = folded.lead;
    for (const { ruleId } of folded.entries) fired.add(ruleId);
    if (given === undefined && !conversion && converts(state, touchpoint, folded.temperature.after, site)) {
      conversion = { at: touchpoint.at, index };
    }
    // What a bot did says nothing of a person, and would only move the time at which the lead is judged.
    const isBefore = !conversion || index < conversion.index;
    if (isBefore && touchpoint.bot === null) past.add(touchpoint, state, folded.entries);
  }
  return { state, fired, conversion, known: past.before(conversion?.at ?? Number.POSITIVE_INFINITY) };
}

function converts(
  lead: LeadState,
  touchpoint: Touchpoint,
  temperature: ReturnType<typeof fold>['temperature']['after'],
  site: CompiledSite,
): boolean {
  if (touchpoint.bot !== null) return false;
  const facts = factsOf({ lead, touchpoint, temperature, now: touchpoint.at }, site);
  return holds(site.site.scoring.conversion, facts);
}

function pastUnder({ site, halfLifeMs }: CompiledSite) {
  const { hot } = site.scoring.thresholds;
  const steps: { at: number; entries: ScoreEntry[]; hot: { from: number; until: number } | null }[] = [];
  return {
    add({ at }: Touchpoint, { score, scoredAt }: LeadState, entries: ScoreEntry[]): void {
      const until = coolsAt(heatOf(score, scoredAt, halfLifeMs), hot, scoredAt, halfLifeMs) ?? scoredAt;
      steps.push({ at, entries, hot: score >= hot ? { from: scoredAt, until } : null });
    },
    before(end: number): Known | null {
      const kept = steps.filter((step) => step.at < end);
      if (kept.length === 0) return null;
      const at = kept.reduce((latest, step) => Math.max(latest, step.at), 0);
      const counts = new Map<string, number>();
      let score = 0;
      let firstHotAt: number | null = null;
      let hotUntil: number | null = null;
      for (const { entries, hot: hotTime } of kept) {
        for (const entry of entries) {
          const left = decayed(1, at - entry.at, halfLifeMs);
          counts.set(entry.ruleId, (counts.get(entry.ruleId) ?? 0) + left);
          score += entry.points * left;
        }
        if (!hotTime) continue;
        firstHotAt = Math.min(firstHotAt ?? hotTime.from, hotTime.from);
        hotUntil = Math.max(hotUntil ?? hotTime.until, hotTime.until);
      }
      return { at, score, counts, firstHotAt, hotUntil };
    },
  };
}
