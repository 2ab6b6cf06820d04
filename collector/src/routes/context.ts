import type { Context } from 'hono';
import type { CompiledSites } from '../compiled-sites.ts';
import type { AddressGuardOptions } from '../follow-ups/channels/address-guard.ts';
import type { Channel } from '../follow-ups/channels/channel.ts';
import type { WebhookContent } from '../follow-ups/channels/webhook.ts';
import type { LeadTimers } from '../lead-timers.ts';
import type { Replays } from '../replays.ts';
import type { Variables } from '../site/document.ts';
import type { Store } from '../store/store.ts';

/** What the routes are given to work with. */
export interface Services {
  store: Store;
  sites: CompiledSites;
  timers: LeadTimers;
  replays: Replays;
  /** What `${HANDRAIL_…}` stands for in a document. */
  variables: Variables;
  now: () => number;
  /** Sends what an owner asks to be sent just to see. */
  webhook: Channel<WebhookContent>;
  /** Where the site's endpoints may lead. */
  webhookTargets: AddressGuardOptions;
}

/** `siteId` is set once a key or a session has told whose request it is. */
export interface Env {
  Variables: { siteId: number };
}
export type HandrailContext = Context<Env>;
