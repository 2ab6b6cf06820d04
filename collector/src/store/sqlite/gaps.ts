/** How long people stay away between two sessions, by site and segment, counted in buckets (leads/silence.ts). */
import type { Database } from 'better-sqlite3';
import type { GapCounts } from '../../leads/silence.ts';

export interface Gaps {
  counts(siteId: number, segment: string): GapCounts;
  add(siteId: number, segment: string, bucket: number): void;
}

export function gaps(db: Database): Gaps {
  const select = db.prepare<[number, string], { bucket: number; count: number }>(
    'SELECT bucket, count FROM session_gaps WHERE site_id = ? AND segment = ?',
  );
  const add = db.prepare<[number, string, number]>(
    `INSERT INTO session_gaps (site_id, segment, bucket, count) VALUES (?, ?, ?, 1)
     ON CONFLICT DO UPDATE SET count = count + 1`,
  );
  return {
    counts: (siteId, segment) =>
      new Map(select.all(siteId, segment).map(({ bucket, count }) => [bucket, count])),
    add: (siteId, segment, bucket) => {
      add.run(siteId, segment, bucket);
    },
  };
}
