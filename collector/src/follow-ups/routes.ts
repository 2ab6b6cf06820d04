/** Where deliveries of a site go, and which of its endpoints hear of what. Pure. */

import type { MessageStep, Send } from '../site/schema/sequence.ts';
import type { Sequence, Site } from '../site/schema.ts';
import { type EventType, listensTo } from './events.ts';
import { laneOf } from './lanes.ts';

export interface Route {
  channel: string;
  /** Which deliveries wait for it; see lanes.ts. */
  lane: string;
  /** Of the site's; `null` for a channel without endpoints. */
  endpoint: string | null;
}

export function routeOf(step: MessageStep, site: Site): Route {
  return 'task' in step ? routeTo({ channel: 'task' }, site) : routeTo(step.send, site);
}

function routeTo(send: Send, site: Site): Route {
  const endpoint = typeof send.endpoint === 'string' ? send.endpoint : null;
  const url = endpoint === null ? undefined : site.endpoints[endpoint]?.url;
  return { channel: send.channel, lane: laneOf(send.channel, url), endpoint };
}

/** The endpoints that want to be told of such events. */
export function listenersTo(type: EventType, site: Site): Route[] {
  return Object.entries(site.endpoints)
    .filter(([, { events }]) => events.some((glob) => listensTo(glob, type)))
    .map(([endpoint]) => routeTo({ channel: 'webhook', endpoint }, site));
}

/** Owners' ids have no colon. */
const CART_ABANDONED = 'handrail:cart-abandoned';

/** A cart is abandoned by what does not happen: its endpoints are told by a sequence, which has the timers for that. */
export function cartAbandonedSequences(site: Site): Sequence[] {
  const listeners = listenersTo('cart.abandoned', site);
  if (listeners.length === 0) return [];
  return [
    {
      id: CART_ABANDONED,
      start: { touchpoint: 'add_to_cart', unless: { touchpoint: 'purchase', within: '1h' } },
      goal: { touchpoint: 'purchase' },
      priority: 0,
      holdout: 0,
      reentry: '0s',
      paused: false,
      steps: listeners.map(({ channel, endpoint }) => ({
        after: '1h',
        expires: '24h',
        if: { cart: { value: { gte: 0 } } },
        send: { channel, endpoint },
      })),
    },
  ];
}
