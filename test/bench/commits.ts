import { closeSync, openSync, readSync } from 'node:fs';

/**
 * How many transactions have written to a WAL database, read from outside: `iChange`, the third 32-bit word of the
 * shared memory beside the file, counts them. https://sqlite.org/walformat.html#the_wal_index_header
 * With synchronous=FULL each is one fsync before its commit returns.
 */
export function commitCount(databasePath: string): number {
  const words = new Uint32Array(3);
  const file = openSync(`${databasePath}-shm`, 'r');
  try {
    readSync(file, words, 0, words.byteLength, 0);
  } finally {
    closeSync(file);
  }
  return words[2] ?? 0;
}
