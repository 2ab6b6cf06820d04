/** Where an import stands, in a file beside the table: an interrupted one goes on from there. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

export interface Standing {
  /** The last row that is settled: acknowledged, or refused. */
  row: number;
  accepted: number;
  duplicates: number;
  refused: number;
  /** Length of the file of refused rows. */
  errorBytes: number;
}

export const BEGINNING: Standing = { row: 1, accepted: 0, duplicates: 0, refused: 0, errorBytes: 0 };

export interface Checkpoint {
  path: string;
  read(): Promise<Standing>;
  write(standing: Standing): Promise<void>;
  remove(): Promise<void>;
}

/** Of a file's content. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** @param settings all that makes it the same import, with the hash of the file */
export function openCheckpoint(tablePath: string, settings: object): Checkpoint {
  const path = `${tablePath}.import.json`;
  const fingerprint = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  return {
    path,
    async read() {
      const text = await readFile(path, 'utf8').catch(() => 'null');
      const stored = JSON.parse(text) as ({ fingerprint: string } & Standing) | null;
      if (stored?.fingerprint !== fingerprint) return BEGINNING;
      const { fingerprint: _, ...standing } = stored;
      return standing;
    },
    async write(standing) {
      // Whole or not at all, whenever the process dies.
      await writeFile(`${path}.new`, JSON.stringify({ fingerprint, ...standing }));
      await rename(`${path}.new`, path);
    },
    remove: () => rm(path, { force: true }),
  };
}
