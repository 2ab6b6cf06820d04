import { readItems, totalOf } from '../cart.ts';
import type { CommerceEvent } from '../commerce-calls.ts';
import type { Properties } from '../message.ts';
import { quietly } from '../quietly.ts';

/**
 * Segment's commerce names, with their words in alphabetical order: so "Product Added" and "Added Product", as the
 * spec's first version had it, are one. https://segment.com/docs/connections/spec/ecommerce/v2/
 */
const GA4_NAMES: ReadonlyMap<string, CommerceEvent> = new Map([
  ['product viewed', 'view_item'],
  ['added product', 'add_to_cart'],
  ['product removed', 'remove_from_cart'],
  ['cart viewed', 'view_cart'],
  ['checkout started', 'begin_checkout'],
  ['order started', 'begin_checkout'],
  ['completed order', 'purchase'],
]);

function ga4Name(name: unknown): CommerceEvent | undefined {
  return GA4_NAMES.get(String(name).trim().toLowerCase().split(' ').sort().join(' '));
}

type Track = (...given: unknown[]) => unknown;
/** `window.analytics`: the library or, until it has loaded, its snippet's array of calls with the same methods. */
type Analytics = { track?: Track } | (unknown[] & { track?: Track });

export interface SegmentParts {
  onEvent(event: CommerceEvent, ecommerce: Properties): void;
  /** Whether calls that wait in the snippet's array count. */
  fromStart: boolean;
  signal: AbortSignal;
}

/** Listens to the commerce calls of Segment's browser API, whether it is there already or comes later. */
export function watchSegment({ onEvent, fromStart, signal }: SegmentParts): void {
  const host = window as { analytics?: Analytics | undefined };
  let analytics = host.analytics;
  const wrappers = new WeakSet<Track>();
  /** The snippet tells the library what it was told, with the same objects, once it has loaded. */
  const waiting: unknown[] = [];

  const see = quietly(([name, given]: unknown[], isSnippet: boolean, counts: boolean) => {
    const event = ga4Name(name);
    if (!event || signal.aborted) return;
    const position = waiting.indexOf(given);
    if (isSnippet) waiting.push(given);
    else if (position >= 0) return void waiting.splice(position, 1);
    if (counts) onEvent(event, ecommerceOf((given ?? {}) as SegmentProperties));
  });

  const wrap = quietly(() => {
    const track = analytics?.track;
    if (!analytics || !track || wrappers.has(track)) return;
    const isSnippet = Array.isArray(analytics);
    const wrapper: Track = function (this: unknown, ...given) {
      const result = track.apply(this, given);
      see(given, isSnippet, true);
      return result;
    };
    wrappers.add(wrapper);
    analytics.track = wrapper;
  });

  if (Array.isArray(analytics)) {
    for (const call of analytics)
      if (Array.isArray(call) && call[0] === 'track') see(call.slice(1), true, fromStart);
  }
  wrap();
  // The library takes the place of the snippet, which gets its methods only after it has become the global.
  quietly(() =>
    Object.defineProperty(host, 'analytics', {
      configurable: true,
      enumerable: true,
      get() {
        wrap();
        return analytics;
      },
      set(value: Analytics | undefined) {
        analytics = value;
        wrap();
      },
    }),
  )();
}

interface SegmentProperties extends Properties {
  products?: unknown;
}

/** As GA4 would tell it. */
function ecommerceOf(properties: SegmentProperties): Properties {
  const { products, order_id, currency, value, revenue, total } = properties;
  const listed: Properties[] = Array.isArray(products) ? products : [properties];
  const items = readItems(
    listed.map(({ product_id, sku, name, price, quantity, image_url }) => ({
      item_id: product_id ?? sku,
      item_name: name,
      price,
      quantity,
      image_url,
    })),
  );
  return {
    items,
    value: value ?? revenue ?? total ?? totalOf(items),
    currency,
    transaction_id: order_id,
  };
}
