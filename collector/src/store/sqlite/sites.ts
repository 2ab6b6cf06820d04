import { randomBytes } from 'node:crypto';
import type { JsonObject } from '@handrail/sdk/protocol';
import type { Database } from 'better-sqlite3';
import type { Author, KeyKind, LiveVersion, SiteStore, SiteVersion } from '../store.ts';
import { slice } from './leads.ts';

type WithDocument<Version> = Omit<Version, 'document'> & { document: string };

const VERSION_COLUMNS =
  'site_versions.version, published_by AS by, via, site_versions.created_at AS publishedAt';

export function siteStore(db: Database): SiteStore {
  const selectLive = db.prepare<[number], LiveVersion & { document: string }>(
    `SELECT live_version AS version, folded_version AS foldedVersion, document FROM sites
     JOIN site_versions ON site_versions.site_id = sites.id AND site_versions.version = live_version
     WHERE sites.id = ?`,
  );
  const selectLiveVersion = liveVersions(db);
  const selectLatest = db.prepare<[number], WithDocument<SiteVersion>>(
    `SELECT ${VERSION_COLUMNS}, document FROM sites
     JOIN site_versions ON site_versions.site_id = sites.id AND site_versions.version = sites.version
     WHERE sites.id = ?`,
  );
  const selectVersion = db.prepare<[number, number], WithDocument<SiteVersion>>(
    `SELECT ${VERSION_COLUMNS}, document FROM site_versions WHERE site_id = ? AND version = ?`,
  );
  const selectVersions = db.prepare<[number, number, number], Omit<SiteVersion, 'document'>>(
    `SELECT ${VERSION_COLUMNS} FROM site_versions WHERE site_id = ? AND version < ? ORDER BY version DESC LIMIT ?`,
  );
  const selectVersionsWithRuns = db
    .prepare<{ siteId: number }, number>(
      `SELECT live_version FROM sites WHERE id = $siteId
       UNION SELECT DISTINCT version FROM enrollments WHERE site_id = $siteId AND status = 'active'`,
    )
    .pluck();
  const selectFirst = db.prepare<[], number>('SELECT id FROM sites ORDER BY id LIMIT 1').pluck();
  const insertSite = db.prepare(
    'INSERT INTO sites (version, live_version, folded_version, created_at) VALUES (1, 1, 1, ?)',
  );
  const insertVersion = db.prepare(
    `INSERT INTO site_versions (site_id, version, document, published_by, via, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
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
    insertVersion.run(id, 1, JSON.stringify(document), null, 'first', now);
    return id;
  });
  const publish = db.transaction(
    (
      siteId: number,
      document: JsonObject,
      { by, via }: Author,
      ifVersion: number | null,
      now: number,
    ): number | 'conflict' => {
      const latest = selectLatest.get(siteId);
      if (!latest) throw new Error(`no site ${siteId}`);
      if (ifVersion !== null && ifVersion !== latest.version) return 'conflict';
      const text = JSON.stringify(document);
      if (text === latest.document) return latest.version;
      const version = latest.version + 1;
      insertVersion.run(siteId, version, text, by, via, now);
      setVersion.run(version, siteId);
      return version;
    },
  );

  // Asked for with every request; keys are only ever added.
  const foundKeys = new Map<string, { siteId: number; kind: KeyKind }>();

  return {
    live: async (siteId) => withDocument(selectLive.get(siteId)),
    liveVersion: async (siteId) => selectLiveVersion(siteId),
    latest: async (siteId) => withDocument(selectLatest.get(siteId)),
    version: async (siteId, version) => withDocument(selectVersion.get(siteId, version)),
    versionsWithRuns: async (siteId) => selectVersionsWithRuns.all({ siteId }),
    async versions(siteId, limit, after) {
      const rows = selectVersions.all(siteId, after?.key ?? Number.MAX_SAFE_INTEGER, limit + 1);
      return slice(
        rows,
        limit,
        ({ version }) => ({ key: version, id: 0 }),
        (row) => row,
      );
    },
    first: async () => selectFirst.get() ?? null,
    create: async (document, now) => create.immediate(document, now),
    publish: async (siteId, document, author, ifVersion, now) =>
      publish.immediate(siteId, document, author, ifVersion, now),
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

export function liveVersions(db: Database): (siteId: number) => LiveVersion | null {
  const select = db.prepare<[number], LiveVersion>(
    'SELECT live_version AS version, folded_version AS foldedVersion FROM sites WHERE id = ?',
  );
  return (siteId) => select.get(siteId) ?? null;
}

function withDocument<Row extends { document: string }>(
  row: Row | undefined,
): (Omit<Row, 'document'> & { document: JsonObject }) | null {
  return row ? { ...row, document: JSON.parse(row.document) as JsonObject } : null;
}
