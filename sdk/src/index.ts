/**
 * Handrail's browser SDK for bundlers. Importing it does nothing, on a server as in a page; `init` starts it.
 */

import { type Handrail, INERT } from './api.ts';
import type { Options } from './config.ts';
import { createDeferred } from './deferred.ts';
import { type Loaders, start } from './handrail.ts';
import { createLink } from './link/index.ts';
import type { Widgets } from './prompts/widgets.ts';
import { whenActivated } from './when-activated.ts';

export type { Handrail } from './api.ts';
export type { CaptureName } from './capture-names.ts';
export type { ConsentPlatform, Options } from './config.ts';
export type { Explanation } from './explanation.ts';
export type { Properties } from './message.ts';
export type { IneligibleReason, PromptDecision } from './prompts/index.ts';
export type { WidgetOptions, Widgets } from './prompts/widgets.ts';
export type * from './protocol.ts';
export type { Task } from './task.ts';

export interface InitOptions extends Options {
  /**
   * Loads what draws prompts, when the first one is due: `() => import('@handrail/widgets')`. Without it no
   * prompt is asked for. [widgets=none]
   */
  widgets?: (() => Promise<Widgets>) | undefined;
  /** `false`: nothing is captured by itself but page views, and the cart is not kept. [capture=true] */
  capture?: boolean | undefined;
}

/**
 * Starts Handrail on this page, once: later calls return the instance that is running. Never throws; options
 * that cannot work are told on the console, and what is returned then does nothing, as on a server. On a page that
 * is prerendered calls wait until it is shown.
 */
export function init({ widgets, capture = true, ...options }: InitOptions): Handrail {
  if (typeof document === 'undefined') return INERT;
  const { handrail, resolve } = createDeferred();
  const loaders: Loaders = {
    createLink,
    loadIdle: () => import('./idle/index.ts'),
    loadConsentPlatforms: () => import('./consent-platforms/index.ts'),
    loadHardened: () => import('./hardened.ts'),
    loadOptionsCheck: () => import('./options-check.ts'),
    capture: capture
      ? {
          loadCapture: () => import('./capture/index.ts'),
          loadVitals: () => import('./capture/vitals.ts'),
        }
      : undefined,
    prompts: widgets && { loadDecision: () => import('./prompts/index.ts'), loadWidgets: widgets },
  };
  let running: Handrail | undefined;
  whenActivated(() => {
    running = start(options, loaders);
    resolve(running);
  });
  return running ?? handrail;
}
