import { randomBytes } from 'node:crypto';
import type { JsonObject } from '@handrail/sdk/protocol';
import type { Database } from 'better-sqlite3';
import type { KeyKind, SiteStore } from '../store.ts';
import type { History } from './history.ts';

interface SiteRow {
  version: number;
  folded_version: number;
  document: string;
}

export function siteStore(db: Database, history: History): SiteStore {
  const selectCurrent = db.prepare<[number], SiteRow>(
    `SELECT sites.version, folded_version, document FROM sites
     JOIN site_versions ON site_versions.site_id = sites.id AND site_versions.version = sites.version
     WHERE sites.id = ?`,
  );
  const selectFirst = db.prepare<[], number>('SELECT id FROM sites ORDER BY id LIMIT 1').pluck();
  const insertSite = db.prepare('INSERT INTO sites (version, folded_version, created_at) VALUES (1, 1, ?)');
  const insertVersion = db.prepare(
    'INSERT INTO site_versions (site_id, version, document, created_at) VALUES (?, ?, ?, ?)',
  );
  const setVersion = db.prepare('UPDATE sites SET version = ? WHERE id = ?');
  const insertKey = db.prepare(
    'INSERT INTO keys (hash, site_id, kind, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const selectKey = db.prepare<[Buffer], { siteId: number; kind: KeyKind }>(
    'SELECT site_id AS siteId, kind FROM keys WHERE hash = ?',
  );
  const selectKind = db
    .prepare<[number, KeyKind], number>('SELECT count(*) FROM keys WHERE site_id = ? AND kind = ?')
    .pluck();
  const insertSession = db.prepare(
    'INSERT INTO dashboard_sessions (hash, site_id, expires_at) VALUES (?, ?, ?)',
  );
  const forgetSessions = db.prepare('DELETE FROM dashboard_sessions WHERE expires_at <= ?');
  const selectSession = db
    .prepare<[Buffer, number], number>(
      'SELECT site_id FROM dashboard_sessions WHERE hash = ? AND expires_at > ?',
    )
    .pluck();
  const deleteSession = db.prepare('DELETE FROM dashboard_sessions WHERE hash = ?');
  const insertInstallation = db.prepare(
    'INSERT INTO installation (id, signing_secret) VALUES (1, ?) ON CONFLICT DO NOTHING',
  );
  const selectSecret = db.prepare<[], Buffer>('SELECT signing_secret FROM installation').pluck();

  const create = db.transaction((document: JsonObject, now: number): number => {
    const id = Number(insertSite.run(now).lastInsertRowid);
    insertVersion.run(id, 1, JSON.stringify(document), now);
    return id;
  });
  const publish = db.transaction((siteId: number, document: JsonObject, now: number): number => {
    const current = selectCurrent.get(siteId);
    if (!current) throw new Error(`no site ${siteId}`);
    const text = JSON.stringify(document);
    if (text === current.document) return current.version;
    const version = current.version + 1;
    insertVersion.run(siteId, version, text, now);
    setVersion.run(version, siteId);
    return version;
  });

  // Asked for with every request; keys are only ever added.
  const foundKeys = new Map<string, { siteId: number; kind: KeyKind }>();

  return {
    async current(siteId) {
      const row = selectCurrent.get(siteId);
      if (!row) return null;
      return {
        version: row.version,
        foldedVersion: row.folded_version,
        document: JSON.parse(row.document) as JsonObject,
      };
    },
    first: async () => selectFirst.get() ?? null,
    create: async (document, now) => create.immediate(document, now),
    publish: async (siteId, document, now) => publish.immediate(siteId, document, now),
    replay: async (site, onProgress = () => {}) => history.refoldAll(site, onProgress),
    async addKey(siteId, kind, hash, now) {
      insertKey.run(hash, siteId, kind, now);
    },
    hasKey: async (siteId, kind) => (selectKind.get(siteId, kind) ?? 0) > 0,
    async findKey(hash) {
      const name = hash.toString('base64');
      const found = foundKeys.get(name) ?? selectKey.get(hash) ?? null;
      if (found) foundKeys.set(name, found);
      return found;
    },
    async addDashboardSession(siteId, hash, expiresAt) {
      insertSession.run(hash, siteId, expiresAt);
    },
    async findDashboardSession(hash, now) {
      forgetSessions.run(now);
      return selectSession.get(hash, now) ?? null;
    },
    async removeDashboardSession(hash) {
      deleteSession.run(hash);
    },
    async signingSecret() {
      insertInstallation.run(randomBytes(32));
      return selectSecret.get() ?? Buffer.alloc(0);
    },
  };
}
