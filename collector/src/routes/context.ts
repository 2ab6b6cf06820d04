import type { Context } from 'hono';
import type { CompiledSites } from '../compiled-sites.ts';
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
}

/** `siteId` is set once a key or a session has told whose request it is. */
export interface Env {
  Variables: { siteId: number };
}
export type HandrailContext = Context<Env>;
