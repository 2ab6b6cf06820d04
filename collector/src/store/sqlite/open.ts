import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database, { type Database as Connection } from 'better-sqlite3';
import { StartError } from '../../start-error.ts';
import { migrate } from './migrate.ts';

/** Before this, two connections that reset a WAL could corrupt the database. https://sqlite.org/wal.html */
const OLDEST_SQLITE = [3, 51, 3] as const;
/** Checkpoints stall ingest, and 16,000 pages (64 MB) make them rare enough. */
const WAL_AUTOCHECKPOINT_PAGES = 16_000;
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the database, makes it durable, and brings its schema up to date.
 *
 * @throws StartError where SQLite is too old, the path can't be written, or a newer collector made the file
 */
export function openDatabase(path: string): Connection {
  const db = connect(path);
  try {
    refuseOldSqlite(db);
    db.pragma('journal_mode = WAL');
    // better-sqlite3 is built to reopen a WAL database with NORMAL, which does not sync before a commit returns.
    db.pragma('synchronous = FULL');
    db.pragma('secure_delete = ON');
    db.pragma('foreign_keys = ON');
    db.pragma(`wal_autocheckpoint = ${WAL_AUTOCHECKPOINT_PAGES}`);
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    if (error instanceof StartError) throw error;
    throw new StartError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * For what may be undone by a power cut, as a lease whose holder goes with it: the commit does not wait for the disk,
 * and is on it with the next that does. https://sqlite.org/pragma.html#pragma_synchronous
 */
export function withoutSync<T>(db: Connection, work: () => T): T {
  db.pragma('synchronous = NORMAL');
  try {
    return work();
  } finally {
    db.pragma('synchronous = FULL');
  }
}

function connect(path: string): Connection {
  try {
    const directory = dirname(path);
    if (!existsSync(directory)) mkdirSync(directory, { recursive: true });
    return new Database(path, { timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw new StartError(
      `cannot open the database ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function refuseOldSqlite(db: Connection): void {
  const version = String(db.prepare('SELECT sqlite_version()').pluck().get());
  const parts = version.split('.').map(Number);
  const differing = OLDEST_SQLITE.findIndex((part, index) => part !== parts[index]);
  if (differing >= 0 && (parts[differing] ?? 0) < (OLDEST_SQLITE[differing] ?? 0)) {
    throw new StartError(`SQLite ${version} is too old: ${OLDEST_SQLITE.join('.')} or later is needed`);
  }
}
