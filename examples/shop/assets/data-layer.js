// The GA4 commerce events that a shop with Google Tag Manager already sends. Handrail listens to the same
// `dataLayer`, so the shop tells it about the cart with no code of its own.
// https://developers.google.com/analytics/devguides/collection/ga4/ecommerce

import { totalOf } from './money.js';

/** @param items GA4 items: `item_id`, `item_name`, `price`, `quantity`, `image_url` */
export function pushCommerce(event, items, more = {}) {
  window.dataLayer ??= [];
  window.dataLayer.push({ ecommerce: null }); // GA4: clears what the event before it left behind
  window.dataLayer.push({ event, ecommerce: { currency: 'GBP', value: totalOf(items), items, ...more } });
}
