/** Every lead's history, lead by lead, for a thread of its own on a connection of its own. */
import type { Database } from 'better-sqlite3';
import type { LeadHistory } from '../../preview/observe.ts';
import { historyRow } from './history.ts';
import { TOUCHPOINT_COLUMNS, type TouchpointRow } from './rows.ts';

const PAGE_LEADS = 500;

/** Each lead is a read of its own: one long read would keep the write-ahead log from being checkpointed. */
export function* histories(db: Database, siteId: number): Generator<LeadHistory> {
  const selectLeads = db.prepare<[number, number], { id: number; publicId: string; email: string | null }>(
    `SELECT id, public_id AS publicId, email FROM leads INDEXED BY leads_by_site
     WHERE site_id = ? AND merged_into IS NULL AND id > ? ORDER BY id LIMIT ${PAGE_LEADS}`,
  );
  const selectTouchpoints = db.prepare<[number], TouchpointRow>(
    `SELECT ${TOUCHPOINT_COLUMNS} FROM touchpoints
     WHERE visitor_id IN (SELECT id FROM visitors WHERE lead_id = ?) ORDER BY touchpoints.id`,
  );
  for (let leads = selectLeads.all(siteId, 0); leads.length > 0; ) {
    for (const { id, publicId, email } of leads) {
      const touchpoints = selectTouchpoints.all(id).map(historyRow);
      if (touchpoints.length > 0) yield { id: publicId, email, touchpoints };
    }
    leads = selectLeads.all(siteId, leads.at(-1)?.id ?? 0);
  }
}
