/** Two leads turn out to be one person: afterwards everything is as if they had been one all along. */
import type { Database } from 'better-sqlite3';
import type { MergeReason } from '../../leads/identity.ts';
import type { LeadState } from '../../leads/state.ts';
import type { Touchpoint } from '../../leads/touchpoint.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { FoldLog, History } from './history.ts';
import { idToStore } from './rows.ts';

export type Merge = (
  site: CompiledSite,
  fromLeadId: number,
  intoLeadId: number,
  reason: MergeReason,
  touchpoint: Touchpoint,
) => LeadState;

export function merger(db: Database, log: FoldLog, { refold }: History): Merge {
  const moves = [
    'UPDATE visitors SET lead_id = $into WHERE lead_id = $from',
    'UPDATE lead_identifiers SET lead_id = $into WHERE lead_id = $from',
    // One run through a sequence at a time: the surviving lead's goes on, the other ends.
    `UPDATE deliveries SET status = 'skipped', reason = 'merged', lease = NULL
     WHERE status IN ('due', 'leased') AND enrollment_id IN (
       SELECT id FROM enrollments AS mine WHERE lead_id = $from AND status = 'active' AND EXISTS (
         SELECT 1 FROM enrollments WHERE lead_id = $into AND status = 'active' AND sequence_id = mine.sequence_id))`,
    `UPDATE enrollments SET status = 'exited', reason = 'merged', ended_at = $at
     WHERE lead_id = $from AND status = 'active' AND sequence_id IN (
       SELECT sequence_id FROM enrollments WHERE lead_id = $into AND status = 'active')`,
    'UPDATE enrollments SET lead_id = $into WHERE lead_id = $from',
    'UPDATE deliveries SET lead_id = $into WHERE lead_id = $from',
    'UPDATE tasks SET lead_id = $into WHERE lead_id = $from',
    'UPDATE leads SET merged_into = $into WHERE id = $from OR merged_into = $from',
  ].map((sql) => db.prepare(sql));
  const record = db.prepare(
    `INSERT INTO lead_merges (site_id, from_lead_id, into_lead_id, reason, message_id, at) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  return (site, from, into, reason, touchpoint) => {
    // better-sqlite3 refuses a named parameter that a statement does not use.
    for (const move of moves) {
      const at = move.source.includes('$at') ? { at: touchpoint.receivedAt } : {};
      move.run({ from, into, ...at });
    }
    record.run(site.id, from, into, reason, idToStore(touchpoint.messageId), touchpoint.receivedAt);
    log.clear(from);
    return refold(site, into);
  };
}
