/**
 * Handrail's browser SDK for bundlers. Importing it does nothing, on a server as in a page; `init` starts it.
 */

import { type Handrail, INERT } from './api.ts';
import type { Options } from './config.ts';
import { createDeferred } from './deferred.ts';
import type { Loaders } from './handrail.ts';
import { createLink } from './link/index.ts';
import type { LoadPromptFile, PromptFiles } from './prompts/files.ts';
import type { Languages, Widgets } from './prompts/widgets.ts';
import { start } from './start.ts';
import { whenActivated } from './when-activated.ts';

export type { Handrail } from './api.ts';
export type { CaptureName } from './capture-names.ts';
export type { ConsentPlatform, Options } from './config.ts';
export type { Explanation } from './explanation.ts';
export type { Properties } from './message.ts';
export type { PromptDecision } from './prompts/ledger.ts';
export type { Languages, WidgetOptions, Widgets } from './prompts/widgets.ts';
export type * from './protocol.ts';
export type { Task } from './task.ts';

export interface InitOptions extends Options {
  /**
   * Loads what draws prompts, when the first one is due: `() => import('@handrail/widgets')`. Without it no
   * prompt is asked for. [widgets=none]
   */
  widgets?: (() => Promise<Widgets>) | undefined;
  /**
   * Loads our own words, such as "Send", where a prompt is not in English: `() => import('@handrail/widgets/languages')`.
   * [languages=English ones]
   */
  languages?: (() => Promise<Languages>) | undefined;
  /** `false`: nothing is captured by itself but page views, and the cart is not kept. [capture=true] */
  capture?: boolean | undefined;
}

/**
 * Starts Handrail on this page, once: later calls return the instance that is running. Never throws; options
 * that cannot work are told on the console, and what is returned then does nothing, as on a server. On a page that
 * is prerendered calls wait until it is shown.
 */
export function init({ widgets, languages, capture = true, ...options }: InitOptions): Handrail {
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
    prompts: widgets && { load: promptFiles(widgets, languages) },
  };
  let running: Handrail | undefined;
  whenActivated(() => {
    running = start(options, loaders);
    resolve(running);
  });
  return running ?? handrail;
}

function promptFiles(
  widgets: NonNullable<InitOptions['widgets']>,
  languages: InitOptions['languages'],
): LoadPromptFile {
  const files: { [Name in keyof PromptFiles]: () => Promise<PromptFiles[Name]> } = {
    prompts: () => import('./prompts/index.ts'),
    delays: () => import('./prompts/delays.ts'),
    decision: () => import('./prompts/decision.ts'),
    show: () => import('./prompts/show.ts'),
    preview: () => import('./prompts/preview.ts'),
    widgets,
    languages: languages ?? (async () => ({ stringsFor: () => undefined })),
  };
  return (name) => files[name]();
}
