/**
 * A new version of the rules, folded over all of history beside the version that is live; then one number puts it in its
 * place, however many leads there are. In small steps between the commits of ingest: on one connection, so that nothing
 * can get in between a step's reading and its writing. Triggers nothing.
 */
import type { Database } from 'better-sqlite3';
import type { CompiledSite } from '../../site/compile.ts';
import type { ReplayStep, ReplayStore } from '../store.ts';
import { type FoldLog, foldLogged, historyRow } from './history.ts';
import type { LeadRows } from './lead-row.ts';
import { withoutSync } from './open.ts';
import { TOUCHPOINT_COLUMNS, type TouchpointRow } from './rows.ts';

/** What has arrived since the last step and is still left for the swap; more than that goes on as steps before it. */
const MAX_TOUCHPOINTS_IN_SWAP = 500;
/** In touchpoints: what it costs to write a lead, its facets and its timers. */
const LEAD_COST = 4;

export function replayStore(db: Database, log: FoldLog, rows: LeadRows): ReplayStore {
  const refolds = refoldTable(db);
  const sweep = sweeper(db, log, rows);
  const isMerged = db
    .prepare<[number], number>('SELECT merged_into IS NOT NULL FROM leads WHERE id = ?')
    .pluck();
  // The ids first, from the index alone: a part of a long history must not cost as much as all of it.
  const selectHistory = db.prepare<[number, number, number], TouchpointRow>(
    `SELECT ${TOUCHPOINT_COLUMNS} FROM touchpoints WHERE id IN (
       SELECT id FROM touchpoints
       WHERE visitor_id IN (SELECT id FROM visitors WHERE lead_id = ?) AND id > ? ORDER BY id LIMIT ?)
     ORDER BY id`,
  );
  const setLive = db.prepare<{ siteId: number; version: number; now: number }>(
    `UPDATE sites SET live_version = $version, folded_version = $version, swapped_at = $now, sweep_after = 0
     WHERE id = $siteId`,
  );
  const setLiveAlike = db.prepare<[number, number]>(
    `UPDATE sites SET live_version = ?, sweep_after = CASE
       WHEN EXISTS (SELECT 1 FROM lead_refolds WHERE site_id = sites.id) THEN 0 ELSE sweep_after END WHERE id = ?`,
  );
  const selectPending = db
    .prepare<[], number>(`SELECT id FROM sites
       WHERE version <> live_version OR folded_version = 0 OR sweep_after IS NOT NULL`)
    .pluck();

  const selectIsAhead = db
    .prepare<{ siteId: number; version: number }, number>(
      'SELECT $version > live_version OR folded_version = 0 FROM sites WHERE id = $siteId',
    )
    .pluck();
  /** Or else another process on the same file has made it live, or a later one. */
  const isAhead = ({ id: siteId, version }: CompiledSite) => selectIsAhead.get({ siteId, version }) === 1;

  /** @returns how many touchpoints it has folded; a lead with more than `limit` left stays stale */
  function refold(site: CompiledSite, leadId: number, limit: number, now: number): number {
    if (isMerged.get(leadId)) {
      refolds.remove(site, leadId);
      return 0;
    }
    const through = refolds.through(site, leadId);
    const from = through === NOTHING ? null : rows.folded(site, leadId);
    if (!from) log.clear(site, leadId);
    const history = selectHistory.all(leadId, through, limit).map(historyRow);
    if (history.length > 0) {
      rows.writeFolded(site, leadId, foldLogged(history, site, leadId, log, from ?? undefined), now);
    }
    refolds.put(site, leadId, history.at(-1)?.id ?? through, history.length === limit);
    return history.length;
  }

  function step(site: CompiledSite, maxTouchpoints: number, now: number): ReplayStep {
    if (!isAhead(site)) return { leads: 0, isDone: true };
    let left = maxTouchpoints;
    let leads = 0;
    while (left > 0) {
      const next = refolds.nextNew(site);
      const leadId = next ?? refolds.nextStale(site);
      if (leadId === undefined) return { leads, isDone: true };
      if (next !== undefined) leads++;
      left -= LEAD_COST + refold(site, leadId, left, now);
    }
    return { leads, isDone: false };
  }
  const stepAlone = db.transaction(step).immediate;

  const goLive = db.transaction((site: CompiledSite, isAlike: boolean, now: number): boolean => {
    const { id: siteId, version } = site;
    if (!isAhead(site)) return true;
    if (isAlike) {
      setLiveAlike.run(version, siteId);
      return true;
    }
    if (!step(site, MAX_TOUCHPOINTS_IN_SWAP, now).isDone) return false;
    setLive.run({ siteId, version, now });
    return true;
  }).immediate;

  return {
    pending: async () => selectPending.all(),
    progress: async (site) => refolds.progress(site),
    // What a step and a sweep write can be made again: ingest does not wait for the disk to have it.
    step: async (site, maxTouchpoints, now) => withoutSync(db, () => stepAlone(site, maxTouchpoints, now)),
    goLive: async (site, isAlike, now) => goLive(site, isAlike, now),
    sweep: async (siteId, maxRows) => withoutSync(db, () => sweep(siteId, maxRows)),
  };
}

/** In `through`: no touchpoint is folded in. */
const NOTHING = 0;

function refoldTable(db: Database) {
  const selectThrough = db
    .prepare<[number, number, number], number>(
      'SELECT through FROM lead_refolds WHERE site_id = ? AND version = ? AND lead_id = ?',
    )
    .pluck();
  const put = db.prepare(
    `INSERT INTO lead_refolds (site_id, version, lead_id, through, is_stale) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET through = excluded.through, is_stale = excluded.is_stale`,
  );
  const remove = db.prepare('DELETE FROM lead_refolds WHERE site_id = ? AND version = ? AND lead_id = ?');
  // Leads are folded in the order of their ids, so those that are not yet are beyond the last one that is.
  const selectNew = db
    .prepare<{ siteId: number; version: number }, number>(
      `SELECT id FROM leads INDEXED BY leads_by_site WHERE site_id = $siteId AND merged_into IS NULL AND id > coalesce(
         (SELECT max(lead_id) FROM lead_refolds WHERE site_id = $siteId AND version = $version), 0)
       ORDER BY id LIMIT 1`,
    )
    .pluck();
  const selectStale = db
    .prepare<[number, number], number>(
      `SELECT lead_id FROM lead_refolds INDEXED BY lead_refolds_stale
       WHERE site_id = ? AND version = ? AND is_stale LIMIT 1`,
    )
    .pluck();
  const selectProgress = db.prepare<{ siteId: number; version: number }, { done: number; total: number }>(
    `SELECT (SELECT count(*) FROM lead_refolds WHERE site_id = $siteId AND version = $version) AS done,
       (SELECT count(*) FROM leads WHERE site_id = $siteId AND merged_into IS NULL) AS total`,
  );
  return {
    through: ({ id, version }: CompiledSite, leadId: number) =>
      selectThrough.get(id, version, leadId) ?? NOTHING,
    put({ id, version }: CompiledSite, leadId: number, through: number, isStale: boolean) {
      put.run(id, version, leadId, through, isStale ? 1 : 0);
    },
    remove({ id, version }: CompiledSite, leadId: number) {
      remove.run(id, version, leadId);
    },
    nextNew: ({ id, version }: CompiledSite) => selectNew.get({ siteId: id, version }),
    nextStale: ({ id, version }: CompiledSite) => selectStale.get(id, version),
    progress: ({ id, version }: CompiledSite) =>
      selectProgress.get({ siteId: id, version }) ?? { done: 0, total: 0 },
  };
}

/** Takes away, lead by lead, what versions that are neither live nor being folded have left behind. */
function sweeper(db: Database, log: FoldLog, rows: LeadRows): (siteId: number, maxRows: number) => boolean {
  const selectNext = db
    .prepare<[number], number>(
      `SELECT leads.id FROM sites JOIN leads INDEXED BY leads_by_site ON site_id = sites.id
       WHERE sites.id = ? AND merged_into IS NULL AND leads.id > sweep_after ORDER BY leads.id LIMIT 1`,
    )
    .pluck();
  const selectKept = db
    .prepare<{ siteId: number }, number>(
      'SELECT folded_version FROM sites WHERE id = $siteId UNION SELECT version FROM sites WHERE id = $siteId',
    )
    .pluck();
  const removeRefolds = db.prepare(
    `DELETE FROM lead_refolds WHERE lead_id = $leadId AND version NOT IN (
       SELECT version FROM sites WHERE id = $siteId AND (version <> live_version OR folded_version = 0))`,
  );
  const setSwept = db.prepare('UPDATE sites SET sweep_after = ? WHERE id = ?');
  return db.transaction((siteId: number, maxRows: number): boolean => {
    const kept = selectKept.all({ siteId });
    for (let left = maxRows; left > 0; ) {
      const leadId = selectNext.get(siteId);
      setSwept.run(leadId ?? null, siteId);
      if (leadId === undefined) return true;
      left -= 1 + rows.remove(leadId, kept) + log.remove(leadId, kept);
      left -= removeRefolds.run({ leadId, siteId }).changes;
    }
    return false;
  }).immediate;
}
