import type { TouchpointLog } from '../../touchpoint-log.ts';

/** As the touchpoint is recorded; also at once, if it was before the prompts had loaded. */
export function watchTouchpoint(name: string, fire: () => void, touchpoints: TouchpointLog): () => void {
  if (touchpoints.all().some((touchpoint) => touchpoint.name === name)) fire();
  return touchpoints.subscribe((touchpoint) => {
    if (touchpoint.name === name) fire();
  });
}
