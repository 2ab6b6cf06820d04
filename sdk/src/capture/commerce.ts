import { addItems, cartOf, EMPTY_CART, readItems, removeItems, totalOf } from '../cart.ts';
import type { Properties } from '../message.ts';
import type { Cart, CartItem } from '../protocol.ts';
import type { KeyValueStorage } from '../storage.ts';

const KEY = 'cart';
/** The same action told twice, by the API and by the data layer, arrives within one click's handlers. */
const SAME_ACTION_MS = 1_000;

/** Which items are in the cart after each of GA4's commerce events; those that only look leave it alone. */
const ITEMS_AFTER = {
  view_item: null,
  add_to_cart: addItems,
  remove_from_cart: removeItems,
  view_cart: wholeCart,
  begin_checkout: wholeCart,
  purchase: () => [],
} satisfies { [event: string]: ((before: CartItem[], listed: CartItem[]) => CartItem[]) | null };

/** What lists the whole cart puts right whatever went unseen; without items it says nothing. */
function wholeCart(before: CartItem[], listed: CartItem[]): CartItem[] {
  return listed.length > 0 ? listed : before;
}

export type CommerceEvent = keyof typeof ITEMS_AFTER;
export type CommerceSource = 'api' | 'data_layer';

export function isCommerceEvent(name: string): name is CommerceEvent {
  return Object.hasOwn(ITEMS_AFTER, name);
}

export interface Commerce {
  /** The visitor's cart, or `null` where it is empty or was never seen. */
  cart(): Cart | null;
  /** One of GA4's events with its parameters; an action that the other source told just now is not counted again. */
  see(event: CommerceEvent, ecommerce: Properties, source: CommerceSource, now: number): void;
  /** The cart as it is now: the difference is recorded as `add_to_cart` and `remove_from_cart`. */
  replace(items: unknown, currency: string | null, now: number): void;
  /** Empties the cart and records nothing. */
  forget(): void;
}

export function createCommerce(
  storage: KeyValueStorage,
  record: (name: CommerceEvent, properties: Properties) => void,
): Commerce {
  let told: { action: string; source: CommerceSource; at: number }[] = [];
  const stored = () => storage.get<Cart>(KEY) ?? EMPTY_CART;

  function toldByOther(action: string, source: CommerceSource, now: number): boolean {
    told = told.filter(({ at }) => now - at <= SAME_ACTION_MS);
    const twin = told.findIndex((each) => each.action === action && each.source !== source);
    // A twin is used up: two clicks told by both sources are still two.
    if (twin >= 0) told.splice(twin, 1);
    else told.push({ action, source, at: now });
    return twin >= 0;
  }

  function see(event: CommerceEvent, ecommerce: Properties, source: CommerceSource, now: number) {
    const items = readItems(ecommerce.items);
    const action = JSON.stringify([event, items.map(({ item_id, quantity }) => [item_id, quantity])]);
    if (toldByOther(action, source, now)) return;
    const itemsAfter = ITEMS_AFTER[event];
    if (itemsAfter === null) return record(event, ecommerce);

    const before = stored();
    const currency = typeof ecommerce.currency === 'string' ? ecommerce.currency : before.currency;
    const cart = cartOf(itemsAfter(before.items, items), currency);
    storage.set(KEY, cart);
    record(event, { ...ecommerce, cart });
  }

  return {
    see,
    cart() {
      const cart = stored();
      return cart.items.length > 0 ? cart : null;
    },
    replace(items, currency, now) {
      const before = stored();
      const after = cartOf(readItems(items), currency ?? before.currency);
      const removed = removeItems(before.items, after.items);
      const added = removeItems(after.items, before.items);
      const tell = (event: CommerceEvent, changed: CartItem[]) => {
        if (changed.length === 0) return;
        see(event, { items: changed, value: totalOf(changed), currency: after.currency }, 'api', now);
      };
      tell('remove_from_cart', removed);
      tell('add_to_cart', added);
      // Also where only a price or a picture has changed.
      storage.set(KEY, after);
    },
    forget: () => storage.remove(KEY),
  };
}
