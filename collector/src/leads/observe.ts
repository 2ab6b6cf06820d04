/** What a touchpoint says by itself, before any rule: counts, sessions, traits, cart, source, consent, tags, flags noted. Pure. */
import type { CompiledSite, Memory } from '../site/compile.ts';
import { cartAfter } from './cart.ts';
import { withConsent } from './consent.ts';
import { notesAt, withFlagNote } from './flags.ts';
import { remember } from './memory.ts';
import { FLAG_CLEARED, FLAG_SET, isOwnNote, LEAD_SILENT, TAG_ADDED, TAG_REMOVED } from './own-notes.ts';
import { withPrompt } from './prompt-records.ts';
import type { LeadState, Told, Trait } from './state.ts';
import { withTagNote } from './tags.ts';
import type { Touchpoint } from './touchpoint.ts';

/** As many sessions as a person has open at once, on a computer and a phone, and one to spare. */
const MAX_SESSIONS = 3;
/** A public write key must not be able to grow a lead without end. */
const MAX_TRAITS = 200;

export function observe(
  before: LeadState,
  touchpoint: Touchpoint,
  isNewSession: boolean,
  site: CompiledSite,
): LeadState {
  const { at, name, type } = touchpoint;
  const lead: LeadState = {
    ...before,
    scoredAt: Math.max(before.scoredAt, at),
    firstSeenAt: Math.min(before.firstSeenAt, at),
    touchpointCount: before.touchpointCount + 1,
    sessionCount: before.sessionCount + (isNewSession ? 1 : 0),
  };
  lead.flagNotes = notesAt(before, lead.scoredAt, site);
  if (isOwnNote(touchpoint)) {
    if (name === LEAD_SILENT) lead.silentAt = at;
    if (name === TAG_ADDED || name === TAG_REMOVED) Object.assign(lead, withTagNote(before, touchpoint));
    if (name === FLAG_SET || name === FLAG_CLEARED) {
      lead.flagNotes = withFlagNote(lead.flagNotes, touchpoint, site);
    }
  } else {
    if (at > before.lastSeenAt) lead.silentAt = null;
    lead.lastSeenAt = Math.max(before.lastSeenAt, at);
    observeContext(lead, touchpoint);
  }
  if (touchpoint.source) lead.source = withSource(before.source, touchpoint);
  if (type === 'identify') lead.traits = withTraits(before.traits, touchpoint);
  if (name.startsWith('prompt_')) Object.assign(lead, withPrompt(before, touchpoint, site.site));
  // What a bot did is no sign of interest, and must not complete a count that a person began.
  const memories = touchpoint.bot === null ? site.about(name).memories : [];
  if (memories.length > 0) lead.memory = withTouchpoint(before.memory, touchpoint, memories);
  return lead;
}

/** What most touchpoints tell anew, each of it by the latest that did. */
function observeContext(lead: LeadState, touchpoint: Touchpoint): void {
  const { at, name, type, page, timezone, device, groupId, consent } = touchpoint;
  let told = lead.told;
  const isNews = (what: Told) => {
    if (at < told[what]) return false;
    // Its own copy with the first of them: what goes into a fold stays as it was.
    if (told === lead.told) told = { ...told };
    told[what] = at;
    return true;
  };
  if (page && isNews('page')) lead.page = { url: page.url, path: page.path, title: page.title };
  if (timezone !== null && isNews('timezone')) lead.timezone = timezone;
  if (device !== null && isNews('device')) lead.device = device;
  if (type === 'group' && groupId && isNews('group')) {
    lead.group = { id: groupId, traits: touchpoint.properties };
  }
  if (consent && isNews('consent')) {
    const next = withConsent(lead, consent, touchpoint.trust);
    lead.consent = next.consent;
    lead.saidConsent = next.saidConsent;
  }
  const cart = cartAfter(touchpoint);
  if (cart !== undefined && isNews('cart')) lead.cart = cart && { ...cart, changedAt: at };
  lead.told = told;
  const { sessionId } = touchpoint;
  if (sessionId !== null) {
    lead.sessions = withSession(lead.sessions, sessionId, name === 'page_view' || name === 'screen_view');
  }
}

function withSession(known: LeadState['sessions'], id: string, isView: boolean): LeadState['sessions'] {
  const [latest] = known;
  const current = latest?.id === id ? latest : known.find((each) => each.id === id);
  if (current && current === latest && !isView) return known;
  const next = { id, pageViews: (current?.pageViews ?? 0) + (isView ? 1 : 0) };
  return [next, ...known.filter((each) => each !== current).slice(0, MAX_SESSIONS - 1)];
}

function withSource(known: LeadState['source'], { source, at }: Touchpoint): LeadState['source'] {
  if (!source) return known;
  if (!known) return { first: source, firstAt: at, last: source, lastAt: at };
  const { first, firstAt, last, lastAt } = known;
  const isFirst = at < firstAt;
  // A direct return says nothing about what brought the person here; GA4's "last non-direct" attribution.
  const isDirect = source.channel === 'direct';
  const wasDirect = last.channel === 'direct';
  const isLast = isDirect === wasDirect ? at >= lastAt : wasDirect;
  return {
    first: isFirst ? source : first,
    firstAt: isFirst ? at : firstAt,
    last: isLast ? source : last,
    lastAt: isLast ? at : lastAt,
  };
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

const isStronger = (next: Pick<Trait, 'trust' | 'at'>, old: Trait): boolean =>
  next.trust === old.trust ? next.at >= old.at : next.trust === 'server';

function withTouchpoint(
  known: LeadState['memory'],
  touchpoint: Touchpoint,
  memories: readonly Memory[],
): LeadState['memory'] {
  let next = known;
  for (const { key, matches, size } of memories) {
    if (!matches(touchpoint)) continue;
    if (next === known) next = { ...known };
    next[key] = remember(known[key], touchpoint.at, size);
  }
  return next;
}
