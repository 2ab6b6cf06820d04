/**
 * The heart: a lead is a fold over its touchpoints, in the order in which they were acknowledged. Pure, so that
 * history can be replayed under other rules and every decision explained.
 */
import type { Facts } from '@handrail/sdk/condition';
import type { Temperature } from '@handrail/sdk/protocol';
import type { CompiledSite } from '../site/compile.ts';
import { factsOf, type Moment } from './facts.ts';
import { nextFlags, notesAt } from './flags.ts';
import { decayed } from './heat.ts';
import { observe } from './observe.ts';
import { earn, type ScoreEntry } from './scoring.ts';
import { nextStage, reasonOf, type StageMove } from './stages.ts';
import { type LeadState, newLead, temperatureOf } from './state.ts';
import { nextTags } from './tags.ts';
import type { Touchpoint } from './touchpoint.ts';

export interface Folded {
  lead: LeadState;
  entries: ScoreEntry[];
  stageMove: StageMove | null;
  /** Just before the touchpoint's own points (with the decay up to then), and after. */
  temperature: { before: Temperature; after: Temperature };
}

export function fold(
  before: LeadState,
  touchpoint: Touchpoint,
  isNewSession: boolean,
  site: CompiledSite,
): Folded {
  const { thresholds } = site.site.scoring;
  const lead = observe(before, touchpoint, isNewSession, site);
  lead.score = decayed(before.score, lead.scoredAt - before.scoredAt, site.halfLifeMs);
  const cooled = temperatureOf(lead.score, thresholds);
  if (touchpoint.bot !== null) {
    lead.flags = nextFlags(before, lead, [], touchpoint, site);
    return { lead, entries: [], stageMove: null, temperature: { before: cooled, after: cooled } };
  }

  const moment: Moment = { lead, touchpoint, temperature: cooled, now: touchpoint.at };
  const facts = factsOf(moment, site);
  const { rules, stages, tags, flags } = site.about(touchpoint.name);
  const entries = earn(lead, rules(touchpoint), touchpoint, facts, site);
  moment.temperature = temperatureOf(lead.score, thresholds);

  const earlier = (): Facts =>
    factsOf({ lead: before, touchpoint: null, temperature: cooled, now: touchpoint.at }, site);
  const next = stages.length === 0 ? null : nextStage(lead, stages, touchpoint, facts, earlier, site);
  const stageMove = next && { from: lead.stage, to: next.stage, at: touchpoint.at };
  if (next) Object.assign(lead, next, { stageReason: reasonOf(touchpoint) });

  if (tags.length > 0) lead.tags = nextTags(lead, tags, touchpoint, facts);
  if (site.flags.length > 0) {
    lead.flagNotes = notesAt(lead, lead.scoredAt, site);
    lead.flags = nextFlags(before, lead, flags, touchpoint, site);
  }
  return { lead, entries, stageMove, temperature: { before: cooled, after: moment.temperature } };
}

/** Replays a history. What it would trigger is not returned: a replay triggers nothing. */
export function foldAll(
  history: Iterable<{ touchpoint: Touchpoint; isNewSession: boolean }>,
  site: CompiledSite,
  onFolded: (folded: Folded, touchpoint: Touchpoint) => void,
  from: LeadState = newLead(site.site.stages[0]?.id ?? ''),
): LeadState {
  let lead = from;
  for (const { touchpoint, isNewSession } of history) {
    const folded = fold(lead, touchpoint, isNewSession, site);
    onFolded(folded, touchpoint);
    lead = folded.lead;
  }
  return lead;
}
