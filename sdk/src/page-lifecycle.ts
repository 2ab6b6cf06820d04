/**
 * - `leave`: the page may never run again. On phones, `visibilitychange` is often the last event there is.
 *   (https://developer.chrome.com/docs/web-platform/page-lifecycle-api)
 * - `return`: it is looked at again, also out of the back/forward cache.
 * - `online`: the network is back.
 */
export type Moment = 'leave' | 'return' | 'online';

export interface PageLifecycle {
  /** Returns how to stop listening. */
  on(moment: Moment, listener: () => void): () => void;
}

/** No `unload` and no `beforeunload`: either would cost the page its place in the back/forward cache. */
export function watchPageLifecycle(): PageLifecycle {
  const listeners: Record<Moment, Set<() => void>> = {
    leave: new Set(),
    return: new Set(),
    online: new Set(),
  };
  const tell = (moment: Moment) => {
    for (const listener of listeners[moment]) listener();
  };
  document.addEventListener('visibilitychange', () => tell(document.hidden ? 'leave' : 'return'));
  addEventListener('pagehide', () => tell('leave'));
  addEventListener('pageshow', (event) => {
    if (event.persisted) tell('return');
  });
  addEventListener('online', () => tell('online'));
  return {
    on(moment, listener) {
      listeners[moment].add(listener);
      return () => listeners[moment].delete(listener);
    },
  };
}
