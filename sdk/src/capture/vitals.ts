/**
 * The page's vital signs: how fast it is, and which clicks it leaves without an answer. A file of its own, for it can
 * wait until the page has come to rest.
 */

import type { CaptureName } from '../capture-names.ts';
import type { PageContext } from '../protocol.ts';
import { deadClickRecorder } from './dead-clicks.ts';
import { watchPresses } from './presses.ts';
import { rageDetector } from './rage-clicks.ts';
import type { Tools } from './tools.ts';
import { watchWebVitals } from './web-vitals.ts';

/**
 * Starts every listener that is not switched off, until the tools' signal ends them. `measured` is the page that was
 * loaded, whichever route it shows by now.
 */
export function startVitals(tools: Tools, isOn: (name: CaptureName) => boolean, measured: PageContext): void {
  if (isOn('rage-clicks') || isOn('dead-clicks')) {
    watchPresses(tools, {
      onClick: isOn('rage-clicks') ? rageDetector(tools) : () => {},
      onNoReaction: isOn('dead-clicks') ? deadClickRecorder(tools) : () => {},
    });
  }
  if (isOn('vitals')) watchWebVitals(tools, measured);
}
