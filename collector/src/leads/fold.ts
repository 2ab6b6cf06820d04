/**
 * The heart: a lead is a fold over its touchpoints, in the order in which they were acknowledged. Pure, so that
 * history can be replayed under other rules and every decision explained.
 */
import { valueAt } from '@handrail/sdk/condition';
import type { Cart, CartItem, Temperature } from '@handrail/sdk/protocol';
import type { CompiledSite } from '../site/compile.ts';
import { withConsent } from './consent.ts';
import { factsOf, type Moment } from './facts.ts';
import { decayed } from './heat.ts';
import { remember } from './memory.ts';
import { withPrompt } from './prompt-records.ts';
import { addPoints, earn, type ScoreEntry } from './scoring.ts';
import { nextFlags, nextStage, reasonOf, type StageMove } from './stages.ts';
import { type LeadState, newLead, type Trait, temperatureOf } from './state.ts';
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
  const now = Math.max(touchpoint.at, before.scoredAt);
  const cooled = temperatureOf(decayed(before.score, now - before.scoredAt, site.halfLifeMs), thresholds);
  const moment: Moment = { lead, touchpoint, temperature: cooled, now: touchpoint.at };
  const facts = factsOf(moment, site);

  if (touchpoint.bot !== null) {
    return { lead, entries: [], stageMove: null, temperature: { before: cooled, after: cooled } };
  }
  const earned = earn(lead, touchpoint, facts, site);
  Object.assign(lead, addPoints(lead, earned, touchpoint.at, site));
  moment.temperature = temperatureOf(lead.score, thresholds);

  const stage = nextStage(lead, facts, site.site);
  const stageMove = stage === lead.stage ? null : { from: lead.stage, to: stage, at: touchpoint.at };
  if (stageMove) {
    lead.stage = stage;
    lead.stageReason = reasonOf(touchpoint);
  }
  lead.flags = nextFlags(lead, touchpoint, facts, site.site);
  const entries = earned.map(({ rule, at }) => ({ ruleId: rule.id, points: rule.points, at }));
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

/** What the touchpoint says by itself, before any rule: counts, traits, cart, source, consent, answers. */
function observe(
  before: LeadState,
  touchpoint: Touchpoint,
  isNewSession: boolean,
  site: CompiledSite,
): LeadState {
  const { at, name, page } = touchpoint;
  const lead: LeadState = {
    ...before,
    firstSeenAt: Math.min(before.firstSeenAt, at),
    lastSeenAt: Math.max(before.lastSeenAt, at),
    touchpointCount: before.touchpointCount + 1,
    sessionCount: before.sessionCount + (isNewSession ? 1 : 0),
  };
  if (page) lead.page = { url: page.url, path: page.path, title: page.title };
  if (touchpoint.consent) Object.assign(lead, withConsent(before, touchpoint.consent, touchpoint.trust));
  if (touchpoint.source) lead.source = withSource(before.source, touchpoint);
  if (touchpoint.type === 'identify') lead.traits = withTraits(before.traits, touchpoint);
  if (touchpoint.type === 'group' && touchpoint.groupId) {
    lead.group = { id: touchpoint.groupId, traits: touchpoint.properties };
  }
  if (name.startsWith('prompt_')) Object.assign(lead, withPrompt(before, touchpoint, site.site));
  if (touchpoint.timezone) lead.timezone = touchpoint.timezone;
  const cart = cartAfter(touchpoint);
  if (cart !== undefined) lead.cart = cart && { ...cart, changedAt: at };

  for (const memory of site.memories.get(name) ?? []) {
    if (!memory.matches(touchpoint)) continue;
    lead.memory = { ...lead.memory, [memory.key]: remember(lead.memory[memory.key], at, memory.size) };
  }
  return lead;
}

function withSource(known: LeadState['source'], { source, at }: Touchpoint): LeadState['source'] {
  if (!source) return known;
  if (!known) return { first: source, firstAt: at, last: source, lastAt: at };
  const next = { ...known };
  if (at < known.firstAt) Object.assign(next, { first: source, firstAt: at });
  // A direct return says nothing about what brought the person here; GA4's "last non-direct" attribution.
  if (at >= known.lastAt && (source.channel !== 'direct' || known.last.channel === 'direct')) {
    Object.assign(next, { last: source, lastAt: at });
  }
  return next;
}

/** A browser can say anything: it never overwrites what a server said, and later beats earlier. */
function withTraits(known: LeadState['traits'], { properties, trust, at }: Touchpoint): LeadState['traits'] {
  const traits = new Map(Object.entries(known));
  for (const [name, value] of Object.entries(properties)) {
    const old = traits.get(name);
    if (old ? isStronger({ trust, at }, old) : traits.size < MAX_TRAITS)
      traits.set(name, { value, trust, at });
  }
  return Object.fromEntries(traits);
}

/** A public write key must not be able to grow a lead without end. */
const MAX_TRAITS = 200;

const isStronger = (next: Pick<Trait, 'trust' | 'at'>, old: Trait): boolean =>
  next.trust === old.trust ? next.at >= old.at : next.trust === 'server';

/** The whole cart where the sender gave it (`cart`), empty after a purchase, else unknown: `undefined`. */
function cartAfter({ name, properties }: Touchpoint): Cart | null | undefined {
  if (name === 'purchase') return null;
  const { cart } = properties;
  if (cart === undefined) return undefined;
  const items = valueAt(cart, 'items');
  if (!Array.isArray(items)) return undefined;
  const known = items.filter(isCartItem);
  if (known.length === 0) return null;
  const value = valueAt(cart, 'value');
  const currency = valueAt(cart, 'currency');
  return {
    items: known,
    value:
      typeof value === 'number'
        ? value
        : known.reduce((sum, item) => sum + (item.price ?? 0) * (item.quantity ?? 1), 0),
    currency: typeof currency === 'string' ? currency : null,
  };
}

function isCartItem(item: unknown): item is CartItem {
  const fits = (path: string, type: 'number' | 'string') => {
    const value = valueAt(item, path);
    return value === undefined || typeof value === type;
  };
  return (
    typeof valueAt(item, 'item_id') === 'string' &&
    fits('item_name', 'string') &&
    fits('price', 'number') &&
    fits('quantity', 'number')
  );
}
