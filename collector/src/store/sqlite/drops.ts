import type { Drops } from '@handrail/sdk/protocol';
import type { Database } from 'better-sqlite3';
import type { DropStore, IncomingBatch } from '../store.ts';
import { slice } from './leads.ts';

const DAY_MS = 86_400_000;

/** Adds up what the SDKs of a site told, by the day on which they told it. */
export function dropsWriter(db: Database) {
  const add = db.prepare(
    `INSERT INTO drops (site_id, day, reason, count) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  );
  return ({ siteId, drops = {}, receivedAt }: IncomingBatch): void => {
    const day = receivedAt - (receivedAt % DAY_MS);
    for (const [reason, count] of Object.entries(drops)) if (count) add.run(siteId, day, reason, count);
  };
}

export function dropStore(db: Database): DropStore {
  const selectDays = db.prepare<[number, number, number], { day: number; drops: string }>(
    `SELECT day, json_group_object(reason, count) AS drops FROM drops
     WHERE site_id = ? AND day < ? GROUP BY day ORDER BY day DESC LIMIT ?`,
  );
  return {
    async list(siteId, limit, after) {
      const rows = selectDays.all(siteId, after?.key ?? Number.MAX_SAFE_INTEGER, limit + 1);
      return slice(
        rows,
        limit,
        ({ day }) => ({ key: day, id: 0 }),
        ({ day, drops }) => ({ day, drops: JSON.parse(drops) as Drops }),
      );
    },
  };
}
