/** Addresses that must not be written to. */
import type { Database } from 'better-sqlite3';
import type { Suppression, SuppressionStore } from '../follow-ups.ts';
import { byId, slice } from './leads.ts';

export function suppressionWriter(db: Database) {
  const insert = db.prepare(
    `INSERT INTO suppressions (site_id, address, topic, reason, detail, at)
     VALUES ($siteId, $address, $topic, $reason, $detail, $at) ON CONFLICT DO NOTHING`,
  );
  return (siteId: number, suppression: Suppression): void => {
    insert.run({ ...suppression, siteId });
  };
}

export function suppressionStore(db: Database): SuppressionStore {
  const add = suppressionWriter(db);
  const selectAll = db.prepare<unknown[], Suppression & { id: number }>(
    `SELECT id, address, topic, reason, detail, at FROM suppressions
     WHERE site_id = $siteId AND id < $before AND ($reason IS NULL OR reason = $reason)
       AND ($address IS NULL OR address = $address) ORDER BY id DESC LIMIT $limit`,
  );
  const selectTopics = db
    .prepare<{ siteId: number; address: string; leadId: string | null }, string>(
      `SELECT topic FROM suppressions WHERE site_id = $siteId AND (address = $address OR address IN (
         SELECT value FROM lead_identifiers JOIN leads ON leads.id = lead_id
         WHERE leads.public_id = $leadId AND leads.site_id = $siteId))`,
    )
    .pluck();
  const forgetChoices = db.prepare(
    `DELETE FROM suppressions WHERE site_id = ? AND address = ? AND reason = 'unsubscribed'`,
  );
  const remove = db.prepare('DELETE FROM suppressions WHERE site_id = ? AND address = ?');
  const choose = db.transaction((siteId: number, address: string, topics: string[], now: number) => {
    forgetChoices.run(siteId, address);
    for (const topic of topics)
      add(siteId, { address, topic, reason: 'unsubscribed', detail: null, at: now });
  });
  return {
    async list(siteId, { reason, address }, limit, after) {
      const before = after?.id ?? Number.MAX_SAFE_INTEGER;
      const rows = selectAll.all({ siteId, before, reason, address, limit: limit + 1 });
      return slice(rows, limit, byId, ({ id: _, ...suppression }) => suppression);
    },
    topics: async (siteId, address, leadId) => selectTopics.all({ siteId, address, leadId: leadId ?? null }),
    add: async (siteId, suppression) => add(siteId, suppression),
    choose: async (siteId, address, topics, now) => choose.immediate(siteId, address, topics, now),
    remove: async (siteId, address) => remove.run(siteId, address).changes > 0,
  };
}
