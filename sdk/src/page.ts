import type { PageContext } from './protocol.ts';
import type { Scrub } from './scrub.ts';

export type Page = Required<PageContext>;

/**
 * The page as it is now: the title and, in a single-page app, the address change under us. Where routes are in the
 * hash it is part of the path.
 */
export function currentPage(scrub: Scrub, hashRouting: boolean): Page {
  const { href, pathname, search, hash } = location;
  return {
    url: scrub(href),
    path: scrub(hashRouting ? pathname + hash : pathname),
    title: scrub(document.title),
    referrer: scrub(document.referrer),
    search: scrub(search),
  };
}
