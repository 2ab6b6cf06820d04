/**
 * Handrail's browser SDK for bundlers. Importing it does nothing, on a server as in a page; `init` starts it.
 */

import { type Handrail, INERT } from './api.ts';
import type { Options } from './config.ts';
import { start } from './handrail.ts';
import type { Widgets } from './prompts/widgets.ts';

export type { Handrail } from './api.ts';
export type { Options } from './config.ts';
export type { DropReason, Drops } from './drops.ts';
export type { Explanation } from './explanation.ts';
export type { Properties } from './message.ts';
export type { IneligibleReason, PromptDecision } from './prompts/index.ts';
export type { WidgetOptions, Widgets } from './prompts/widgets.ts';
export type * from './protocol.ts';

export interface InitOptions extends Options {
  /**
   * Loads what draws prompts, when the first one is due: `() => import('@handrail/widgets')`. Without it no
   * prompt is asked for. [widgets=none]
   */
  widgets?: (() => Promise<Widgets>) | undefined;
}

/**
 * Starts Handrail on this page, once: later calls return the instance that is running. Never throws; options
 * that cannot work are told on the console, and what is returned then does nothing, as on a server.
 */
export function init({ widgets, ...options }: InitOptions): Handrail {
  if (typeof document === 'undefined') return INERT;
  const promptLoaders = widgets && {
    loadDecision: () => import('./prompts/index.ts'),
    loadWidgets: widgets,
  };
  return start(options, promptLoaders);
}
