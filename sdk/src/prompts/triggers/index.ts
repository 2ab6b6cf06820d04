import { parseDuration } from '../../condition.ts';
import type { PageLifecycle } from '../../page-lifecycle.ts';
import type { Trigger } from '../../protocol.ts';
import type { TouchpointLog } from '../../touchpoint-log.ts';
import { watchDwell } from './dwell.ts';
import { watchExitIntent } from './exit-intent.ts';
import { watchIdle } from './idle.ts';
import { watchTouchpoint } from './touchpoint.ts';

export interface TriggerParts {
  touchpoints: TouchpointLog;
  lifecycle: PageLifecycle;
}

/** Calls `fire` at each moment the trigger names. One that this build does not know never fires. */
export function watch(trigger: Trigger, fire: () => void, parts: TriggerParts): () => void {
  const { touchpoints, lifecycle } = parts;
  if ('any' in trigger) {
    const stops = trigger.any.map((each) => watch(each, fire, parts));
    return () => {
      for (const stop of stops) stop();
    };
  }
  if ('exitIntent' in trigger) return watchExitIntent(fire, lifecycle);
  if ('touchpoint' in trigger) return watchTouchpoint(trigger.touchpoint, fire, touchpoints);
  if ('idle' in trigger) {
    const idleMs = parseDuration(trigger.idle);
    if (idleMs !== undefined) return watchIdle(idleMs, fire, lifecycle);
  } else if ('dwell' in trigger) {
    const dwellMs = parseDuration(trigger.dwell);
    if (dwellMs !== undefined) return watchDwell(dwellMs, fire, touchpoints, lifecycle);
  }
  return () => {};
}
