import type { Cart, CartItem } from './protocol.ts';

/** More than any shopper's; bounds what a broken page can make us store. */
const MAX_CART_ITEMS = 100;

export const EMPTY_CART: Cart = { items: [], value: 0, currency: null };

/** GA4's items, of which only usable ones are kept. GA4 asks for `item_id` or `item_name`; one may stand for the other. */
export function readItems(items: unknown): CartItem[] {
  if (!Array.isArray(items)) return [];
  return items.slice(0, MAX_CART_ITEMS).flatMap((item) => readItem(item) ?? []);
}

function readItem(item: unknown): CartItem | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { item_id, item_name, price, quantity, image_url } = item as Record<keyof CartItem, unknown>;
  const id = item_id ?? item_name;
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  return {
    item_id: String(id),
    item_name: typeof item_name === 'string' ? item_name : undefined,
    price: Number(price) || 0,
    quantity: Math.max(Number(quantity ?? 1) || 0, 0),
    image_url: typeof image_url === 'string' ? image_url : undefined,
  };
}

export function cartOf(items: CartItem[], currency: string | null): Cart {
  return { items, value: totalOf(items), currency };
}

/** Sum of price × quantity, without the dust of binary fractions; no currency has more than three decimals. */
export function totalOf(items: CartItem[]): number {
  const sum = items.reduce((total, { price = 0, quantity = 1 }) => total + price * quantity, 0);
  return Math.round(sum * 1_000) / 1_000;
}

export function addItems(items: CartItem[], added: CartItem[]): CartItem[] {
  const result = new Map(items.map((item) => [item.item_id, item]));
  for (const item of added) {
    const quantity = quantityOf(result.get(item.item_id)) + quantityOf(item);
    result.set(item.item_id, { ...item, quantity });
  }
  return [...result.values()].slice(0, MAX_CART_ITEMS);
}

/** Takes off as many as `removed` says of each; what comes to none leaves the cart. */
export function removeItems(items: CartItem[], removed: CartItem[]): CartItem[] {
  const gone = new Map(removed.map((item) => [item.item_id, quantityOf(item)]));
  return items
    .map((item) => ({ ...item, quantity: quantityOf(item) - (gone.get(item.item_id) ?? 0) }))
    .filter((item) => item.quantity > 0);
}

function quantityOf(item: CartItem | undefined): number {
  return item ? (item.quantity ?? 1) : 0;
}
