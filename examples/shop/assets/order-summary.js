// The three sums beside the cart and the checkout form.

import { deliveryFor, formatMoney, totalOf } from './money.js';

export function showSums(items) {
  const value = totalOf(items);
  const delivery = deliveryFor(value);
  const show = (name, text) => {
    document.querySelector(`[data-sum="${name}"]`).textContent = text;
  };
  show('items', formatMoney(value));
  show('delivery', delivery ? formatMoney(delivery) : 'Free');
  show('total', formatMoney(value + delivery));
}
