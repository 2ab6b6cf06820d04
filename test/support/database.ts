/** Looks into a collector's SQLite file from outside, through a connection of its own that cannot write. */
import Database, { type Database as Connection } from 'better-sqlite3';

export function readDatabase<T>(path: string, read: (db: Connection) => T): T {
  const db = new Database(path, { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

/** Of every stored touchpoint, in the order of arrival. Ids that are UUIDs are stored as bytes: give others. */
export const storedMessageIds = (path: string): string[] =>
  readDatabase(path, (db) =>
    db.prepare<[], string>('SELECT message_id FROM touchpoints ORDER BY id').pluck().all(),
  );
