import { describe, looksClickable } from './elements.ts';
import type { Press } from './presses.ts';
import type { Tools } from './tools.ts';

const CLICKS = 3;
const RADIUS_PX = 30;
const WINDOW_MS = 1_000;

/**
 * `rage_click`: three clicks within 30 px and 1 s, once for each burst. Not where the page did something about each
 * of them (a "+" clicked three times), nor to select a paragraph. Returns what to tell the clicks.
 */
export function rageDetector({ record }: Pick<Tools, 'record'>): (press: Press) => void {
  /** The clicks of the last second. */
  let burst: Press[] = [];
  let isTold = false;

  return (press) => {
    const earlier = burst.filter(({ down }) => isNear(down, press.down));
    if (earlier.length === 0) isTold = false;
    burst = [...earlier, press];
    if (isTold || burst.length < CLICKS) return;
    const isAnswered = earlier.every(({ reaction }) => reaction === 'page');
    if (isAnswered || isSelecting(press)) return;
    isTold = true;
    record('rage_click', { target: describe(press.target) });
  };
}

function isNear(before: PointerEvent, now: PointerEvent): boolean {
  const distancePx = Math.hypot(now.clientX - before.clientX, now.clientY - before.clientY);
  return now.timeStamp - before.timeStamp <= WINDOW_MS && distancePx <= RADIUS_PX;
}

function isSelecting({ target }: Press): boolean {
  return getSelection()?.isCollapsed === false && !looksClickable(target);
}
