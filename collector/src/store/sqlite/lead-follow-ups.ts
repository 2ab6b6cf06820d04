/** All follow-ups of one lead, in one order. As many as one person's: no cut by time is worth an index. */
import type { Database } from 'better-sqlite3';
import type { CheckResult } from '../../follow-ups/guards.ts';
import type {
  FlowFollowUp,
  FollowUpRecord,
  MessageFollowUp,
  RunFollowUp,
  SequenceStore,
} from '../sequences.ts';
import { slice } from './leads.ts';

/** What has the same time follows in this order. */
const KINDS = ['run', 'flow', 'message'] as const;
/** More than there are rows of one kind. */
const KIND_PLACES = 10 ** 15;
/** More than there are steps in a sequence: a step that sends nothing is known by its run and its place. */
const STEP_PLACES = 10 ** 4;

interface PlaceRow {
  kind: number;
  id: number;
  at: number;
  sequenceId: string;
  version: number;
  /** Tells apart what has the same time. */
  place: number;
}

export function leadFollowUps(db: Database): SequenceStore['followUps'] {
  // What was stopped with its run has the time of that, and not the one at which it would have been sent.
  const selectPlaces = db.prepare<
    { siteId: number; leadId: string; at: number; place: number; limit: number },
    PlaceRow
  >(
    `WITH lead AS (SELECT coalesce(merged_into, id) AS id FROM leads WHERE site_id = $siteId AND public_id = $leadId),
     runs AS (SELECT enrollments.* FROM enrollments JOIN lead ON enrollments.lead_id = lead.id),
     noted (kind, id, at, sequenceId, version) AS (
       SELECT 0, id, coalesce(ended_at, started_at), sequence_id, version FROM runs
       UNION ALL SELECT 1, enrollment_id * ${STEP_PLACES} + enrollment_steps.step, at, sequence_id, version
         FROM runs JOIN enrollment_steps ON enrollment_id = runs.id
       UNION ALL SELECT 2, deliveries.id, coalesce(sent_at,
           CASE WHEN deliveries.status = 'skipped' AND deliveries.reason = runs.reason THEN ended_at END,
           deliveries.due_at), sequence_id, version
         FROM runs JOIN deliveries ON enrollment_id = runs.id)
     SELECT *, kind * ${KIND_PLACES} + id AS place FROM noted
     WHERE (at, place) < ($at, $place) ORDER BY at DESC, place DESC LIMIT $limit`,
  );
  const selectRun = db.prepare<[number], Omit<RunFollowUp, 'kind' | 'heldOut'> & { heldOut: number }>(
    `SELECT started_at AS startedAt, ended_at AS endedAt, status, reason, held_out AS heldOut, step, timer_at AS dueAt,
       goal_at AS goalAt FROM enrollments WHERE id = ?`,
  );
  const selectFlow = db.prepare<[number, number], Omit<FlowFollowUp, 'kind'>>(
    'SELECT step_id AS stepId, outcome, detail FROM enrollment_steps WHERE enrollment_id = ? AND step = ?',
  );
  const selectMessage = db.prepare<
    [number],
    Omit<MessageFollowUp, 'kind' | 'checks'> & { checks: string | null }
  >(
    `SELECT public_id AS id, step_id AS stepId, channel, status, reason, checks, due_at AS dueAt, sent_at AS sentAt,
       attempts, detail, opened_at AS openedAt, clicked_at AS clickedAt, bounced_at AS bouncedAt
     FROM deliveries WHERE id = ?`,
  );

  function recordAt({ kind, id, at, sequenceId, version }: PlaceRow): FollowUpRecord[] {
    const base = { at, sequenceId, version };
    const type = KINDS[kind];
    if (type === 'run') {
      const row = selectRun.get(id);
      return row ? [{ ...base, kind: type, ...row, heldOut: row.heldOut === 1 }] : [];
    }
    if (type === 'flow') {
      const row = selectFlow.get(Math.floor(id / STEP_PLACES), id % STEP_PLACES);
      return row ? [{ ...base, kind: type, ...row }] : [];
    }
    const row = selectMessage.get(id);
    if (!row) return [];
    const checks = row.checks === null ? [] : (JSON.parse(row.checks) as CheckResult[]);
    return [{ ...base, kind: 'message', ...row, checks }];
  }

  return async (siteId, leadId, limit, after) => {
    const start = { at: after?.key ?? Number.MAX_SAFE_INTEGER, place: after?.id ?? Number.MAX_SAFE_INTEGER };
    const places = selectPlaces.all({ siteId, leadId, ...start, limit: limit + 1 });
    const { rows, next } = slice(places, limit, ({ at, place }) => ({ key: at, id: place }), recordAt);
    return { rows: rows.flat(), next };
  };
}
