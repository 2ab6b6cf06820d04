import type { PageLifecycle } from '../../page-lifecycle.ts';

/** Sooner than this, it is the pointer still coming from the address bar, or a page opened by mistake. */
const MIN_ON_PAGE_MS = 1_000;
/** A flick back to the address bar; reading upwards stays well below. In CSS pixels per millisecond. */
const FLICK_PX_PER_MS = 2;
const FLICK_PX = 400;
/** A scroll that paused this long is a new one. */
const PAUSE_MS = 150;

/**
 * The visitor starts to leave: a mouse goes out by the top, where tabs and the address bar are; on a touch
 * screen, a flick upwards or a return from another app or tab.
 */
export function watchExitIntent(fire: () => void, lifecycle: PageLifecycle): () => void {
  const since = performance.now();
  const stop = new AbortController();
  const { signal } = stop;
  const fireUnlessEarly = () => {
    if (performance.now() - since >= MIN_ON_PAGE_MS) fire();
  };

  document.documentElement.addEventListener(
    'mouseleave',
    ({ clientY }) => {
      if (clientY <= 0) fireUnlessEarly();
    },
    { signal },
  );
  if (!matchMedia('(hover: none)').matches) return () => stop.abort();

  let top = scrollY;
  let topAt = since;
  let lastAt = since;
  addEventListener(
    'scroll',
    () => {
      const now = performance.now();
      const goesOn = now - lastAt < PAUSE_MS && scrollY <= top;
      lastAt = now;
      if (!goesOn) {
        top = scrollY;
        topAt = now;
      } else if (top - scrollY >= FLICK_PX && (top - scrollY) / (now - topAt) >= FLICK_PX_PER_MS) {
        fireUnlessEarly();
      }
    },
    { passive: true, signal },
  );
  const stopReturn = lifecycle.on('return', fireUnlessEarly);
  return () => {
    stop.abort();
    stopReturn();
  };
}
