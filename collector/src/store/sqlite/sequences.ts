/** What the owner asks about sequences. What may be long is read in parts, with a turn of the event loop between two. */
import type { Database } from 'better-sqlite3';
import type { ReachedGoal, Run, RunFlowStep, RunMessage } from '../../insights/run.ts';
import type { RunSummary, SequenceStore } from '../sequences.ts';
import { leadFollowUps } from './lead-follow-ups.ts';
import { slice } from './leads.ts';

type SummaryRow = Omit<RunSummary, 'heldOut' | 'isMessageDue'> & {
  id: number;
  heldOut: number;
  isMessageDue: number;
};
type RunRow = Pick<Run, 'leadKey' | 'startedAt' | 'status' | 'reason' | 'goalAt'> & {
  id: number;
  heldOut: number;
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
  const columns = `id, lead_id AS leadKey, started_at AS startedAt, status, reason, held_out AS heldOut,
    goal_at AS goalAt`;
  const inOrder = `FROM enrollments
    WHERE site_id = $siteId AND sequence_id = $sequenceId AND (started_at, id) > ($key, $id)`;
  const selectSummaries = db.prepare<object, SummaryRow>(
    `SELECT ${columns}, version, status = 'active' AND EXISTS (
       SELECT 1 FROM deliveries WHERE enrollment_id = enrollments.id AND deliveries.status IN ('due', 'leased'))
       AS isMessageDue
     ${inOrder} ORDER BY started_at, id LIMIT $limit`,
  );
  const selectRuns = db.prepare<object, RunRow>(
    `SELECT ${columns} ${inOrder} AND started_at < $to ORDER BY started_at, id LIMIT $limit`,
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
      rows.map(({ id, heldOut, ...row }): [number, Run] => [
        id,
        { ...row, heldOut: heldOut === 1, messages: [], flow: [], goals: [] },
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
    async summaries(siteId, sequenceId, limit, after) {
      await turnOfTheEventLoop();
      const start = { key: after?.key ?? 0, id: after?.id ?? 0 };
      const rows = selectSummaries.all({ siteId, sequenceId, ...start, limit: limit + 1 });
      return slice(rows, limit, byStart, ({ id: _, heldOut, isMessageDue, ...row }) => ({
        ...row,
        heldOut: heldOut === 1,
        isMessageDue: isMessageDue === 1,
      }));
    },
    async runs(siteId, sequenceId, { from, to }, limit, after) {
      await turnOfTheEventLoop();
      const start = { key: after?.key ?? from, id: after?.id ?? 0 };
      const rows = selectRuns.all({ siteId, sequenceId, ...start, to, limit: limit + 1 });
      const page = slice(rows, limit, byStart, (row) => row);
      return { rows: withSteps(page.rows), next: page.next };
    },
    followUps: leadFollowUps(db),
  };
}

const byStart = ({ startedAt, id }: { startedAt: number; id: number }) => ({ key: startedAt, id });
