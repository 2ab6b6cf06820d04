import { addItems, cartOf, EMPTY_CART, readItems, removeItems, totalOf } from '../cart.ts';
import { storeCart, storedCart } from '../cart-store.ts';
import type { CommerceCalls, CommerceEvent } from '../commerce-calls.ts';
import { type DataLayer, watchDataLayer } from '../data-layer.ts';
import type { Properties } from '../message.ts';
import type { Cart, CartItem } from '../protocol.ts';
import type { KeyValueStorage } from '../storage.ts';
import { readEvent } from './data-layer.ts';
import { watchSegment } from './segment.ts';

/** The same action told twice, as by the API and by the data layer, arrives within one click's handlers. */
const SAME_ACTION_MS = 1_000;

/** Which items are in the cart after each of GA4's commerce events; those that only look leave it alone. */
const ITEMS_AFTER = {
  view_item: null,
  add_to_cart: addItems,
  remove_from_cart: removeItems,
  view_cart: wholeCart,
  begin_checkout: wholeCart,
  purchase: () => [],
} satisfies { [event in CommerceEvent]: ((before: CartItem[], listed: CartItem[]) => CartItem[]) | null };

/** As in commerce-calls.ts, whose list this file need not carry too. */
function isCommerceEvent(name: string): name is CommerceEvent {
  return Object.hasOwn(ITEMS_AFTER, name);
}

/** What lists the whole cart puts right whatever went unseen; without items it says nothing. */
function wholeCart(before: CartItem[], listed: CartItem[]): CartItem[] {
  return listed.length > 0 ? listed : before;
}

type CommerceSource = 'api' | 'data_layer' | 'segment';

export interface CommerceParts {
  storage: KeyValueStorage;
  calls: CommerceCalls;
  /** What the page tells others, which is listened to. [others=only the API's calls count] */
  others: OtherSources | undefined;
  record(name: CommerceEvent, properties: Properties, at: number): void;
  now(): number;
  signal: AbortSignal;
}

export interface OtherSources {
  dataLayer: DataLayer | undefined;
  /** Whether what the page told Segment before Handrail ran counts too. */
  fromStart: boolean;
}

/** Records commerce from the API's calls, the data layer and Segment's API, and keeps the cart. */
export function watchCommerce({ storage, calls, others, record, now, signal }: CommerceParts): void {
  const { see, replace } = createCommerce(storage, record);
  const stopCalls = calls.take(({ event, ecommerce, at }) => {
    if (event === 'cart') replace(ecommerce, at);
    else see(event, ecommerce, 'api', at);
  });
  signal.addEventListener('abort', stopCalls);
  if (!others) return;

  const { dataLayer, fromStart } = others;
  watchSegment({
    onEvent: (event, ecommerce) => see(event, ecommerce, 'segment', now()),
    fromStart,
    signal,
  });
  if (!dataLayer) return;
  const stopLayer = watchDataLayer(dataLayer, (entry) => {
    const event = readEvent(entry);
    if (event && isCommerceEvent(event.name)) see(event.name, event.ecommerce, 'data_layer', now());
  });
  signal.addEventListener('abort', stopLayer);
}

interface Commerce {
  /** One of GA4's events with its parameters; an action that another source told just now is not counted again. */
  see(event: CommerceEvent, ecommerce: Properties, source: CommerceSource, at: number): void;
  /** The cart as it is now: the difference is recorded as `add_to_cart` and `remove_from_cart`. */
  replace(ecommerce: Properties, at: number): void;
}

function createCommerce(storage: KeyValueStorage, record: CommerceParts['record']): Commerce {
  let told: { action: string; sources: Set<CommerceSource>; at: number }[] = [];
  const stored = () => storedCart(storage) ?? EMPTY_CART;

  /** Two clicks told by two sources each are still two: from one source, the same again is another action. */
  function toldByOther(action: string, source: CommerceSource, at: number): boolean {
    told = told.filter((each) => at - each.at <= SAME_ACTION_MS);
    const same = told.find((each) => each.action === action && !each.sources.has(source));
    if (same) same.sources.add(source);
    else told.push({ action, sources: new Set([source]), at });
    return same !== undefined;
  }

  function keep(items: CartItem[], currency: unknown, at: number): Cart {
    const before = stored();
    const cart: Cart = cartOf(items, typeof currency === 'string' ? currency : before.currency);
    if (items.length > 0) cart.since = before.since ?? new Date(at).toISOString();
    storeCart(cart, storage);
    return cart;
  }

  function see(event: CommerceEvent, ecommerce: Properties, source: CommerceSource, at: number) {
    const items = readItems(ecommerce.items);
    const action = [event, ...items.map(({ item_id, quantity }) => `${quantity} × ${item_id}`)].join();
    if (toldByOther(action, source, at)) return;
    const itemsAfter = ITEMS_AFTER[event];
    if (itemsAfter === null) return record(event, ecommerce, at);
    const cart = keep(itemsAfter(stored().items, items), ecommerce.currency, at);
    record(event, { ...ecommerce, cart }, at);
  }

  function replace({ items, currency }: Properties, at: number) {
    const before = stored();
    const after = cartOf(readItems(items), typeof currency === 'string' ? currency : before.currency);
    const tell = (event: CommerceEvent, changed: CartItem[]) => {
      if (changed.length === 0) return;
      see(event, { items: changed, value: totalOf(changed), currency: after.currency }, 'api', at);
    };
    tell('remove_from_cart', removeItems(before.items, after.items));
    tell('add_to_cart', removeItems(after.items, before.items));
    // Also where only a price or a picture has changed.
    keep(after.items, after.currency, at);
  }

  return { see, replace };
}
