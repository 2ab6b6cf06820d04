import type { Explanation } from './explanation.ts';
import type { Properties } from './message.ts';
import type { CartItem, Consent } from './protocol.ts';

/** What a page can call. Nothing here throws; without consent, nothing here leaves a trace. */
export interface Handrail {
  /** Records a touchpoint. GA4's commerce names (`add_to_cart`, …) also keep the cart. */
  track(name: string, properties?: Properties): void;
  /** Records a page view. Page loads and routes of a single-page app are recorded without it. */
  page(properties?: Properties): void;
  /**
   * Names the person, with what is known of them (`email`, `name`, …). `null` adds traits to whoever it is.
   * Another `userId` than before starts a new visitor.
   */
  identify(userId: string | null, traits?: Properties): void;
  /** What the visitor decided. Purposes not named stay as they are. A refusal erases what was stored. */
  consent(decision: Partial<Consent>): void;
  /** The whole cart as it is now; what has changed is recorded. [currency=as before] */
  cart(items: CartItem[], options?: { currency?: string }): void;
  /** Forgets the person, as on signing out: the next touchpoint is a new visitor's. */
  reset(): void;
  /** Sends now. Resolves when all is sent, or when the collector cannot take it and it waits for later. */
  flush(): Promise<void>;
  /** Why touchpoints were dropped and prompts shown or not, since the page loaded. */
  explain(): Explanation;
}

/** For a server, where there is no page, and for options that cannot work. */
export const INERT: Handrail = {
  track() {},
  page() {},
  identify() {},
  consent() {},
  cart() {},
  reset() {},
  flush: async () => {},
  explain: () => ({ drops: {}, prompts: [] }),
};
