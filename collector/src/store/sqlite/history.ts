/** Folds stored history anew: after a merge, and under a new version of the rules. Triggers nothing. */
import type { Database } from 'better-sqlite3';
import { type Folded, foldAll } from '../../leads/fold.ts';
import type { LeadState } from '../../leads/state.ts';
import type { Touchpoint } from '../../leads/touchpoint.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { LeadRows } from './lead-row.ts';
import { TOUCHPOINT_COLUMNS, type TouchpointRow, touchpointFrom } from './rows.ts';

export interface FoldLog {
  /** Writes a touchpoint's score entries and stage move to the lead's ledgers. */
  write(site: CompiledSite, leadId: number, touchpointId: number, folded: Folded): void;
  clear(leadId: number): void;
}

export function foldLog(db: Database): FoldLog {
  const insertEntry = db.prepare(
    `INSERT INTO score_entries
       (site_id, lead_id, touchpoint_id, rule_id, version, points, at, capped_by, rule_points)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertMove = db.prepare(
    `INSERT INTO stage_moves (site_id, lead_id, touchpoint_id, from_stage, to_stage, at) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const clearEntries = db.prepare<[number]>('DELETE FROM score_entries WHERE lead_id = ?');
  const clearMoves = db.prepare<[number]>('DELETE FROM stage_moves WHERE lead_id = ?');
  return {
    write(site, leadId, touchpointId, { entries, stageMove }) {
      for (const { ruleId, points, at, capped } of entries) {
        insertEntry.run(
          site.id,
          leadId,
          touchpointId,
          ruleId,
          site.version,
          points,
          at,
          capped?.groupId ?? null,
          capped?.rulePoints ?? null,
        );
      }
      if (stageMove)
        insertMove.run(site.id, leadId, touchpointId, stageMove.from, stageMove.to, stageMove.at);
    },
    clear(leadId) {
      clearEntries.run(leadId);
      clearMoves.run(leadId);
    },
  };
}

export interface History {
  /** The lead's whole history, in the order it was acknowledged, folded and logged anew. */
  refold(
    site: CompiledSite,
    leadId: number,
    onFolded?: (folded: Folded, touchpoint: Touchpoint) => void,
  ): LeadState;
  /** Every lead of the site, each in its own transaction, so that a restart goes on with what is left undone. */
  refoldAll(site: CompiledSite, onProgress: (done: number, total: number) => void): void;
}

export function history(db: Database, log: FoldLog, rows: LeadRows): History {
  const select = db.prepare<[number], TouchpointRow>(
    `SELECT ${TOUCHPOINT_COLUMNS} FROM touchpoints
     WHERE visitor_id IN (SELECT id FROM visitors WHERE lead_id = ?) ORDER BY touchpoints.id`,
  );
  const selectLeads = db
    .prepare<[number], number>('SELECT id FROM leads WHERE site_id = ? AND merged_into IS NULL')
    .pluck();
  const setFoldedVersion = db.prepare<[number, number]>('UPDATE sites SET folded_version = ? WHERE id = ?');

  const refold: History['refold'] = (site, leadId, onFolded) => {
    log.clear(leadId);
    const ids = new Map<Touchpoint, number>();
    // `.all()`, since better-sqlite3 can't write while it iterates. A lead's history is bounded by a person's clicks.
    const touchpoints = select.all(leadId).map((row) => {
      const touchpoint = touchpointFrom(row);
      ids.set(touchpoint, row.id);
      return { touchpoint, isNewSession: row.starts_session === 1 };
    });
    return foldAll(touchpoints, site, (folded, touchpoint) => {
      log.write(site, leadId, ids.get(touchpoint) ?? 0, folded);
      onFolded?.(folded, touchpoint);
    });
  };

  const refoldOne = db.transaction((site: CompiledSite, leadId: number) => {
    rows.writeFolded(site, leadId, refold(site, leadId));
  });

  return {
    refold,
    refoldAll(site, onProgress) {
      const leadIds = selectLeads.all(site.id);
      leadIds.forEach((leadId, index) => {
        refoldOne(site, leadId);
        onProgress(index + 1, leadIds.length);
      });
      setFoldedVersion.run(site.version, site.id);
    },
  };
}
