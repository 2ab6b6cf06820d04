/** Visits to a shop, message by message, as the SDK sends them; the same for the same seed, but for their ids. */
import type { JsonObject, Message, MessageContext } from '@handrail/sdk/protocol';
import { createIdSource } from '../../sdk/src/ids.ts';

const ORIGIN = 'https://shop.example';
/** An hour ago, so that no touchpoint lies in the future. */
const VISIT_STARTS_BEFORE_MS = 3_600_000;
const RETURNING_SHARE = 0.3;
const REMEMBERED_VISITORS = 5_000;
/** So many that no two messages of one batch are of the same visit, as when a busy shop's server sends them. */
const VISITS_AT_ONCE = 500;

type Random = () => number;
interface Visitor {
  anonymousId: string;
  userId: string | null;
}

/** One visit after the other: what a browser's batches hold is of one or two people. */
export function* visits(seed: number, now: number): Generator<Message, never> {
  const nextVisit = visitSource(seed, now);
  for (;;) yield* nextVisit();
}

/** Many visits at once, a message of each in turn. */
export function* interleavedVisits(seed: number, now: number): Generator<Message, never> {
  const nextVisit = visitSource(seed, now);
  const open = Array.from({ length: VISITS_AT_ONCE }, () => nextVisit());
  for (let turn = 0; ; turn++) {
    const place = turn % VISITS_AT_ONCE;
    for (;;) {
      const message = open[place]?.shift();
      if (message) {
        yield message;
        break;
      }
      open[place] = nextVisit();
    }
  }
}

export function take<T>(source: Iterator<T, never>, count: number): T[] {
  return Array.from({ length: count }, () => source.next().value);
}

function visitSource(seed: number, now: number): () => Message[] {
  const random = randomFrom(seed);
  const newId = createIdSource();
  const known: Visitor[] = [];

  function visitor(): Visitor {
    const returning = random() < RETURNING_SHARE ? known[Math.floor(random() * known.length)] : undefined;
    if (returning) return returning;
    const first = { anonymousId: newId(now), userId: null };
    known[known.length % REMEMBERED_VISITORS] = first;
    return first;
  }

  return () => visit(visitor(), random, newId, now - VISIT_STARTS_BEFORE_MS);
}

/** Seven touchpoints on average; one visit in five fills a cart, one new visitor in twelve signs up. */
function visit(
  visitor: Visitor,
  random: Random,
  newId: (now: number) => string,
  startedAt: number,
): Message[] {
  const messages: Message[] = [];
  const sessionId = newId(startedAt);
  const campaign = random() < 0.25 ? { name: 'harvest', source: 'newsletter', medium: 'email' } : undefined;
  let at = startedAt;
  let referrer = random() < 0.5 ? 'https://www.google.com/' : '';
  let page = pageAt('/', 'Olive & Oak', referrer);
  let cart: { items: JsonObject[]; value: number; currency: string } = {
    items: [],
    value: 0,
    currency: 'GBP',
  };

  function add(content: ContentOf<Message>): void {
    at += 4_000 + Math.floor(random() * 40_000);
    const context: MessageContext = {
      page,
      campaign: messages.length === 0 ? campaign : undefined,
      sessionId,
      consent: { categoryPreferences: { analytics: true, marketing: true } },
    };
    const { anonymousId, userId } = visitor;
    const timestamp = new Date(at).toISOString();
    messages.push({ ...content, messageId: newId(at), anonymousId, userId, timestamp, context });
  }
  const track = (event: string, properties: JsonObject) => add({ type: 'track', event, properties });
  function view(path: string, title: string): void {
    page = pageAt(path, title, referrer);
    referrer = page.url;
    add({ type: 'page', properties: page });
  }
  const trackCart = (event: string) => track(event, { ...cart, cart });

  view('/', 'Olive & Oak');
  while (random() < 0.78) {
    const kind = random();
    const number = Math.floor(random() * 30);
    if (kind < 0.45) {
      const item = { item_id: `oil-${number}`, item_name: `Early harvest no. ${number}`, price: 12 + number };
      view(`/products/oil-${number}`, `Early harvest no. ${number} | Olive & Oak`);
      track('view_item', { currency: 'GBP', value: item.price, items: [item] });
      if (random() < 0.15) {
        const items = [...cart.items, { ...item, quantity: 1 }];
        cart = { ...cart, items, value: cart.value + item.price };
        trackCart('add_to_cart');
      }
    } else if (kind < 0.6) view(`/blog/topic-${number}/how-to-taste`, 'How to taste oil | Olive & Oak');
    else if (kind < 0.68) view('/pricing', 'The oil club | Olive & Oak');
    else if (kind < 0.74) view('/compare/clubs', 'Clubs compared | Olive & Oak');
    else if (kind < 0.8) track('search', { search_term: 'unfiltered' });
    else track('engagement', { engagedMs: Math.floor(random() * 60_000), scrolledShare: 0.75 });
  }
  if (cart.items.length > 0 && random() < 0.5) {
    view('/checkout', 'Checkout | Olive & Oak');
    trackCart('begin_checkout');
    if (random() < 0.6) trackCart('purchase');
  }
  if (visitor.userId === null && random() < 0.08) {
    visitor.userId = `user-${visitor.anonymousId}`;
    track('sign_up', { method: 'email' });
    add({ type: 'identify', traits: { email: `${visitor.userId}@example.com`, name: 'Ada Example' } });
  }
  return messages;
}

/** What a message says, without whose it is; keeps the kinds apart, which a plain `Omit` would not. */
type ContentOf<M> = M extends Message
  ? Omit<M, 'messageId' | 'anonymousId' | 'userId' | 'timestamp' | 'context'>
  : never;

function pageAt(path: string, title: string, referrer: string) {
  return { url: `${ORIGIN}${path}`, path, title, referrer, search: '' };
}

/** Mulberry32: small, and the same everywhere. https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
