/** What people are asked to do, and when somebody must be told that it was not done. */
import type { Database } from 'better-sqlite3';
import type { TaskRecord, TaskStore, TaskTiming } from '../follow-ups.ts';
import { eventWriter } from './events.ts';
import { LEAD_NAME, slice } from './leads.ts';

type TaskRow = TaskRecord & { key: number };
interface Alarm {
  key: number;
  id: string;
  leadKey: number;
  title: string;
  owner: string | null;
  dueAt: number;
}

export function taskStore(db: Database): TaskStore {
  const announce = eventWriter(db);
  const columns = `tasks.id AS key, tasks.public_id AS id, leads.public_id AS leadId, leads.email AS leadEmail,
    ${LEAD_NAME}, sequence_id AS sequenceId, title, tasks.reason, owner, tasks.due_at AS dueAt,
    promised_at AS promisedAt, tasks.created_at AS createdAt, done_at AS doneAt
    FROM tasks JOIN leads ON leads.id = tasks.lead_id JOIN lead_states ON lead_states.lead_id = leads.id
    JOIN deliveries ON deliveries.id = delivery_id
    JOIN enrollments ON enrollments.id = enrollment_id`;
  const selectAll = db.prepare<unknown[], TaskRow>(
    `SELECT ${columns} WHERE tasks.site_id = $siteId AND (tasks.due_at, tasks.id) > ($key, $id)
       AND ($status IS NULL OR (done_at IS NULL) = ($status = 'open')) AND ($owner IS NULL OR owner = $owner)
     ORDER BY tasks.due_at, tasks.id LIMIT $limit`,
  );
  const selectOne = db.prepare<[number, string], TaskRow>(
    `SELECT ${columns} WHERE tasks.site_id = ? AND tasks.public_id = ?`,
  );
  const complete = db.prepare(
    'UPDATE tasks SET done_at = ?, alarm_at = NULL WHERE site_id = ? AND public_id = ? AND done_at IS NULL',
  );
  const snooze = db.prepare(
    `UPDATE tasks SET due_at = $until, alarm_at = $until
     WHERE site_id = $siteId AND public_id = $id AND done_at IS NULL`,
  );
  const assign = db.prepare('UPDATE tasks SET owner = ? WHERE site_id = ? AND public_id = ?');
  const selectAlarmSites = db
    .prepare<[number], number>('SELECT DISTINCT site_id FROM tasks WHERE alarm_at <= ?')
    .pluck();
  const selectAlarms = db.prepare<[number, number], Alarm>(
    `SELECT id AS key, public_id AS id, lead_id AS leadKey, title, owner, due_at AS dueAt FROM tasks
     WHERE alarm_at <= ? AND site_id = ?`,
  );
  const clearAlarm = db.prepare('UPDATE tasks SET alarm_at = NULL WHERE id = ?');
  const selectTimings = db.prepare<[number, number, number], TaskTiming>(
    `SELECT owner, created_at AS createdAt, promised_at AS promisedAt, done_at AS doneAt FROM tasks
     WHERE site_id = ? AND created_at >= ? AND created_at < ?`,
  );

  const raise = db.transaction((advance: Parameters<TaskStore['raiseAlarms']>[0], now: number): number => {
    const alarms = selectAlarms.all(now, advance.site.id);
    for (const { key, id, leadKey, title, owner, dueAt } of alarms) {
      clearAlarm.run(key);
      const data = { task: { id, title, owner, dueAt: new Date(dueAt).toISOString() } };
      announce(advance.site, leadKey, [{ type: 'task.overdue', at: dueAt, data }], now);
    }
    return alarms.length;
  });

  const read = (siteId: number, taskId: string): TaskRecord | null => {
    const row = selectOne.get(siteId, taskId);
    return row ? withoutKey(row) : null;
  };

  return {
    async list(siteId, { status, owner }, limit, after) {
      const rows = selectAll.all({
        siteId,
        status,
        owner,
        key: after?.key ?? 0,
        id: after?.id ?? 0,
        limit: limit + 1,
      });
      return slice(rows, limit, ({ key, dueAt }) => ({ key: dueAt, id: key }), withoutKey);
    },
    async complete(siteId, taskId, now) {
      complete.run(now, siteId, taskId);
      return read(siteId, taskId);
    },
    async snooze(siteId, id, until) {
      snooze.run({ siteId, id, until });
      return read(siteId, id);
    },
    async assign(siteId, taskId, owner) {
      assign.run(owner, siteId, taskId);
      return read(siteId, taskId);
    },
    sitesWithAlarms: async (now) => selectAlarmSites.all(now),
    raiseAlarms: async (advance, now) => raise.immediate(advance, now),
    timings: async (siteId, from, to) => selectTimings.all(siteId, from, to),
  };
}

const withoutKey = ({ key: _, ...task }: TaskRow): TaskRecord => task;
