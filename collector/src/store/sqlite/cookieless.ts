import { createHash, randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { CookielessDay, CookielessStore, IncomingBatch } from '../store.ts';

const SALT_BYTES = 16;
/** Enough to tell a day's visitors of one site apart, and no more. */
const HASH_BYTES = 12;
const MAX_PATHS_SHOWN = 20;

/** Counts those who have refused. Nothing of a message is kept but that it came, and where. */
export function cookielessWriter(db: Database) {
  const selectSalt = db.prepare<[string], Buffer>('SELECT salt FROM cookieless_salts WHERE day = ?').pluck();
  const endDay = dayEnder(db);
  const insertSalt = db.prepare('INSERT INTO cookieless_salts (day, salt) VALUES (?, ?)');
  const insertVisitor = db.prepare(
    'INSERT INTO cookieless_visitors (site_id, visitor_hash) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const addDay = db.prepare(
    `INSERT INTO cookieless_days (site_id, day, visitors, views, touchpoints) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET visitors = visitors + excluded.visitors, views = views + excluded.views,
       touchpoints = touchpoints + excluded.touchpoints`,
  );
  const addPath = db.prepare(
    `INSERT INTO cookieless_paths (site_id, day, path, views) VALUES (?, ?, ?, 1)
     ON CONFLICT DO UPDATE SET views = views + 1`,
  );

  /** The first of a day ends the day before. */
  function saltOf(day: string): Buffer {
    const known = selectSalt.get(day);
    if (known) return known;
    endDay();
    const salt = randomBytes(SALT_BYTES);
    insertSalt.run(day, salt);
    return salt;
  }

  return ({ siteId, cookieless, receivedAt }: IncomingBatch): void => {
    if (!cookieless || cookieless.touchpoints.length === 0) return;
    const { touchpoints, address, userAgent } = cookieless;
    const day = dayOf(receivedAt);
    const visitorHash = createHash('sha256')
      .update(saltOf(day))
      .update(JSON.stringify([siteId, address, userAgent]))
      .digest()
      .subarray(0, HASH_BYTES);
    const { changes: newVisitors } = insertVisitor.run(siteId, visitorHash);
    const views = touchpoints.filter(({ isView }) => isView);
    addDay.run(siteId, day, newVisitors, views.length, touchpoints.length);
    for (const { path } of views) if (path !== null) addPath.run(siteId, day, path);
  };
}

export function cookielessStore(db: Database): CookielessStore {
  const selectDays = db.prepare<[number, string, string], Omit<CookielessDay, 'paths'>>(
    `SELECT day, visitors, views, touchpoints FROM cookieless_days
     WHERE site_id = ? AND day >= ? AND day <= ? ORDER BY day DESC`,
  );
  const selectPaths = db.prepare<[number, string, number], { path: string; views: number }>(
    `SELECT path, views FROM cookieless_paths WHERE site_id = ? AND day = ? ORDER BY views DESC, path LIMIT ?`,
  );
  const selectPast = db.prepare('SELECT 1 FROM cookieless_salts WHERE day < ?');
  const endDay = dayEnder(db);
  return {
    async days(siteId, from, to) {
      return selectDays
        .all(siteId, from, to)
        .map((row) => ({ ...row, paths: selectPaths.all(siteId, row.day, MAX_PATHS_SHOWN) }));
    },
    async forgetPastDays(now) {
      if (selectPast.get(dayOf(now))) endDay();
    },
  };
}

/** Its visitors can no longer be recognised, by anyone. */
function dayEnder(db: Database): () => void {
  const deleteSalts = db.prepare('DELETE FROM cookieless_salts');
  const deleteVisitors = db.prepare('DELETE FROM cookieless_visitors');
  return db.transaction(() => {
    deleteSalts.run();
    deleteVisitors.run();
  });
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
