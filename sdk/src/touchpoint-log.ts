import type { Properties } from './message.ts';
import type { PageContext } from './protocol.ts';

const MAX_TOUCHPOINTS = 100;

export interface Touchpoint {
  name: string;
  properties: Properties;
  page: PageContext;
  /** Milliseconds UTC. */
  at: number;
}

/** What was recorded since the page loaded, which prompts may ask about. */
export interface TouchpointLog {
  add(touchpoint: Touchpoint): void;
  /** The last hundred, oldest first. */
  all(): readonly Touchpoint[];
  /** Returns how to stop listening. */
  subscribe(listener: (touchpoint: Touchpoint) => void): () => void;
}

export function createTouchpointLog(): TouchpointLog {
  const touchpoints: Touchpoint[] = [];
  const listeners = new Set<(touchpoint: Touchpoint) => void>();
  return {
    add(touchpoint) {
      touchpoints.push(touchpoint);
      if (touchpoints.length > MAX_TOUCHPOINTS) touchpoints.shift();
      for (const listener of listeners) listener(touchpoint);
    },
    all: () => touchpoints,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
