import type { Database } from 'better-sqlite3';
import type { RejectedRecord, RejectedStore } from '../store.ts';
import { byId, slice } from './leads.ts';

const COLUMNS = `id, message_id AS messageId, code, reason AS message, trust, sent_at AS sentAt,
  received_at AS receivedAt, body, replayed_at AS replayedAt`;

export function rejectedStore(db: Database): RejectedStore {
  const selectPage = db.prepare<[number, number, number], RejectedRecord>(
    `SELECT ${COLUMNS} FROM rejected_messages WHERE site_id = ? AND id < ? ORDER BY id DESC LIMIT ?`,
  );
  const selectOne = db.prepare<[number, number], RejectedRecord>(
    `SELECT ${COLUMNS} FROM rejected_messages WHERE site_id = ? AND id = ?`,
  );
  const markReplayed = db.prepare(
    'UPDATE rejected_messages SET replayed_at = ? WHERE site_id = ? AND id = ?',
  );
  return {
    async list(siteId, limit, after) {
      const rows = selectPage.all(siteId, after?.id ?? Number.MAX_SAFE_INTEGER, limit + 1);
      return slice(rows, limit, byId, (row) => row);
    },
    get: async (siteId, id) => selectOne.get(siteId, id) ?? null,
    async markReplayed(siteId, id, now) {
      markReplayed.run(now, siteId, id);
    },
  };
}
