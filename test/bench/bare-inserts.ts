/** The raw limit of storing: the same rows into the same table, in a bare loop with the same durability. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

const MILLISECONDS = 1_000;
const MAX_ROWS = 200_000;
/** As the collector has it (store/sqlite/open.ts). */
const WAL_AUTOCHECKPOINT_PAGES = 16_000;

export interface TouchpointRows {
  /** The table's and its indexes', as the collector made them. */
  schema: string[];
  rows: unknown[][];
}

export function readTouchpoints(databasePath: string): TouchpointRows {
  const db = new Database(databasePath, { readonly: true });
  const schema = db
    .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE tbl_name = 'touchpoints' AND sql IS NOT NULL")
    .pluck()
    .all();
  const rows = db
    .prepare<[number], unknown[]>('SELECT * FROM touchpoints ORDER BY id LIMIT ?')
    .raw()
    .all(MAX_ROWS);
  db.close();
  return { schema, rows };
}

/** @returns rows a second */
export function bareInserts(
  folder: string,
  { schema, rows }: TouchpointRows,
  rowsPerTransaction: number,
  maxSeconds: number,
): number {
  const path = join(folder, 'bare.sqlite');
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma(`wal_autocheckpoint = ${WAL_AUTOCHECKPOINT_PAGES}`);
  // The tables that the rows refer to are not here.
  db.pragma('foreign_keys = OFF');
  for (const statement of schema) db.exec(statement);
  const insert = db.prepare(`INSERT INTO touchpoints VALUES (${rows[0]?.map(() => '?').join(', ')})`);
  const insertAll = db.transaction((some: unknown[][]) => {
    for (const row of some) insert.run(row);
  });

  const startMs = performance.now();
  const seconds = () => (performance.now() - startMs) / MILLISECONDS;
  let stored = 0;
  while (stored < rows.length && seconds() < maxSeconds) {
    const some = rows.slice(stored, stored + rowsPerTransaction);
    insertAll(some);
    stored += some.length;
  }
  const rowsPerSecond = stored / seconds();
  db.close();
  rmSync(path);
  return rowsPerSecond;
}
