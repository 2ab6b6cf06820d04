/** One message off the wire into a touchpoint, or a rejection that names the field. Pure. */
import type { Campaign, Consent, JsonObject, Message, MessageContext } from '@handrail/sdk/protocol';
import type { z } from 'zod';
import type { Page, Sender, Source, Touchpoint, Trust } from '../leads/touchpoint.ts';
import type { Site } from '../site/schema.ts';
import { messageSchema } from '../wire.ts';
import { e164, emailOf } from './addresses.ts';
import { botReason } from './bot.ts';
import { sourceOf } from './channel.ts';
import { correctedTime } from './clock.ts';
import { ga4Name } from './commerce-names.ts';
import { type CookielessTouchpoint, isCookieless, toCookieless } from './cookieless.ts';
import { isTooLarge, tame } from './limits.ts';
import { clickIdsIn, type Scrub, scrubJson } from './scrub.ts';

export interface Decoded {
  sender: Sender;
  /** Its `source` is that of its own page; the session's first one counts. */
  touchpoint: Touchpoint;
}

export type RejectionCode = 'message_too_large' | 'message_too_deep' | 'invalid_message' | 'missing_identity';

export interface Rejection {
  code: RejectionCode;
  /** `event: expected string, received undefined` */
  message: string;
  messageId: string | null;
}

export interface Envelope {
  sentAt: number | null;
  receivedAt: number;
  trust: Trust;
  /** Of the request; a message may name another in its context, as one sent on by a server. */
  userAgent: string;
  /** Shared by the messages of a batch; a message's own fields win. */
  context: JsonObject | undefined;
  /** UTF-8 bytes of the whole request. */
  bodyBytes: number;
  /** Masks what the site does not keep. */
  scrub: Scrub;
  /** Of the site, for phone numbers without one; ISO 3166. */
  country: Site['country'];
}

export type Decoding =
  | { kind: 'touchpoint'; decoded: Decoded }
  /** It belongs to nobody, and is only counted. */
  | { kind: 'cookieless'; counted: CookielessTouchpoint }
  | { kind: 'rejected'; rejection: Rejection };

export function decode(raw: unknown, envelope: Envelope, newMessageId: () => string): Decoding {
  if (!tame(raw)) return reject(raw, 'message_too_deep', 'message: nested deeper than 10 levels');
  if (isTooLarge(raw, envelope.bodyBytes))
    return reject(raw, 'message_too_large', 'message: larger than 32 KB');
  const parsed = messageSchema.safeParse(withSharedContext(raw, envelope.context));
  if (!parsed.success) return reject(raw, 'invalid_message', describe(parsed.error.issues));
  const message = parsed.data;
  if (isCookieless(message)) return { kind: 'cookieless', counted: toCookieless(message, envelope.scrub) };
  const sender = senderOf(message, envelope);
  if (sender.anonymousId === null && sender.userId === null && !isNamedByServer(sender, envelope)) {
    return reject(raw, 'missing_identity', missingIdentity(envelope));
  }
  return {
    kind: 'touchpoint',
    decoded: { sender, touchpoint: toTouchpoint(message, envelope, message.messageId ?? newMessageId()) },
  };
}

/** An address names somebody only where somebody vouches for it: leads/identity.ts. */
const isNamedByServer = ({ email, phone }: Sender, { trust }: Envelope) =>
  trust === 'server' && (email !== null || phone !== null);

function missingIdentity({ trust }: Envelope): string {
  return trust === 'browser'
    ? 'anonymousId: expected this or userId'
    : 'anonymousId: expected this, userId, or in the traits an e-mail address or a phone number with its country';
}

function senderOf(message: Message, { trust, country }: Envelope): Sender {
  const traits =
    message.type === 'identify' ? message.traits : trust === 'server' ? message.context?.traits : undefined;
  return {
    anonymousId: message.anonymousId || null,
    userId: message.userId || null,
    previousId: message.type === 'alias' ? message.previousId : null,
    email: emailOf(traits?.email),
    phone: e164(traits?.phone, country),
  };
}

function reject(raw: unknown, code: RejectionCode, message: string): Decoding {
  const id = typeof raw === 'object' && raw !== null && 'messageId' in raw ? raw.messageId : null;
  return {
    kind: 'rejected',
    rejection: { code, message, messageId: typeof id === 'string' ? id.slice(0, 100) : null },
  };
}

export function describe(issues: readonly z.core.$ZodIssue[]): string {
  return issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.') || 'message'}: ${message.replace(/^Invalid input: /, '')}`)
    .join('; ');
}

/** A message as it would be, had it come alone. */
export function withSharedContext(raw: unknown, shared: JsonObject | undefined): unknown {
  if (!shared || typeof raw !== 'object' || raw === null) return raw;
  const own = 'context' in raw ? raw.context : undefined;
  return { ...raw, context: { ...shared, ...(typeof own === 'object' ? own : {}) } };
}

function toTouchpoint(message: Message, envelope: Envelope, messageId: string): Touchpoint {
  const { type, context } = message;
  const { receivedAt, trust, scrub } = envelope;
  const timestamp = message.originalTimestamp ?? message.timestamp;
  const properties = scrubbed(message, propertiesOf(message), trust, scrub);
  const sentPage = pageOf(context, type === 'page' ? properties : {});
  const page = sentPage && scrubPage(sentPage, scrub);
  const sentName = nameOf(message);
  const name = type === 'track' ? ga4Name(sentName) : sentName;
  return {
    messageId,
    type: type === 'screen' ? 'page' : type,
    name,
    originalName: originalNameOf(message, name),
    at: correctedTime(timestamp === undefined ? null : Date.parse(timestamp), envelope.sentAt, receivedAt),
    receivedAt,
    trust,
    bot: trust === 'browser' ? botReason(context?.userAgent ?? envelope.userAgent) : null,
    sessionId: context?.sessionId ?? null,
    page,
    source: sourceIn(context, sentPage),
    properties: type === 'page' ? withoutPage(properties, page) : properties,
    groupId: type === 'group' ? message.groupId : null,
    timezone: context?.timezone ?? null,
    consent: consentIn(context),
    device: context?.device?.type ?? null,
  };
}

function nameOf(message: Message): string {
  if (message.type === 'track') return message.event;
  if (message.type === 'page') return 'page_view';
  if (message.type === 'screen') return 'screen_view';
  return message.type;
}

/** A page's or screen's own name is kept; so is an event's name that GA4 calls otherwise. */
function originalNameOf(message: Message, name: string): string | null {
  if (message.type === 'track') return message.event === name ? null : message.event;
  return message.type === 'page' || message.type === 'screen' ? (message.name ?? null) : null;
}

function propertiesOf(message: Message): JsonObject {
  if (message.type === 'identify' || message.type === 'group') return message.traits ?? {};
  if (message.type === 'alias') return { previousId: message.previousId };
  return message.properties ?? {};
}

function pageOf(context: MessageContext | undefined, properties: JsonObject): Page | null {
  const field = (name: 'url' | 'path' | 'title' | 'referrer') => {
    const own = properties[name];
    return context?.page?.[name] ?? (typeof own === 'string' ? own : null);
  };
  const url = field('url');
  const path = field('path') ?? (url && URL.canParse(url) ? new URL(url).pathname : null);
  return url || path ? { url, path, title: field('title'), referrer: field('referrer') } : null;
}

/** A page view's properties repeat its page, and `search` a part of its address; one copy is enough. */
function withoutPage(properties: JsonObject, page: Page | null): JsonObject {
  const repeated: JsonObject = { ...page };
  const isRepeated = ([name, value]: [string, unknown]) =>
    repeated[name] === value ||
    (name === 'search' && typeof value === 'string' && page?.url?.includes(value));
  return Object.fromEntries(Object.entries(properties).filter((property) => !isRepeated(property)));
}

/**
 * What is said of a person is meant to say who it is, and a site's own server knows what it sends: neither is
 * scrubbed.
 */
function scrubbed({ type }: Message, properties: JsonObject, trust: Trust, scrub: Scrub): JsonObject {
  const isTouchpoint = type === 'track' || type === 'page' || type === 'screen';
  return isTouchpoint && trust === 'browser' ? scrubJson(properties, scrub) : properties;
}

function scrubPage(page: Page, scrub: Scrub): Page {
  const scrubField = (text: string | null) => text && scrub(text);
  return {
    url: scrubField(page.url),
    path: scrubField(page.path),
    title: scrubField(page.title),
    referrer: scrubField(page.referrer),
  };
}

function sourceIn(context: MessageContext | undefined, page: Page | null): Source | null {
  if (!page && !context?.campaign) return null;
  const url = page?.url ?? null;
  const campaign = context?.campaign ?? campaignIn(page);
  const clickIds = context?.clickIds ?? clickIdsIn(url);
  return sourceOf(campaign, clickIds, page?.referrer ?? null, url);
}

/** For senders that leave the UTM parameters in the address. */
function campaignIn(page: Page | null): Campaign | undefined {
  if (!page?.url?.includes('utm_') || !URL.canParse(page.url)) return undefined;
  const query = new URL(page.url).searchParams;
  const get = (name: string) => query.get(`utm_${name}`) ?? undefined;
  return {
    name: get('campaign'),
    source: get('source'),
    medium: get('medium'),
    term: get('term'),
    content: get('content'),
  };
}

function consentIn(context: MessageContext | undefined): Partial<Consent> | null {
  const preferences = context?.consent?.categoryPreferences;
  if (!preferences) return null;
  const consent: Partial<Consent> = {};
  for (const purpose of ['analytics', 'marketing'] as const) {
    if (Object.hasOwn(preferences, purpose)) consent[purpose] = preferences[purpose] ? 'granted' : 'denied';
  }
  return consent;
}
