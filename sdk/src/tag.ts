/**
 * Handrail by script tag:
 *
 *     <script async src="https://collect.example/handrail.js" data-write-key="pk_…"></script>
 *
 * Calls made before it has loaded wait in an array:
 *
 *     window.handrail = window.handrail || [];
 *     handrail.push(['track', 'demo_booked', { plan: 'team' }]);
 */

import type { Handrail } from './api.ts';
import type { TagOptions } from './config.ts';
import type { Loaders } from './handrail.ts';
import { useJson } from './json.ts';
import { isNative } from './native.ts';
import { quietly } from './quietly.ts';
import { start } from './start.ts';
import { whenActivated } from './when-activated.ts';

type Method = keyof Handrail;
/** A method's name and its arguments. */
type Call = { [M in Method]: [M, ...Parameters<Handrail[M]>] }[Method];
/** `window.handrail`: the API, and `push` as the array had it. */
type TagHandrail = Handrail & { push(...calls: Call[]): void };

function makeCalls(handrail: Handrail, calls: Call[]) {
  calls.forEach(
    quietly(([method, ...given]: Call) => {
      (handrail[method] as (...given: unknown[]) => unknown)(...given);
    }),
  );
}

function startFromTag({ dataset, src }: HTMLScriptElement) {
  const { global = 'handrail', capture, prompts, ...given } = dataset;
  const host = window as unknown as { [name: string]: TagHandrail | Call[] | undefined };
  const fileUrl = (name: string) => new URL(name, src).href;
  const load = (name: string) => import(fileUrl(`handrail-${name}.js`));
  const options = { endpoint: fileUrl('.'), ...given } as TagOptions;
  const loaders: Loaders = {
    loadIdle: () => load('idle'),
    loadConsentPlatforms: () => load('consent'),
    loadHardened: () => load('hardened'),
    loadOptionsCheck: () => load('options'),
    capture:
      capture === 'off'
        ? undefined
        : { loadCapture: () => load('capture'), loadVitals: () => load('vitals') },
    prompts: prompts === 'off' ? undefined : { load },
  };

  const run = quietly((link?: Pick<Loaders, 'createLink'>) => {
    const waiting = host[global];
    // A second tag finds the first one's work here, and leaves it.
    if (waiting && 'flush' in waiting) return;
    const handrail = start(options, { ...loaders, ...link }, (handrail) => {
      if (Array.isArray(waiting)) makeCalls(handrail, waiting);
    });
    host[global] = { ...handrail, push: (...calls) => makeCalls(handrail, calls) };
  });

  const { cookieDomain, linkDomains } = options;
  const needsLink = cookieDomain || linkDomains || /[?&]hr=/.test(location.search);
  const prepareAndRun = () => (needsLink ? load('link').then(run, () => run()) : run());
  if (isNative(JSON.stringify)) prepareAndRun();
  else
    loaders
      .loadHardened()
      .then(({ intrinsicJson }) => useJson(intrinsicJson()))
      .then(prepareAndRun, prepareAndRun);
}

// While an async script runs, this is the one that loaded it; a module or a bundle has none.
const script = document.currentScript;
if (script instanceof HTMLScriptElement) whenActivated(quietly(() => startFromTag(script)));
