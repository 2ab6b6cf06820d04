/**
 * Segment's commerce names, as GA4's. https://segment.com/docs/connections/spec/ecommerce/v2/ and its v1 names;
 * https://developers.google.com/analytics/devguides/collection/ga4/reference/events
 */
const GA4_NAMES: ReadonlyMap<string, string> = new Map([
  ['product viewed', 'view_item'],
  ['viewed product', 'view_item'],
  ['product list viewed', 'view_item_list'],
  ['viewed product category', 'view_item_list'],
  ['product clicked', 'select_item'],
  ['product added', 'add_to_cart'],
  ['added product', 'add_to_cart'],
  ['product removed', 'remove_from_cart'],
  ['removed product', 'remove_from_cart'],
  ['product added to wishlist', 'add_to_wishlist'],
  ['cart viewed', 'view_cart'],
  ['checkout started', 'begin_checkout'],
  ['started order', 'begin_checkout'],
  ['payment info entered', 'add_payment_info'],
  ['order completed', 'purchase'],
  ['completed order', 'purchase'],
  ['order refunded', 'refund'],
  ['products searched', 'search'],
  ['product shared', 'share'],
  ['signed up', 'sign_up'],
]);

export function ga4Name(name: string): string {
  return GA4_NAMES.get(name.trim().toLowerCase()) ?? name;
}
