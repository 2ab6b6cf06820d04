import type { PageScope } from '../page-scope.ts';

/** Positions are asked for no more often: asking makes the browser lay out the page. */
const LOOK_MS = 200;

/** Once, as the visitor has scrolled so far that this much of the page was seen. A page that needs no scrolling never is. */
export function watchScroll(percent: number, fire: () => void, { listen, after }: PageScope): void {
  let isLooking = false;
  listen('scroll', () => {
    if (isLooking) return;
    isLooking = true;
    after(LOOK_MS, () => {
      const seen = (100 * (scrollY + innerHeight)) / document.documentElement.scrollHeight;
      // Positions are fractions on some screens: the end of the page must be reachable.
      if (Math.round(seen) >= percent) fire();
      else isLooking = false;
    });
  });
}
