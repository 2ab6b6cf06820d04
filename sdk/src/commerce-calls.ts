import type { Properties } from './message.ts';
import type { Queue } from './queue.ts';
import type { KeyValueStorage } from './storage.ts';

/** GA4's commerce events that Handrail knows the meaning of. */
export const COMMERCE_EVENTS = [
  'view_item',
  'add_to_cart',
  'remove_from_cart',
  'view_cart',
  'begin_checkout',
  'purchase',
] as const;
export type CommerceEvent = (typeof COMMERCE_EVENTS)[number];

export function isCommerceEvent(name: string): name is CommerceEvent {
  return COMMERCE_EVENTS.includes(name as CommerceEvent);
}

/** What the host told by a call. It waits for the capture file, which knows the cart. */
export interface CommerceCall {
  /** `cart`: nothing happened, this is the whole cart as it is now. */
  event: CommerceEvent | 'cart';
  ecommerce: Properties;
  /** Milliseconds UTC. */
  at: number;
}

export type CommerceCalls = Queue<CommerceCall>;

const KEY = 'commerce';

/** The page is gone before that file has come: the next page hands them over. */
export function keepCalls(calls: CommerceCall[], storage: KeyValueStorage): void {
  storage.set(KEY, calls);
}

export function takeKeptCalls(storage: KeyValueStorage): CommerceCall[] {
  const calls = storage.get<CommerceCall[]>(KEY) ?? [];
  storage.remove(KEY);
  return calls;
}
