import type { PageLifecycle } from '../../page-lifecycle.ts';
import type { TouchpointLog } from '../../touchpoint-log.ts';

/** Once on each page or route, this long after it was opened; if it is in the background then, on return. */
export function watchDwell(
  dwellMs: number,
  fire: () => void,
  touchpoints: TouchpointLog,
  lifecycle: PageLifecycle,
): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let isDue = false;

  function look() {
    isDue = document.hidden;
    if (!isDue) fire();
  }
  function start() {
    clearTimeout(timer);
    isDue = false;
    timer = setTimeout(look, dwellMs);
  }

  start();
  const stops = [
    touchpoints.subscribe(({ name }) => {
      if (name === 'page_view') start();
    }),
    lifecycle.on('return', () => {
      if (isDue) look();
    }),
    () => clearTimeout(timer),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
