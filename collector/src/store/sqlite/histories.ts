/** Every lead's history, lead by lead, for a thread of its own on a connection of its own. */
import type { Database } from 'better-sqlite3';
import type { Suppressed } from '../../preview/jobs.ts';
import type { LeadHistory } from '../../preview/observe.ts';
import { historyRow } from './history.ts';
import { TOUCHPOINT_COLUMNS, type TouchpointRow } from './rows.ts';

const PAGE_LEADS = 500;

interface LeadRow {
  id: number;
  publicId: string;
  userId: string | null;
  email: string | null;
  identifiedAt: number | null;
}

/** Each lead is a read of its own: one long read would keep the write-ahead log from being checkpointed. */
export function* histories(db: Database, siteId: number): Generator<LeadHistory> {
  const selectLeads = db.prepare<[number, number], LeadRow>(
    `SELECT id, public_id AS publicId, user_id AS userId, email, identified_at AS identifiedAt
     FROM leads INDEXED BY leads_by_site
     WHERE site_id = ? AND merged_into IS NULL AND id > ? ORDER BY id LIMIT ${PAGE_LEADS}`,
  );
  const selectTouchpoints = db.prepare<[number], TouchpointRow>(
    `SELECT ${TOUCHPOINT_COLUMNS} FROM touchpoints
     WHERE visitor_id IN (SELECT id FROM visitors WHERE lead_id = ?) ORDER BY touchpoints.id`,
  );
  for (let leads = selectLeads.all(siteId, 0); leads.length > 0; ) {
    for (const { id, publicId, ...names } of leads) {
      const touchpoints = selectTouchpoints.all(id).map(historyRow);
      if (touchpoints.length > 0) yield { id: publicId, ...names, touchpoints };
    }
    leads = selectLeads.all(siteId, leads.at(-1)?.id ?? 0);
  }
}

/** What leads must not be written to about, by their ids: at any of their addresses, as a dispatcher asks. */
export function suppressedLeads(db: Database, siteId: number): Map<string, Suppressed[]> {
  const rows = db
    .prepare<[number, number], Suppressed & { leadId: string }>(
      `SELECT public_id AS leadId, topic, at FROM suppressions
         JOIN leads ON leads.site_id = suppressions.site_id AND leads.email = address
         WHERE suppressions.site_id = ?
       UNION
       SELECT public_id AS leadId, topic, at FROM suppressions
         JOIN lead_identifiers ON lead_identifiers.site_id = suppressions.site_id AND kind = 'email' AND value = address
         JOIN leads ON leads.id = lead_id
         WHERE suppressions.site_id = ?`,
    )
    .all(siteId, siteId);
  const byLead = new Map<string, Suppressed[]>();
  for (const { leadId, ...suppressed } of rows) {
    byLead.set(leadId, [...(byLead.get(leadId) ?? []), suppressed]);
  }
  return byLead;
}
