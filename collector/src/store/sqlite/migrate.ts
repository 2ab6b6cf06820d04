import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Database } from 'better-sqlite3';
import { StartError } from '../../start-error.ts';

/** Beside this file in the source, beside the bundle once built. */
const DIRECTORY = fileURLToPath(new URL('./migrations/', import.meta.url));

/** Numbered SQL files, each in one transaction with the number it leaves behind: the old schema or the new, never half. */
export function migrate(db: Database, path: string, directory: string = DIRECTORY): void {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const version = () => Number(db.pragma('user_version', { simple: true }));
  if (version() > files.length) {
    throw new StartError(
      `${path} was made by a newer Handrail (schema ${version()}, this one knows ${files.length}): update the collector`,
    );
  }
  for (const [index, file] of files.entries()) {
    const sql = readFileSync(directory + file, 'utf8');
    db.transaction(() => {
      // Another process may have done it while this one waited for the lock.
      if (version() > index) return;
      db.exec(sql);
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}
