import { quietly } from '../quietly.ts';

const POLL_MS = 250;
/** Platforms put a stub into the page's head; one that comes by a tag manager takes longer. */
const MAX_POLLS = 120;

/** Calls back with the function that a platform puts on `window`, once it is there; after half a minute, never. */
export function whenThere<Api>(name: string, action: (api: Api) => void, polls = 0): void {
  const api = (window as unknown as Record<string, unknown>)[name];
  if (typeof api === 'function') quietly(action)(api as Api);
  else if (polls < MAX_POLLS) setTimeout(() => whenThere(name, action, polls + 1), POLL_MS);
}
