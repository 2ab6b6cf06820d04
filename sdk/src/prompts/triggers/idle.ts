import type { PageScope } from '../page-scope.ts';

const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'scroll', 'touchstart'] as const;

/** No input for this long; again after each next input. A page in the background is not idle, it is away. */
export function watchIdle(idleMs: number, fire: () => void, { listen, on, after }: PageScope): void {
  let lastInputAt: number;
  let isWatching = false;

  function look() {
    const leftMs = lastInputAt + idleMs - performance.now();
    if (leftMs > 0) return after(leftMs, look);
    isWatching = false;
    if (!document.hidden) fire();
  }

  // One timer that looks at the time of the last input: moving the mouse must not set timers.
  function onInput() {
    lastInputAt = performance.now();
    if (isWatching) return;
    isWatching = true;
    after(idleMs, look);
  }
  for (const input of INPUTS) listen(input, onInput);
  on('return', onInput);
  onInput();
}
