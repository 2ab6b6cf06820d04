import type { PageScope } from '../page-scope.ts';
import { watchIdle } from './idle.ts';

/** A flick back to the address bar; reading upwards stays well below. In CSS pixels per millisecond. */
const FLICK_PX_PER_MS = 2;
const FLICK_PX = 400;
/** A scroll that paused this long is a new one. */
const PAUSE_MS = 150;
/** Whoever has a phone in the hand and does nothing for this long has turned to something else. */
const TOUCH_IDLE_MS = 30_000;

/**
 * The visitor starts to leave: a mouse goes out by the top, where tabs and the address bar are; on a touch
 * screen, a flick upwards, a return from another app or tab, or nothing at all for a while. The Back button is left
 * alone. Sooner than `minOnPageMs` it is the pointer still coming from the address bar, or a page opened by mistake.
 */
export function watchExitIntent(minOnPageMs: number, fire: () => void, scope: PageScope): void {
  const { ageMs, listen, on } = scope;
  const fireUnlessEarly = () => {
    if (ageMs() >= minOnPageMs) fire();
  };

  listen('mouseleave', ({ target, clientY }) => {
    if (target === document.documentElement && clientY <= 0) fireUnlessEarly();
  });
  if (!matchMedia('(hover: none)').matches) return;

  let top = scrollY;
  let topAt = ageMs();
  let lastAt = topAt;
  listen('scroll', () => {
    const now = ageMs();
    const goesOn = now - lastAt < PAUSE_MS && scrollY <= top;
    lastAt = now;
    if (!goesOn) {
      top = scrollY;
      topAt = now;
    } else if (top - scrollY >= FLICK_PX && (top - scrollY) / (now - topAt) >= FLICK_PX_PER_MS) {
      fireUnlessEarly();
    }
  });
  on('return', fireUnlessEarly);
  watchIdle(TOUCH_IDLE_MS, fireUnlessEarly, scope);
}
