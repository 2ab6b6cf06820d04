/** A lead as clients see it (DESIGN section 4). Pure. */
import type { Cart, ConsentState, JsonValue, Temperature } from '@handrail/sdk/protocol';
import type { CompiledSite } from '../site/compile.ts';
import { factsOf } from './facts.ts';
import { flagsOf } from './flags.ts';
import { coolsAt, scoreOf } from './heat.ts';
import { type Fit, fitOf } from './scoring.ts';
import { segmentsOf } from './standing.ts';
import { type LeadState, type Reason, type StepRef, temperatureOf } from './state.ts';
import type { Source, Trust } from './touchpoint.ts';

/** Why something is as it is; with no touchpoint, the passing of time has brought it about. */
export interface ReasonView {
  touchpoint: string | null;
  messageId: string | null;
  /** The step of a sequence that did it; `null` where none did. */
  by: StepRef | null;
  timestamp: string;
}

export interface LeadView {
  id: string;
  userId: string | null;
  email: string | null;
  name: string | null;
  traits: { [name: string]: JsonValue };
  group: LeadState['group'];
  score: number;
  temperature: Temperature;
  /** When the score will have sunk out of its temperature; `null` for a cold one. */
  coolsAt: string | null;
  fit: Fit | null;
  stage: string;
  /** `null` in the first one. */
  stageReason: ReasonView | null;
  /** Those that are up now. */
  flags: string[];
  flagReasons: { [flag: string]: ReasonView };
  tags: string[];
  tagReasons: { [tag: string]: ReasonView };
  /** Those it is in now. */
  segments: string[];
  source: { first: Source; last: Source } | null;
  consent: { analytics: ConsentState; marketing: ConsentState };
  cart: (Cart & { changedAt: string }) | null;
  device: LeadState['device'];
  firstSeenAt: string;
  lastSeenAt: string;
  /** When it fell silent longer than is usual; `null` while it has not. */
  silentSince: string | null;
  /** Of its follow-ups. */
  nextDueAt: string | null;
  identifiedAt: string | null;
  touchpointCount: number;
  sessionCount: number;
}

/** A lead as it is kept. */
interface KeptLead {
  id: string;
  userId: string | null;
  email: string | null;
  heat: number;
  identifiedAt: number | null;
  nextDueAt: number | null;
  state: LeadState;
}

export function leadView(lead: KeptLead, site: CompiledSite, now: number): LeadView {
  const { state } = lead;
  const { thresholds } = site.site.scoring;
  const score = scoreOf(lead.heat, now, site.halfLifeMs);
  const temperature = temperatureOf(score, thresholds);
  const cools =
    temperature === 'cold' ? null : coolsAt(lead.heat, thresholds[temperature], now, site.halfLifeMs);
  const facts = factsOf({ lead: state, touchpoint: null, temperature, now }, site);
  const name = state.traits.name?.value;
  const flags = flagsOf(state, site, now);
  return {
    id: lead.id,
    userId: lead.userId,
    email: lead.email,
    name: typeof name === 'string' ? name : null,
    traits: Object.fromEntries(Object.entries(state.traits).map(([key, trait]) => [key, trait.value])),
    group: state.group,
    score,
    temperature,
    coolsAt: isoOrNull(cools),
    fit: fitOf(facts, site.site),
    stage: state.stage,
    stageReason: state.stageReason && reasonView(state.stageReason),
    flags: Object.keys(flags),
    flagReasons: reasonViews(flags),
    tags: Object.keys(state.tags),
    tagReasons: reasonViews(state.tags),
    segments: segmentsOf(state, site, now),
    source: state.source && { first: state.source.first, last: state.source.last },
    consent: { analytics: 'pending', marketing: 'pending', ...state.consent },
    cart: state.cart && { ...state.cart, changedAt: iso(state.cart.changedAt) },
    device: state.device,
    firstSeenAt: iso(state.firstSeenAt),
    lastSeenAt: iso(state.lastSeenAt),
    silentSince: isoOrNull(state.silentAt),
    nextDueAt: isoOrNull(lead.nextDueAt),
    identifiedAt: isoOrNull(lead.identifiedAt),
    touchpointCount: state.touchpointCount,
    sessionCount: state.sessionCount,
  };
}

export interface StageMoveView {
  from: string;
  to: string;
  touchpoint: string;
  messageId: string;
  timestamp: string;
}

/** One lead with everything that is known of it. */
export interface LeadDetail extends LeadView {
  /** Who said what of its traits, and when: what a server said, a browser never overwrites. */
  traitOrigins: { [name: string]: { trust: Trust; timestamp: string } };
  /** Latest first. */
  stageMoves: StageMoveView[];
}

export function leadDetail(
  lead: KeptLead,
  stageMoves: readonly { from: string; to: string; at: number; touchpoint: string; messageId: string }[],
  site: CompiledSite,
  now: number,
): LeadDetail {
  return {
    ...leadView(lead, site, now),
    traitOrigins: Object.fromEntries(
      Object.entries(lead.state.traits).map(([name, { trust, at }]) => [name, { trust, timestamp: iso(at) }]),
    ),
    stageMoves: stageMoves.map(({ at, ...move }) => ({ ...move, timestamp: iso(at) })),
  };
}

const reasonView = ({ touchpoint, messageId, by, at }: Reason): ReasonView => ({
  touchpoint,
  messageId,
  by: by ?? null,
  timestamp: iso(at),
});

const reasonViews = (reasons: { [name: string]: Reason }): { [name: string]: ReasonView } =>
  Object.fromEntries(Object.entries(reasons).map(([name, reason]) => [name, reasonView(reason)]));

export const iso = (at: number): string => new Date(at).toISOString();
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
