// Who is shopping. A real shop has accounts on its server; here the browser remembers its one customer.

import { load, save } from './storage.js';

export const customer = () => load('customer', undefined);

/** Keeps the customer and tells Handrail whose visit this is. The same e-mail address keeps its id. */
export function recogniseCustomer({ name, email }) {
  const known = customer();
  const id = known?.email === email ? known.id : newId();
  save('customer', { id, name, email });
  window.handrail.push(['identify', id, { name, email }]);
}

// Not crypto.randomUUID: that is missing on pages served by plain http.
function newId() {
  return `customer_${[...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
