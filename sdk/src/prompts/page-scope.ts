import type { Moment, PageLifecycle } from '../page-lifecycle.ts';
import type { PageContext, Prompt } from '../protocol.ts';
import { quietly } from '../quietly.ts';
import type { Touchpoint } from '../touchpoint-log.ts';

/** Past it a browser's timer fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** All that is armed for one page, or one route of it, and dies with that. */
export interface PageScope {
  /** As it was when it was opened. */
  page: PageContext;
  /** Since it was opened, by a clock that nobody sets. */
  ageMs(): number;
  /** Of the whole document, seen on its way down; never holds up a scroll. */
  listen<Name extends keyof DocumentEventMap>(
    name: Name,
    listener: (event: DocumentEventMap[Name]) => void,
  ): void;
  on(moment: Moment, listener: () => void): void;
  after(delayMs: number, action: () => void): void;
  /** Told of each touchpoint. */
  touchpointListeners: ((touchpoint: Touchpoint) => void)[];
  /** Told, once, that the collector has told of the person. */
  leadListeners: (() => void)[];
  /** Prompts of which something was decided here. */
  decided: Set<Prompt>;
  /** Prompts that may still come up here without their trigger firing again. */
  waiting: Set<Prompt>;
  /** Aborted as it is left. */
  signal: AbortSignal;
  end(): void;
}

export function openPageScope(page: PageContext, openedAgoMs: number, lifecycle: PageLifecycle): PageScope {
  const stop = new AbortController();
  const { signal } = stop;
  const openedAt = performance.now() - Math.max(0, openedAgoMs);
  return {
    page,
    ageMs: () => performance.now() - openedAt,
    listen: (name, listener) =>
      document.addEventListener(name, quietly(listener), { capture: true, passive: true, signal }),
    on: (moment, listener) => signal.addEventListener('abort', lifecycle.on(moment, listener)),
    after(delayMs, action) {
      const act = quietly(() => signal.aborted || action());
      setTimeout(act, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS));
    },
    touchpointListeners: [],
    leadListeners: [],
    decided: new Set(),
    waiting: new Set(),
    signal,
    end: () => stop.abort(),
  };
}
