/** A lead as clients see it (DESIGN section 4). Pure. */
import type { Cart, ConsentState, JsonValue, Temperature } from '@handrail/sdk/protocol';
import type { CompiledSite } from '../site/compile.ts';
import { factsOf } from './facts.ts';
import { coolsAt, scoreOf } from './heat.ts';
import { type Fit, fitOf } from './scoring.ts';
import { type LeadState, temperatureOf } from './state.ts';
import type { Source } from './touchpoint.ts';

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
  /** The touchpoint that brought the stage about; `null` in the first one. */
  stageReason: { touchpoint: string; messageId: string; timestamp: string } | null;
  flags: string[];
  source: { first: Source; last: Source } | null;
  consent: { analytics: ConsentState; marketing: ConsentState };
  cart: (Cart & { changedAt: string }) | null;
  firstSeenAt: string;
  lastSeenAt: string;
  identifiedAt: string | null;
  touchpointCount: number;
  sessionCount: number;
}

export function leadView(
  lead: {
    id: string;
    userId: string | null;
    email: string | null;
    heat: number;
    identifiedAt: number | null;
    state: LeadState;
  },
  site: CompiledSite,
  now: number,
): LeadView {
  const { state } = lead;
  const { thresholds } = site.site.scoring;
  const score = scoreOf(lead.heat, now, site.halfLifeMs);
  const temperature = temperatureOf(score, thresholds);
  const cools =
    temperature === 'cold' ? null : coolsAt(lead.heat, thresholds[temperature], now, site.halfLifeMs);
  const facts = factsOf({ lead: state, touchpoint: null, temperature, now }, site);
  const name = state.traits.name?.value;
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
    stageReason: state.stageReason && {
      touchpoint: state.stageReason.touchpoint,
      messageId: state.stageReason.messageId,
      timestamp: iso(state.stageReason.at),
    },
    flags: Object.keys(state.flags),
    source: state.source && { first: state.source.first, last: state.source.last },
    consent: { analytics: 'pending', marketing: 'pending', ...state.consent },
    cart: state.cart && { ...state.cart, changedAt: iso(state.cart.changedAt) },
    firstSeenAt: iso(state.firstSeenAt),
    lastSeenAt: iso(state.lastSeenAt),
    identifiedAt: isoOrNull(lead.identifiedAt),
    touchpointCount: state.touchpointCount,
    sessionCount: state.sessionCount,
  };
}

export const iso = (at: number): string => new Date(at).toISOString();
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
