import { describe, looksClickable } from './elements.ts';
import type { Press } from './presses.ts';
import type { Tools } from './tools.ts';

/**
 * `dead_click`: on something that looks clickable, and nothing came of it. Returns what to tell the presses without
 * a reaction.
 */
export function deadClickRecorder({ record }: Pick<Tools, 'record'>): (press: Press) => void {
  return (press) => {
    const { target } = press;
    // A dialog of the browser's or another window has come up.
    if (!document.hasFocus() || isLoading(press) || isOpaque(target) || !looksClickable(target)) return;
    record('dead_click', { target: describe(target) });
  };
}

/** The browser follows a link, however long the answer takes. */
function isLoading({ target, click }: Press): boolean {
  if (!(target instanceof HTMLAnchorElement) || click?.defaultPrevented) return false;
  return target.protocol !== 'javascript:' && withoutHash(target.href) !== withoutHash(location.href);
}

function withoutHash(url: string): string | undefined {
  return url.split('#')[0];
}

/** A web component with a closed shadow root: what changes in there cannot be seen. */
function isOpaque({ localName, shadowRoot }: Element): boolean {
  return localName.includes('-') && !shadowRoot;
}
