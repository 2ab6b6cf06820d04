/** What the owner asks about sequences. What may be long is read in parts, with a turn of the event loop between two. */
import type { Database } from 'better-sqlite3';
import type { ReachedGoal, Run, RunFlowStep, RunMessage } from '../../insights/run.ts';
import type { RunGroup, SequenceStore } from '../sequences.ts';
import type { Cursor } from '../store.ts';
import { leadFollowUps } from './lead-follow-ups.ts';
import { slice } from './leads.ts';

type GroupRow = Omit<RunGroup, 'heldOut' | 'hasGoal'> & { heldOut: number; hasGoal: number };
type RunRow = Pick<Run, 'leadKey' | 'startedAt' | 'status' | 'reason'> & {
  id: number;
  heldOut: number;
  hasGoal: number;
};
/** A row that belongs to a run. */
type OfRun<Part> = Part & { runId: number };

/** So that what waits to be stored is stored first. */
const turnOfTheEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

export function sequenceStore(db: Database): SequenceStore {
  const selectKnown = db
    .prepare<[number, string], number>(
      'SELECT 1 FROM enrollments WHERE site_id = ? AND sequence_id = ? LIMIT 1',
    )
    .pluck();
  const inOrder = `FROM enrollments
    WHERE site_id = $siteId AND sequence_id = $sequenceId AND (started_at, id) > ($key, $id)`;
  const selectGroups = db.prepare<object, GroupRow>(
    `SELECT status, reason, held_out AS heldOut, goal_at IS NOT NULL AS hasGoal, version, count(*) AS runs,
       sum(status = 'active' AND EXISTS (
         SELECT 1 FROM deliveries WHERE enrollment_id = slice.id AND deliveries.status IN ('due', 'leased'))) AS due
     FROM (SELECT id, status, reason, held_out, goal_at, version ${inOrder} ORDER BY started_at, id LIMIT $limit) AS slice
     GROUP BY status, reason, held_out, goal_at IS NOT NULL, version`,
  );
  const selectEnd = db.prepare<object, Cursor>(
    `SELECT started_at AS key, id ${inOrder} ORDER BY started_at, id LIMIT 1 OFFSET $limit - 1`,
  );
  const selectRuns = db.prepare<object, RunRow>(
    `SELECT id, lead_id AS leadKey, started_at AS startedAt, status, reason, held_out AS heldOut,
       goal_at IS NOT NULL AS hasGoal
     ${inOrder} AND started_at < $to ORDER BY started_at, id LIMIT $limit`,
  );
  const theseRuns = 'IN (SELECT value FROM json_each(?))';
  const selectMessages = db.prepare<[string], OfRun<RunMessage>>(
    `SELECT enrollment_id AS runId, step, step_id AS stepId, channel, status, reason, sent_at AS sentAt,
       opened_at AS openedAt, clicked_at AS clickedAt, bounced_at AS bouncedAt
     FROM deliveries WHERE enrollment_id ${theseRuns}`,
  );
  const selectFlow = db.prepare<[string], OfRun<RunFlowStep>>(
    `SELECT enrollment_id AS runId, step, step_id AS stepId, at, outcome, detail FROM enrollment_steps
     WHERE enrollment_id ${theseRuns}`,
  );
  // A goal is noted with the latest run of a lead, which may not be the one that is asked about.
  const selectGoals = db.prepare<[string], OfRun<ReachedGoal>>(
    `SELECT run.id AS runId, noted.goal_at AS at, noted.goal_value AS value
     FROM enrollments AS run JOIN enrollments AS noted
       ON noted.lead_id = run.lead_id AND noted.sequence_id = run.sequence_id
     WHERE run.id ${theseRuns} AND (noted.id = run.id OR noted.goal_at >= run.started_at)
       AND noted.goal_at IS NOT NULL
     ORDER BY noted.goal_at`,
  );

  function withSteps(rows: RunRow[]): Run[] {
    const runs = new Map(
      rows.map(({ id, heldOut, hasGoal, ...row }): [number, Run] => [
        id,
        { ...row, heldOut: heldOut === 1, hasGoal: hasGoal === 1, messages: [], flow: [], goals: [] },
      ]),
    );
    const ids = JSON.stringify([...runs.keys()]);
    for (const { runId, ...message } of selectMessages.all(ids)) runs.get(runId)?.messages.push(message);
    for (const { runId, ...step } of selectFlow.all(ids)) runs.get(runId)?.flow.push(step);
    for (const { runId, ...goal } of selectGoals.all(ids)) runs.get(runId)?.goals.push(goal);
    return [...runs.values()];
  }

  return {
    isKnown: async (siteId, sequenceId) => selectKnown.get(siteId, sequenceId) !== undefined,
    async groups(siteId, sequenceId, limit, after) {
      await turnOfTheEventLoop();
      const part = { siteId, sequenceId, key: after?.key ?? 0, id: after?.id ?? 0, limit };
      const rows = selectGroups
        .all(part)
        .map((row) => ({ ...row, heldOut: row.heldOut === 1, hasGoal: row.hasGoal === 1 }));
      return { rows, next: selectEnd.get(part) ?? null };
    },
    async runs(siteId, sequenceId, { from, to }, limit, after) {
      await turnOfTheEventLoop();
      const start = { key: after?.key ?? from, id: after?.id ?? 0 };
      const found = selectRuns.all({ siteId, sequenceId, ...start, to, limit: limit + 1 });
      const page = slice(
        found,
        limit,
        ({ startedAt, id }) => ({ key: startedAt, id }),
        (row) => row,
      );
      return { rows: withSteps(page.rows), next: page.next };
    },
    followUps: leadFollowUps(db),
  };
}
