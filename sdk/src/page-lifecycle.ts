import { watchRoutes } from './capture/page-view.ts';
import { quietly } from './quietly.ts';

/**
 * - `leave`: the page may never run again. On phones, `visibilitychange` is often the last event there is.
 *   (https://developer.chrome.com/docs/web-platform/page-lifecycle-api)
 * - `send`: it is, and what that gave to record is recorded.
 * - `end`: it is being left for another one, though it may come back out of the back/forward cache. Told before
 *   `leave`, so that what is recorded now still goes.
 * - `return`: it is looked at again, also out of the back/forward cache.
 * - `online`: the network is back.
 * - `route`: a single-page app shows another page.
 */
export type Moment = 'leave' | 'send' | 'end' | 'return' | 'online' | 'route';

export interface PageLifecycle {
  /** Returns how to stop listening. */
  on(moment: Moment, listener: () => void): () => void;
}

/**
 * No `unload` and no `beforeunload`: either would cost the page its place in the back/forward cache.
 *
 * @param prepare is called before anyone is told, and may bring those to life who want to know
 */
export function watchPageLifecycle(hashRouting: boolean, prepare: () => void): PageLifecycle {
  const moments = new EventTarget();
  const tell = (moment: Moment) => {
    prepare();
    moments.dispatchEvent(new Event(moment));
    if (moment === 'leave') tell('send');
  };
  document.addEventListener('visibilitychange', () => tell(document.hidden ? 'leave' : 'return'));
  addEventListener('pagehide', () => {
    tell('end');
    tell('leave');
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) tell('return');
  });
  addEventListener('online', () => tell('online'));
  watchRoutes(() => tell('route'), hashRouting);
  return {
    on(moment, listener) {
      const quietListener = quietly(() => listener());
      moments.addEventListener(moment, quietListener);
      return () => moments.removeEventListener(moment, quietListener);
    },
  };
}
