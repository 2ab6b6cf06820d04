/** Messages of one visitor, at the clock's time unless another is given. */
import type { TestCollector } from '../../support/collector.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

let nextId = 0;

export interface Sender {
  message(fields: object, at?: number): object & { messageId: string };
  view(path: string, at?: number, context?: object): object & { messageId: string };
  track(event: string, at?: number, properties?: object): object & { messageId: string };
  identify(traits: object, at?: number): object & { messageId: string };
}

/** @param person names the visitor, and the user where it is identified */
export function senderOf({ clock }: TestCollector, person = 'ada'): Sender {
  const message = (fields: object, at = clock.now) => ({
    messageId: `m-${nextId++}`,
    anonymousId: person,
    timestamp: new Date(at).toISOString(),
    ...fields,
  });
  return {
    message,
    view: (path, at, context = {}) =>
      message(
        { type: 'page', context: { page: { path, url: `https://shop.example${path}` }, ...context } },
        at,
      ),
    track: (event, at, properties = {}) => message({ type: 'track', event, properties }, at),
    identify: (traits, at) => message({ type: 'identify', userId: person, traits }, at),
  };
}
