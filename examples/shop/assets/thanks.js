import { pushCommerce } from './data-layer.js';
import { forget, load } from './storage.js';

const order = load('order');
if (order) {
  forget('order'); // so that reloading this page is not a second purchase
  document.querySelector('h1').textContent = `Thank you, ${order.name}`;
  document.querySelector('[data-order]').textContent = `Order ${order.transaction_id}. `;
  pushCommerce('purchase', order.items, { transaction_id: order.transaction_id });
}
