import type { Explanation } from './explanation.ts';
import type { Properties } from './message.ts';
import type { CartItem, Consent } from './protocol.ts';
import type { Task } from './task.ts';

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
  /**
   * Gives the person another name: the visitor, and the lead with all its history, goes on under it.
   * [previousId=the `userId` until now, else the visitor's id]
   */
  alias(userId: string, previousId?: string): void;
  /** The company, team or household that the person belongs to, with what is known of it. */
  group(groupId: string, traits?: Properties): void;
  /** What the visitor decided. Purposes not named stay as they are. A refusal erases what was stored. */
  consent(decision: Partial<Consent>): void;
  /** The whole cart as it is now; what has changed is recorded. [currency=as before] */
  cart(items: CartItem[], options?: { currency?: string }): void;
  /** Something that the visitor sets out to do; how it ends, and after how long, is recorded. */
  task(name: string): Task;
  /** Forgets the person, as on signing out: the next touchpoint is a new visitor's. */
  reset(): void;
  /** Sends now. Resolves when all is sent, or when the collector cannot take it and it waits for later. */
  flush(): Promise<void>;
  /** Shows the prompt of this id now, whatever its trigger, unless something else speaks against it. */
  prompt(id: string): void;
  /** Why touchpoints were dropped, since the page loaded, and prompts shown or not: also printed, as a table. */
  explain(): Explanation;
}

/** For a server, where there is no page, and for options that cannot work. */
export const INERT: Handrail = {
  track() {},
  page() {},
  identify() {},
  alias() {},
  group() {},
  consent() {},
  cart() {},
  task: () => ({ done() {}, failed() {} }),
  reset() {},
  flush: async () => {},
  prompt() {},
  explain: () => ({ consent: {}, drops: {}, prompts: [] }),
};
