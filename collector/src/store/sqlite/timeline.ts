/** All that happened to one lead, in one order. As long as one person's history: no cut by time is worth an index. */
import type { Database } from 'better-sqlite3';
import type {
  LeadStore,
  StoredScoreEntry,
  StoredStageMove,
  TimelineDelivery,
  TimelineEntry,
} from '../store.ts';
import { slice } from './leads.ts';
import { idFrom, TOUCHPOINT_COLUMNS, type TouchpointRow, touchpointFrom } from './rows.ts';

/** What has the same time follows in this order: what happened, what it meant, what it caused. */
const KINDS = ['touchpoint', 'merge', 'delivery'] as const;
/** More than there are rows of one kind. */
const KIND_PLACES = 10 ** 15;
/** `place` tells apart what happened at the same time. */
interface PlaceRow {
  kind: number;
  id: number;
  at: number;
  place: number;
}

export function timelineOf(db: Database): LeadStore['timeline'] {
  const selectPlaces = db.prepare<
    { siteId: number; leadId: string; at: number; place: number; limit: number },
    PlaceRow
  >(
    `WITH lead AS (SELECT coalesce(merged_into, id) AS id FROM leads WHERE site_id = $siteId AND public_id = $leadId),
     happened (kind, id, at) AS (
       SELECT 0, id, at FROM touchpoints
         WHERE visitor_id IN (SELECT visitors.id FROM visitors JOIN lead ON lead_id = lead.id)
       UNION ALL SELECT 1, lead_merges.id, at FROM lead_merges JOIN lead ON into_lead_id = lead.id
       UNION ALL SELECT 2, deliveries.id, coalesce(sent_at, due_at) FROM deliveries JOIN lead ON lead_id = lead.id)
     SELECT kind, id, at, kind * ${KIND_PLACES} + id AS place FROM happened
     WHERE (at, place) < ($at, $place) ORDER BY at DESC, place DESC LIMIT $limit`,
  );
  const selectTouchpoint = db.prepare<[number], TouchpointRow & { anonymous_id: string | null }>(
    `SELECT ${TOUCHPOINT_COLUMNS}, anonymous_id FROM touchpoints JOIN visitors ON visitors.id = visitor_id
     WHERE touchpoints.id = ?`,
  );
  const selectEntries = db.prepare<[number], EntryRow>(
    `SELECT rule_id AS ruleId, version, points, score_entries.at, capped_by, rule_points, message_id, name AS touchpoint
     FROM touchpoints JOIN visitors ON visitors.id = visitor_id
     JOIN score_entries ON score_entries.lead_id = visitors.lead_id AND touchpoint_id = touchpoints.id
     WHERE touchpoints.id = ? ORDER BY rule_id`,
  );
  const selectMove = db.prepare<[number], StageMoveRow>(
    `SELECT from_stage AS "from", to_stage AS "to", stage_moves.at, message_id, name AS touchpoint
     FROM touchpoints JOIN visitors ON visitors.id = visitor_id
     JOIN stage_moves ON stage_moves.lead_id = visitors.lead_id AND touchpoint_id = touchpoints.id
     WHERE touchpoints.id = ?`,
  );
  const selectMerge = db.prepare<
    [number],
    { leadId: string; reason: string; message_id: Buffer | string | null }
  >(
    `SELECT public_id AS leadId, reason, message_id FROM lead_merges JOIN leads ON leads.id = from_lead_id
     WHERE lead_merges.id = ?`,
  );
  const selectDelivery = db.prepare<[number], TimelineDelivery>(
    `SELECT deliveries.public_id AS id, sequence_id AS sequenceId, deliveries.step, events.type AS event, channel,
       deliveries.status, deliveries.reason
     FROM deliveries LEFT JOIN enrollments ON enrollments.id = enrollment_id
     LEFT JOIN events ON events.id = event_id WHERE deliveries.id = ?`,
  );

  function entryAt({ kind, id, at }: PlaceRow): TimelineEntry[] {
    const type = KINDS[kind];
    if (type === 'touchpoint') {
      const row = selectTouchpoint.get(id);
      if (!row) return [];
      const touchpoint = { ...touchpointFrom(row), visitorId: row.anonymous_id };
      const move = selectMove.get(id);
      const scoreEntries = selectEntries.all(id).map(scoreEntryFrom);
      return [{ type, at, touchpoint, scoreEntries, stageMove: move ? stageMoveFrom(move) : null }];
    }
    if (type === 'merge') {
      const row = selectMerge.get(id);
      if (!row) return [];
      const { message_id, ...merge } = row;
      return [{ type, at, merge: { ...merge, messageId: message_id === null ? null : idFrom(message_id) } }];
    }
    const delivery = selectDelivery.get(id);
    return delivery ? [{ type: 'delivery', at, delivery }] : [];
  }

  return async (siteId, leadId, limit, after) => {
    const start = { at: after?.key ?? Number.MAX_SAFE_INTEGER, place: after?.id ?? Number.MAX_SAFE_INTEGER };
    const places = selectPlaces.all({ siteId, leadId, ...start, limit: limit + 1 });
    const { rows, next } = slice(places, limit, ({ at, place }) => ({ key: at, id: place }), entryAt);
    return { rows: rows.flat(), next };
  };
}

export type EntryRow = Omit<StoredScoreEntry, 'messageId' | 'capped'> & {
  message_id: Buffer | string;
  capped_by: string | null;
  rule_points: number | null;
};
export function scoreEntryFrom({ message_id, capped_by, rule_points, ...entry }: EntryRow): StoredScoreEntry {
  const capped =
    capped_by !== null && rule_points !== null ? { groupId: capped_by, rulePoints: rule_points } : null;
  return { ...entry, capped, messageId: idFrom(message_id) };
}

export type StageMoveRow = Omit<StoredStageMove, 'messageId'> & { message_id: Buffer | string };
export const stageMoveFrom = ({ message_id, ...move }: StageMoveRow): StoredStageMove => ({
  ...move,
  messageId: idFrom(message_id),
});
