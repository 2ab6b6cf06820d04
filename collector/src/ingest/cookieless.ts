import type { Message } from '@handrail/sdk/protocol';
import type { Scrub } from './scrub.ts';

/** What is kept of a message whose sender has refused to be known: a count, and for a view its path. */
export interface CookielessTouchpoint {
  isView: boolean;
  path: string | null;
}

const MAX_PATH_CHARS = 200;

/** Whatever ids such a message carries all the same are not looked at. */
export function isCookieless({ context }: Message): boolean {
  return context?.cookieless === true;
}

export function toCookieless({ type, context }: Message, scrub: Scrub): CookielessTouchpoint {
  const path = context?.page?.path ?? null;
  return {
    isView: type === 'page' || type === 'screen',
    path: path && scrub(path).slice(0, MAX_PATH_CHARS),
  };
}
