/** Safari has no `requestIdleCallback`; a task of its own is the next best. */
export function whenIdle(action: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(action, { timeout: 1_000 });
  else setTimeout(action, 1);
}
