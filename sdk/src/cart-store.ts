import type { Cart } from './protocol.ts';
import type { KeyValueStorage } from './storage.ts';

const KEY = 'cart';

/** The visitor's cart, as last seen; `undefined` where none ever was. */
export function storedCart(storage: KeyValueStorage): Cart | undefined {
  return storage.get<Cart>(KEY);
}

/** The same for prompts, to which an empty cart is none. */
export function filledCart(storage: KeyValueStorage): Cart | null {
  const cart = storedCart(storage);
  return cart?.items.length ? cart : null;
}

export function storeCart(cart: Cart, storage: KeyValueStorage): void {
  storage.set(KEY, cart);
}

export function forgetCart(storage: KeyValueStorage): void {
  storage.remove(KEY);
}
