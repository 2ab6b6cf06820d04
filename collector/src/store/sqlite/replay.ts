/**
 * A new version of the rules, folded over all of history beside the version that is live, and then put in its place at
 * once. In small steps between the commits of ingest: on one connection, so that nothing can get in between a step's
 * reading and its writing. Triggers nothing.
 */
import type { Database } from 'better-sqlite3';
import type { LeadState } from '../../leads/state.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { ReplayStep, ReplayStore } from '../store.ts';
import { type FoldLog, foldLogged, historyRow } from './history.ts';
import type { LeadRows } from './lead-row.ts';
import { TOUCHPOINT_COLUMNS, type TouchpointRow } from './rows.ts';

/** What has arrived since the last step and is still left for the swap; more than that goes on as steps before it. */
const MAX_TOUCHPOINTS_IN_SWAP = 2_000;
/** Bounds the memory that a swap takes; it is one transaction all the same. */
const SWAP_PAGE_LEADS = 1_000;

interface RefoldRow {
  through: number;
  state: string | null;
}

export function replayStore(db: Database, log: FoldLog, rows: LeadRows): ReplayStore {
  const refolds = refoldTable(db);
  const sweep = sweeper(db);
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
  const setLive = db.prepare<[number, number, number]>(
    'UPDATE sites SET live_version = ?, folded_version = ?, sweep_after = 0 WHERE id = ?',
  );
  const setLiveAlike = db.prepare<[number, number]>(
    `UPDATE sites SET live_version = ?, sweep_after = CASE
       WHEN EXISTS (SELECT 1 FROM lead_refolds WHERE site_id = sites.id) THEN 0 ELSE sweep_after END WHERE id = ?`,
  );
  const selectPending = db
    .prepare<[], number>(`SELECT id FROM sites
       WHERE version <> live_version OR folded_version = 0 OR sweep_after IS NOT NULL`)
    .pluck();

  /** @returns how many touchpoints it has folded; a lead with more than `limit` left stays stale */
  function refold(site: CompiledSite, leadId: number, limit: number): number {
    if (isMerged.get(leadId)) {
      refolds.remove(site, leadId);
      return 0;
    }
    const known = refolds.get(site, leadId);
    const state = known?.state ? (JSON.parse(known.state) as LeadState) : undefined;
    if (!state) log.clear(site, leadId);
    const through = known?.through ?? 0;
    const history = selectHistory.all(leadId, through, limit).map(historyRow);
    const folded = history.length > 0 ? foldLogged(history, site, leadId, log, state) : (state ?? null);
    refolds.put(site, leadId, {
      through: history.at(-1)?.id ?? through,
      isStale: history.length === limit,
      state: folded && JSON.stringify(folded),
    });
    return history.length;
  }

  function step(site: CompiledSite, maxTouchpoints: number): ReplayStep {
    let left = maxTouchpoints;
    let leads = 0;
    while (left > 0) {
      const next = refolds.nextNew(site);
      const leadId = next ?? refolds.nextStale(site);
      if (leadId === undefined) return { leads, isDone: true };
      if (next !== undefined) leads++;
      // A lead costs something even with nothing in its history, so that a step always ends.
      left -= Math.max(1, refold(site, leadId, left));
    }
    return { leads, isDone: false };
  }
  const stepAlone = unsynced(db, db.transaction(step).immediate);

  const goLive = db.transaction((site: CompiledSite, isAlike: boolean): boolean => {
    if (isAlike) {
      setLiveAlike.run(site.version, site.id);
      return true;
    }
    if (!step(site, MAX_TOUCHPOINTS_IN_SWAP).isDone) return false;
    // First, since from here on a changed lead is no news to the replay.
    setLive.run(site.version, site.version, site.id);
    for (
      let page = refolds.page(site, 0);
      page.length > 0;
      page = refolds.page(site, page.at(-1)?.leadId ?? 0)
    ) {
      for (const { leadId, state: text } of page) {
        rows.writeFolded(site, leadId, JSON.parse(text) as LeadState);
      }
    }
    return true;
  }).immediate;

  return {
    pending: async () => selectPending.all(),
    progress: async (site) => refolds.progress(site),
    step: async (site, maxTouchpoints) => stepAlone(site, maxTouchpoints),
    goLive: async (site, isAlike) => goLive(site, isAlike),
    sweep: async (siteId, maxLeads) => sweep(siteId, maxLeads),
  };
}

/**
 * What it writes can be made again, so it does not wait for the disk, and ingest does not wait for it to. What is
 * acknowledged next is synced, and with it all that was written before. https://sqlite.org/pragma.html#pragma_synchronous
 */
function unsynced<Given extends unknown[], Result>(
  db: Database,
  write: (...given: Given) => Result,
): (...given: Given) => Result {
  return (...given) => {
    db.pragma('synchronous = NORMAL');
    try {
      return write(...given);
    } finally {
      db.pragma('synchronous = FULL');
    }
  };
}

function refoldTable(db: Database) {
  const select = db.prepare<[number, number, number], RefoldRow>(
    'SELECT through, state FROM lead_refolds WHERE site_id = ? AND version = ? AND lead_id = ?',
  );
  const put = db.prepare(
    `INSERT INTO lead_refolds (site_id, version, lead_id, through, is_stale, state) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET through = excluded.through, is_stale = excluded.is_stale, state = excluded.state`,
  );
  const remove = db.prepare('DELETE FROM lead_refolds WHERE site_id = ? AND version = ? AND lead_id = ?');
  // Leads are folded in the order of their ids, so those that are not yet are beyond the last one that is.
  const selectNew = db
    .prepare<{ siteId: number; version: number }, number>(
      // By the key itself: any index would have all of the site's leads sorted for each one.
      `SELECT id FROM leads NOT INDEXED WHERE site_id = $siteId AND merged_into IS NULL AND id > coalesce(
         (SELECT max(lead_id) FROM lead_refolds WHERE site_id = $siteId AND version = $version), 0)
       ORDER BY id LIMIT 1`,
    )
    .pluck();
  const selectStale = db
    .prepare<[number, number], number>(
      'SELECT lead_id FROM lead_refolds WHERE site_id = ? AND version = ? AND is_stale LIMIT 1',
    )
    .pluck();
  const selectPage = db.prepare<[number, number, number], { leadId: number; state: string }>(
    `SELECT lead_id AS leadId, lead_refolds.state FROM lead_refolds JOIN leads ON leads.id = lead_id
     WHERE lead_refolds.site_id = ? AND version = ? AND lead_id > ? AND merged_into IS NULL
       AND lead_refolds.state IS NOT NULL
     ORDER BY lead_id LIMIT ${SWAP_PAGE_LEADS}`,
  );
  const selectProgress = db.prepare<{ siteId: number; version: number }, { done: number; total: number }>(
    `SELECT (SELECT count(*) FROM lead_refolds WHERE site_id = $siteId AND version = $version) AS done,
       (SELECT count(*) FROM leads WHERE site_id = $siteId AND merged_into IS NULL) AS total`,
  );
  return {
    get: ({ id, version }: CompiledSite, leadId: number) => select.get(id, version, leadId),
    put(
      { id, version }: CompiledSite,
      leadId: number,
      { through, isStale, state }: RefoldRow & { isStale: boolean },
    ) {
      put.run(id, version, leadId, through, isStale ? 1 : 0, state);
    },
    remove({ id, version }: CompiledSite, leadId: number) {
      remove.run(id, version, leadId);
    },
    nextNew: ({ id, version }: CompiledSite) => selectNew.get({ siteId: id, version }),
    nextStale: ({ id, version }: CompiledSite) => selectStale.get(id, version),
    page: ({ id, version }: CompiledSite, afterLeadId: number) => selectPage.all(id, version, afterLeadId),
    progress: ({ id, version }: CompiledSite) =>
      selectProgress.get({ siteId: id, version }) ?? { done: 0, total: 0 },
  };
}

/** Takes away, lead by lead, what versions that are neither live nor being folded have left behind. */
function sweeper(db: Database): (siteId: number, maxLeads: number) => boolean {
  const selectNext = db
    .prepare<[number, number], number>(
      `SELECT leads.id FROM leads JOIN sites ON sites.id = site_id
       WHERE site_id = ? AND leads.id > sweep_after ORDER BY leads.id LIMIT ?`,
    )
    .pluck();
  const ofOtherVersions = `WHERE lead_id = $leadId AND version NOT IN (
    SELECT folded_version FROM sites WHERE id = $siteId UNION SELECT version FROM sites WHERE id = $siteId)`;
  const removals = [
    `DELETE FROM all_score_entries ${ofOtherVersions}`,
    `DELETE FROM all_stage_moves ${ofOtherVersions}`,
    `DELETE FROM lead_refolds WHERE lead_id = $leadId AND version NOT IN (
       SELECT version FROM sites WHERE id = $siteId AND (version <> live_version OR folded_version = 0))`,
  ].map((sql) => db.prepare(sql));
  const setSwept = db.prepare('UPDATE sites SET sweep_after = ? WHERE id = ?');
  const sweep = db.transaction((siteId: number, maxLeads: number): boolean => {
    const leadIds = selectNext.all(siteId, maxLeads);
    for (const leadId of leadIds) for (const removal of removals) removal.run({ leadId, siteId });
    const isDone = leadIds.length < maxLeads;
    setSwept.run(isDone ? null : leadIds.at(-1), siteId);
    return isDone;
  }).immediate;
  return unsynced(db, sweep);
}
