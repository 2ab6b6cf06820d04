/** A real `handrail start` on the folder's database, warmed up, with a count of what it has acknowledged. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { spawnCollector } from '../support/collector-process.ts';
import { commitCount } from './commits.ts';
import { type LoadOptions, type LoadResult, load } from './load.ts';
import { SITE } from './site.ts';

export interface Loaded extends LoadResult {
  /** Transactions, each with one fsync. */
  commits: number;
}

export type LoadCollector = (options: Omit<LoadOptions, 'url' | 'seed'>) => Promise<Loaded>;

export interface Measured<T> {
  measured: T;
  /** Of the database, which the collector has left with everything written into the one file. */
  databasePath: string;
  touchpoints: number;
}

/** Long enough for V8 to have compiled the way of a message. */
const WARM_UP = { messagesPerRequest: 20, connections: 16, maxRequests: 1_500, maxSeconds: 2 };

/** @throws if the database does not hold exactly what it held before and what was acknowledged */
export async function measureCollector<T>(
  folder: string,
  measure: (load: LoadCollector, url: string) => Promise<T>,
): Promise<Measured<T>> {
  const databasePath = join(folder, 'handrail.sqlite');
  const config = join(folder, 'site.json');
  writeFileSync(config, JSON.stringify(SITE));
  const held = existsSync(databasePath) ? countTouchpoints(databasePath) : 0;
  const { url, kill } = await spawnCollector(['--db', databasePath, '--config', config]);
  let acknowledged = held;
  let seed = 0;

  const loadCollector: LoadCollector = async (options) => {
    const commitsBefore = commitCount(databasePath);
    const result = await load({ ...options, url, seed: ++seed });
    acknowledged += result.messages;
    return { ...result, commits: commitCount(databasePath) - commitsBefore };
  };
  try {
    await loadCollector(WARM_UP);
    const measured = await measure(loadCollector, url);
    await kill('SIGTERM');
    const touchpoints = countTouchpoints(databasePath);
    if (touchpoints !== acknowledged) {
      throw new Error(`${acknowledged} touchpoints acknowledged, but ${touchpoints} stored`);
    }
    return { measured, databasePath, touchpoints };
  } finally {
    await kill('SIGTERM');
  }
}

function countTouchpoints(databasePath: string): number {
  const db = new Database(databasePath, { readonly: true });
  try {
    return Number(db.prepare('SELECT count(*) FROM touchpoints').pluck().get());
  } finally {
    db.close();
  }
}
