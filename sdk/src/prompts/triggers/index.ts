import { matchesGlob, parseDuration } from '../../condition.ts';
import type { Cart, DurationText, Trigger } from '../../protocol.ts';
import type { MemoryStore } from '../memory.ts';
import type { PageScope } from '../page-scope.ts';
import { taskTest } from '../touchpoint-tests.ts';
import { watchCartIdle } from './cart-idle.ts';
import { watchDwell } from './dwell.ts';
import { watchExitIntent } from './exit-intent.ts';
import { watchIdle } from './idle.ts';
import { watchNthSession } from './nth-session.ts';
import { watchScroll } from './scroll.ts';
import { watchTouchpoint } from './touchpoint.ts';

export interface TriggerParts {
  scope: PageScope;
  memory: MemoryStore;
  cart(): Cart | null;
  /** The moment is there, and what it was about stays true for a while. */
  fire(): void;
  /** The moment is there, and gone at once. */
  fireNowOrNever(): void;
  /** It will be at that time, milliseconds UTC, on whichever page the visitor is then. */
  fireAt(time: number): void;
}

/** Arms the trigger for the page that has just been opened. One that this build does not know never fires. */
export function watch(trigger: Trigger, parts: TriggerParts): void {
  const { scope, memory, cart, fire, fireNowOrNever, fireAt } = parts;
  if ('any' in trigger) {
    for (const each of trigger.any) watch(each, parts);
  } else if ('page' in trigger) {
    if (matchesGlob(trigger.page, scope.page.path ?? '')) fire();
  } else if ('touchpoint' in trigger) {
    const { after } = trigger;
    const onMatch = after ? (at: number) => fireAt(at + toMs(after)) : fire;
    watchTouchpoint(trigger, onMatch, scope, memory);
  } else if ('task' in trigger) {
    watchTouchpoint(taskTest(trigger), fire, scope, memory);
  } else if ('dwell' in trigger) {
    watchDwell(toMs(trigger.dwell), fire, scope);
  } else if ('scroll' in trigger) {
    watchScroll(trigger.scroll, fire, scope);
  } else if ('idle' in trigger) {
    watchIdle(toMs(trigger.idle), fireNowOrNever, scope);
  } else if ('cartIdle' in trigger) {
    watchCartIdle(toMs(trigger.cartIdle), fire, scope, memory, cart);
  } else if ('nthPage' in trigger) {
    if (memory.read(Date.now()).session.pageViews === trigger.nthPage) fire();
  } else if ('nthSession' in trigger) {
    watchNthSession(trigger.nthSession, fire, scope, memory);
  } else if ('exitIntent' in trigger) {
    watchExitIntent(toMs(trigger.minOnPage ?? '3s'), fireNowOrNever, scope);
  }
}

/** What cannot be read is never over. */
function toMs(duration: DurationText): number {
  return parseDuration(duration) ?? Number.POSITIVE_INFINITY;
}
