import type { PageContext } from '../protocol.ts';
import { whenIdle } from '../when-idle.ts';
import type { Tools } from './tools.ts';

/** Whoever did nothing for this long may have left the desk; a line of text is read sooner. */
const ACTIVE_MS = 30_000;
/** So much of it is told even if the page stays open. */
const REPORT_MS = 30_000;
/** Less is left for the next time: switching tabs back and forth is no reading. */
const MIN_REPORT_MS = 1_000;

const INPUTS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'scroll'] as const;

/**
 * `engagement`: how long the page was in view and the visitor active (some input in the last 30 s), and how much of
 * it was seen. On leaving it, for a route too, and with the next input after 30 s.
 */
export function watchEngagement({ record, page, listen, on, onRoute }: Tools): void {
  let current: PageContext = page();
  let engagedMs = 0;
  /** All until then is in `engagedMs`. */
  let countedUntil = performance.now();
  let activeUntil = countedUntil + ACTIVE_MS;
  let scrollPercent = 0;
  let isLookDue = false;

  function count(now: number) {
    engagedMs += Math.max(0, Math.min(now, activeUntil) - countedUntil);
    countedUntil = now;
  }

  function report(minMs: number) {
    if (engagedMs < minMs) return;
    record('engagement', { engagedMs: Math.round(engagedMs), scrollPercent }, current);
    engagedMs = 0;
  }

  function onInput() {
    const now = performance.now();
    count(now);
    activeUntil = now + ACTIVE_MS;
    report(REPORT_MS);
  }

  function leave() {
    count(performance.now());
    activeUntil = 0;
    report(MIN_REPORT_MS);
  }

  /** Sizes and positions are asked for in idle moments only, when the layout is done: else asking would make it. */
  function look() {
    if (isLookDue) return;
    isLookDue = true;
    whenIdle(() => {
      isLookDue = false;
      const { scrollHeight } = document.documentElement;
      const seen = Math.round((100 * (scrollY + innerHeight)) / scrollHeight);
      scrollPercent = Math.max(scrollPercent, Math.min(seen, 100));
    });
  }

  for (const input of INPUTS) listen(input, onInput);
  listen('scroll', look);
  on('leave', leave);
  on('return', onInput);
  onRoute(() => {
    leave();
    onInput();
    current = page();
    engagedMs = 0;
    scrollPercent = 0;
    look();
  });
  if (document.hidden) activeUntil = 0;
  look();
}
