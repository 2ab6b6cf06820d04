import type { PageScope } from '../page-scope.ts';

/** Once, this long after the page or route was opened. */
export function watchDwell(dwellMs: number, fire: () => void, { after, ageMs }: PageScope): void {
  after(dwellMs - ageMs(), fire);
}
