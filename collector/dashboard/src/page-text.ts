import type { Page } from './api-types.ts';

/**
 * Which page it was. Text and no link, on purpose: anyone who reads the public write key off a page can make
 * an address up, and the owner should not be led there from the owner's own page.
 */
export function pageText(page: Page | null): string {
  return page?.path || page?.title || '';
}
