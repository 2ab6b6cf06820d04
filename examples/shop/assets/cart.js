// The cart: a list of GA4 items, kept by the shop itself. Each change is told to the data layer.

import { pushCommerce } from './data-layer.js';
import { load, save } from './storage.js';

export const cartItems = () => load('cart', []);

export const countOf = (items) => items.reduce((count, { quantity }) => count + quantity, 0);

export function addToCart(item) {
  const before = cartItems().find(({ item_id }) => item_id === item.item_id);
  setQuantity(item, (before?.quantity ?? 0) + item.quantity);
}

/** 0 takes the item out. */
export function setQuantity(item, quantity) {
  const items = cartItems();
  const index = items.findIndex(({ item_id }) => item_id === item.item_id);
  const before = items[index]?.quantity ?? 0;
  if (index < 0) items.push({ ...item, quantity });
  else items[index] = { ...items[index], quantity };
  keep(items.filter((each) => each.quantity > 0));

  const change = quantity - before;
  if (change > 0) pushCommerce('add_to_cart', [{ ...item, quantity: change }]);
  if (change < 0) pushCommerce('remove_from_cart', [{ ...item, quantity: -change }]);
}

export function emptyCart() {
  keep([]);
}

function keep(items) {
  save('cart', items);
  window.dispatchEvent(new Event('cart-changed'));
}
