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
import { start } from './handrail.ts';
import type { ConsentState } from './protocol.ts';
import { quietly } from './quietly.ts';

type Method = keyof Handrail;
/** A method's name and its arguments. */
type Call = { [M in Method]: [M, ...Parameters<Handrail[M]>] }[Method];
/** `window.handrail`: the API, and `push` as the array had it. */
type TagHandrail = Handrail & { push(...calls: Call[]): void };

function startFromTag(script: HTMLScriptElement) {
  const host = window as { handrail?: TagHandrail | Call[] };
  const { writeKey = '', endpoint, consent, prompts, dataLayer } = script.dataset;
  const fileUrl = (name: string) => new URL(name, script.src).href;
  const handrail = start(
    {
      writeKey,
      endpoint: endpoint ?? fileUrl('/'),
      consent: consent ? { analytics: consent as ConsentState } : undefined,
      dataLayer: dataLayer === 'off' ? false : dataLayer,
    },
    prompts === 'off'
      ? undefined
      : {
          loadDecision: () => import(fileUrl('handrail-prompts.js')),
          loadWidgets: () => import(fileUrl('handrail-widgets.js')),
        },
  );

  const call = quietly(([method, ...given]: Call) => {
    (handrail[method] as (...given: unknown[]) => unknown)(...given);
  });
  const waiting = host.handrail;
  // A second tag finds the first one's work here, and leaves it.
  if (waiting && 'flush' in waiting) return;
  host.handrail = { ...handrail, push: (...calls) => calls.forEach(call) };
  if (Array.isArray(waiting)) waiting.forEach(call);
}

// While an async script runs, this is the one that loaded it; a module or a bundle has none.
if (document.currentScript instanceof HTMLScriptElement) quietly(startFromTag)(document.currentScript);
