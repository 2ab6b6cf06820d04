import type { Database } from 'better-sqlite3';

/** When the version that a site's leads are folded under took the place of another; 0 where it never did. */
export function swapTimes(db: Database): (siteId: number) => number {
  const select = db.prepare<[number], number>('SELECT swapped_at FROM sites WHERE id = ?').pluck();
  return (siteId) => select.get(siteId) ?? 0;
}
