import type { PageContext } from './protocol.ts';

/** The page as it is now: the title and, in a single-page app, the address change under us. */
export function currentPage(): Required<PageContext> {
  return {
    url: location.href,
    path: location.pathname,
    title: document.title,
    referrer: document.referrer,
    search: location.search,
  };
}
