/** The ledgers of the fold, and history folded anew after a merge. Triggers nothing. */
import type { Database } from 'better-sqlite3';
import { type Folded, foldAll } from '../../leads/fold.ts';
import type { LeadState } from '../../leads/state.ts';
import type { Touchpoint } from '../../leads/touchpoint.ts';
import type { CompiledSite } from '../../site/compile.ts';
import { TOUCHPOINT_COLUMNS, type TouchpointRow, touchpointFrom } from './rows.ts';

export interface FoldLog {
  /** Writes a touchpoint's score entries and stage move to the lead's ledgers of the site's version. */
  write(site: CompiledSite, leadId: number, touchpointId: number, folded: Folded): void;
  /** Only the ledgers of the site's version: those that a replay writes beside them stay. */
  clear(site: CompiledSite, leadId: number): void;
  /** Those of all versions, or of all but `kept`. @returns how many entries and moves that were */
  remove(leadId: number, kept?: readonly number[]): number;
}

export function foldLog(db: Database): FoldLog {
  const insertEntry = db.prepare(
    `INSERT INTO all_score_entries
       (site_id, lead_id, version, touchpoint_id, rule_id, points, at, capped_by, rule_points)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertMove = db.prepare(
    `INSERT INTO all_stage_moves (site_id, lead_id, version, touchpoint_id, from_stage, to_stage, at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const ledgers = ['all_score_entries', 'all_stage_moves'];
  const clear = ledgers.map((ledger) =>
    db.prepare<[number, number]>(`DELETE FROM ${ledger} WHERE lead_id = ? AND version = ?`),
  );
  const remove = ledgers.map((ledger) =>
    db.prepare<[number, string]>(
      `DELETE FROM ${ledger} WHERE lead_id = ? AND version NOT IN (SELECT value FROM json_each(?))`,
    ),
  );
  return {
    write(site, leadId, touchpointId, { entries, stageMove }) {
      const { id, foldedVersion } = site;
      for (const { ruleId, points, at, capped } of entries) {
        const { groupId = null, rulePoints = null } = capped ?? {};
        insertEntry.run(id, leadId, foldedVersion, touchpointId, ruleId, points, at, groupId, rulePoints);
      }
      if (stageMove) {
        const { from, to, at } = stageMove;
        insertMove.run(id, leadId, foldedVersion, touchpointId, from, to, at);
      }
    },
    clear(site, leadId) {
      for (const statement of clear) statement.run(leadId, site.foldedVersion);
    },
    remove(leadId, kept = []) {
      const versions = JSON.stringify(kept);
      return remove.reduce((rows, statement) => rows + statement.run(leadId, versions).changes, 0);
    },
  };
}

/** A stored touchpoint as the fold takes it. */
export interface HistoryRow {
  id: number;
  touchpoint: Touchpoint;
  isNewSession: boolean;
}

export function historyRow(row: TouchpointRow): HistoryRow {
  return { id: row.id, touchpoint: touchpointFrom(row), isNewSession: row.starts_session === 1 };
}

/** The lead's whole history, in the order it was acknowledged, folded and logged anew. */
export type Refold = (site: CompiledSite, leadId: number, onFolded?: OnFolded) => LeadState;
type OnFolded = (folded: Folded, touchpoint: Touchpoint) => void;

export function refolder(db: Database, log: FoldLog): Refold {
  const select = db.prepare<[number], TouchpointRow>(
    `SELECT ${TOUCHPOINT_COLUMNS} FROM touchpoints
     WHERE visitor_id IN (SELECT id FROM visitors WHERE lead_id = ?) ORDER BY touchpoints.id`,
  );
  return (site, leadId, onFolded) => {
    log.clear(site, leadId);
    // `.all()`, since better-sqlite3 can't write while it iterates. A lead's history is bounded by a person's clicks.
    return foldLogged(select.all(leadId).map(historyRow), site, leadId, log, undefined, onFolded);
  };
}

/** @param from the state that the history goes on from. [from=a new lead's] */
export function foldLogged(
  history: HistoryRow[],
  site: CompiledSite,
  leadId: number,
  log: FoldLog,
  from?: LeadState,
  onFolded: OnFolded = () => {},
): LeadState {
  const ids = new Map(history.map(({ id, touchpoint }) => [touchpoint, id]));
  const write = (folded: Folded, touchpoint: Touchpoint) => {
    log.write(site, leadId, ids.get(touchpoint) ?? 0, folded);
    onFolded(folded, touchpoint);
  };
  return foldAll(history, site, write, from);
}
