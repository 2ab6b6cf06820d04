import type { PageLifecycle } from '../../page-lifecycle.ts';

const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'scroll', 'touchstart'];

/** No input for this long; again after each next input. A page in the background is not idle, it is away. */
export function watchIdle(idleMs: number, fire: () => void, lifecycle: PageLifecycle): () => void {
  const stop = new AbortController();
  let lastInputAt = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look() {
    timer = undefined;
    const leftMs = lastInputAt + idleMs - performance.now();
    if (leftMs > 0) timer = setTimeout(look, leftMs);
    else if (!document.hidden) fire();
  }

  // One timer that looks at the time of the last input: moving the mouse must not set timers.
  const onInput = () => {
    lastInputAt = performance.now();
    timer ??= setTimeout(look, idleMs);
  };
  for (const input of INPUTS) {
    document.addEventListener(input, onInput, { passive: true, capture: true, signal: stop.signal });
  }
  const stopReturn = lifecycle.on('return', onInput);
  onInput();
  return () => {
    stop.abort();
    stopReturn();
    clearTimeout(timer);
  };
}
