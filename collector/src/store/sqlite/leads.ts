/** What the owner asks about leads. Lists are cut by key, never by offset, so that pages stay right while rows move. */

import type { Database } from 'better-sqlite3';
import type { Cursor, Identifier, LeadStore, Slice, StoredTouchpoint } from '../store.ts';
import { leadLister } from './lead-list.ts';
import {
  LEAD_COLUMNS,
  type LeadRow,
  leadFrom,
  TOUCHPOINT_COLUMNS,
  type TouchpointRow,
  touchpointFrom,
} from './rows.ts';
import { type EntryRow, type StageMoveRow, scoreEntryFrom, stageMoveFrom, timelineOf } from './timeline.ts';

/** The rows were asked for with one more than the limit, which tells whether there is a next page. */
export function slice<Row, Out>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
  toOutput: (row: Row) => Out,
): Slice<Out> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page.map(toOutput), next: rows.length > limit && last ? cursorOf(last) : null };
}

export function leadStore(db: Database): LeadStore {
  const selectLead = db.prepare<[number, string], LeadRow>(
    `SELECT ${LEAD_COLUMNS} FROM leads AS named
     JOIN leads ON leads.id = coalesce(named.merged_into, named.id)
     JOIN lead_states ON lead_states.lead_id = leads.id
     WHERE named.site_id = ? AND named.public_id = ?`,
  );
  const selectTouchpoints = db.prepare<
    [number, string, number, number],
    TouchpointRow & { anonymous_id: string | null }
  >(
    `SELECT ${TOUCHPOINT_COLUMNS}, anonymous_id FROM touchpoints JOIN visitors ON visitors.id = visitor_id
     WHERE visitor_id IN (
       SELECT visitors.id FROM visitors JOIN leads ON visitors.lead_id = coalesce(leads.merged_into, leads.id)
       WHERE leads.site_id = ? AND leads.public_id = ?)
     AND touchpoints.id < ? ORDER BY touchpoints.id DESC LIMIT ?`,
  );
  const survivor = '(SELECT coalesce(merged_into, id) FROM leads WHERE site_id = ? AND public_id = ?)';
  const selectEntries = db.prepare<[number, string], EntryRow>(
    `SELECT rule_id AS ruleId, version, points, score_entries.at, capped_by, rule_points, message_id, name AS touchpoint
     FROM score_entries JOIN touchpoints ON touchpoints.id = touchpoint_id
     WHERE score_entries.lead_id = ${survivor} ORDER BY score_entries.at, touchpoint_id, rule_id`,
  );
  const selectMoves = db.prepare<[number, string], StageMoveRow>(
    `SELECT from_stage AS "from", to_stage AS "to", stage_moves.at, message_id, name AS touchpoint
     FROM stage_moves JOIN touchpoints ON touchpoints.id = touchpoint_id
     WHERE stage_moves.lead_id = ${survivor} ORDER BY touchpoint_id DESC`,
  );
  const selectIdentifiers = db.prepare<[number, string], Identifier>(
    `SELECT kind, value, trust FROM lead_identifiers WHERE lead_id = ${survivor} ORDER BY kind DESC, value`,
  );
  const selectSegments = db.prepare<[number], { segment: string; leads: number }>(
    `SELECT value AS segment, count(*) AS leads FROM lead_facets WHERE site_id = ? AND kind = 'segment' GROUP BY value`,
  );

  return {
    list: leadLister(db),
    async get(siteId, leadId) {
      const row = selectLead.get(siteId, leadId);
      return row ? leadFrom(row) : null;
    },
    async touchpoints(siteId, leadId, limit, after) {
      const rows = selectTouchpoints.all(siteId, leadId, after?.id ?? Number.MAX_SAFE_INTEGER, limit + 1);
      return slice(
        rows,
        limit,
        byId,
        (row): StoredTouchpoint => ({
          ...touchpointFrom(row),
          visitorId: row.anonymous_id,
        }),
      );
    },
    scoreEntries: async (siteId, leadId) => selectEntries.all(siteId, leadId).map(scoreEntryFrom),
    stageMoves: async (siteId, leadId) => selectMoves.all(siteId, leadId).map(stageMoveFrom),
    identifiers: async (siteId, leadId) => selectIdentifiers.all(siteId, leadId),
    timeline: timelineOf(db),
    segmentCounts: async (siteId) =>
      new Map(selectSegments.all(siteId).map(({ segment, leads }) => [segment, leads])),
  };
}

export const byId = (row: { id: number }): Cursor => ({ key: row.id, id: row.id });

export interface LeadName {
  leadId: string;
  leadName: string | null;
  leadEmail: string | null;
}
/** The `name` trait, where it is a text. */
export const LEAD_NAME = `CASE json_type(lead_states.state, '$.traits.name.value')
  WHEN 'text' THEN json_extract(lead_states.state, '$.traits.name.value') END AS leadName`;
