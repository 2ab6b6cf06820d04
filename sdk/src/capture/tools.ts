import type { CapturedName, CapturedProperties } from '../catalogue.ts';
import type { Properties } from '../message.ts';
import type { Moment, PageLifecycle } from '../page-lifecycle.ts';
import type { PageContext } from '../protocol.ts';
import { quietly } from '../quietly.ts';
import type { TouchpointLog } from '../touchpoint-log.ts';

export interface ToolParts {
  /** `at`: when it happened, milliseconds UTC. [at=now] `page`: where. [page=as it is now] */
  record(name: string, properties: object, at?: number, page?: PageContext): void;
  lifecycle: PageLifecycle;
  touchpoints: TouchpointLog;
  /** The page as it is now. */
  page(): PageContext;
  identify(userId: string | null, traits: Properties): void;
  /** Ends everything that was begun with these tools. */
  signal: AbortSignal;
}

/** What a listener works with. Each takes those it needs. */
export interface Tools extends Pick<ToolParts, 'page' | 'identify' | 'signal'> {
  record<Name extends CapturedName>(
    name: Name,
    properties: CapturedProperties<Name>,
    page?: PageContext,
  ): void;
  /** A touchpoint that the site's owner has named. */
  recordOwn(name: string, properties: Properties): void;
  /**
   * Hears events anywhere in the page, before the page's own listeners do. It can neither delay nor stop them, and
   * what fails of ours is not the page's trouble.
   */
  listen<Type extends keyof WindowEventMap>(
    type: Type,
    listener: (event: WindowEventMap[Type]) => void,
    signal?: AbortSignal,
  ): void;
  /** A moment in the page's life. */
  on(moment: Moment, listener: () => void): void;
  /** The page has become another one without loading. */
  onRoute(listener: () => void): void;
}

export function createTools({ record, lifecycle, touchpoints, page, identify, signal }: ToolParts): Tools {
  const untilStopped = (stop: () => void) => signal.addEventListener('abort', stop);
  return {
    page,
    identify,
    signal,
    record: (name, properties, where) => record(name, properties, undefined, where),
    recordOwn: record,
    listen(type, listener, until = signal) {
      addEventListener(type, quietly(listener), { capture: true, passive: true, signal: until });
    },
    on: (moment, listener) => untilStopped(lifecycle.on(moment, quietly(listener))),
    onRoute(listener) {
      const look = quietly(listener);
      untilStopped(touchpoints.subscribe(({ name }) => name === 'page_view' && look()));
    },
  };
}
