import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import type { CheckResult } from '../../follow-ups/guards.ts';
import type { Enrollment, PlannedStep } from '../../follow-ups/plan.ts';
import type {
  DeliveryRecord,
  DeliveryStatus,
  FollowUpStore,
  LeadStore,
  LeasedDelivery,
  Settlement,
  TaskRecord,
} from '../store.ts';
import { deliveryInserter } from './enroll.ts';
import { enrollmentFrom } from './group.ts';
import { byId, LEAD_NAME, slice } from './leads.ts';
import { IS_TRANSACTIONAL, LEAD_COLUMNS, type LeadRow, leadFrom } from './rows.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

type LeasedRow = LeadRow & {
  deliveryId: number;
  deliveryPublicId: string;
  siteId: number;
  deliveryStep: number;
  channel: PlannedStep['channel'];
  dueAt: number;
  attempts: number;
  leadId: number;
  enrollment_id: number;
  sequence_id: string;
  status: Enrollment['status'];
  anchor_at: number;
  step: number;
  ended_at: number | null;
  messagesThisWeek: number;
  askedForToday: number;
  suppressed: number;
};

export function followUpStore(db: Database, leads: LeadStore): FollowUpStore {
  const insertDelivery = deliveryInserter(db);
  const lease = db.prepare(
    `UPDATE deliveries SET status = 'leased', lease = $lease, leased_until = $until
     WHERE id IN (
       SELECT id FROM deliveries WHERE status = 'due' AND due_at <= $now
       UNION ALL SELECT id FROM deliveries WHERE status = 'leased' AND leased_until <= $now
       LIMIT $limit)`,
  );
  const selectLeased = db.prepare<{ lease: string; weekAgo: number; dayAgo: number }, LeasedRow>(
    `SELECT ${LEAD_COLUMNS}, leads.id AS leadId, deliveries.id AS deliveryId, deliveries.public_id AS deliveryPublicId,
       deliveries.site_id AS siteId, deliveries.step AS deliveryStep, channel, due_at AS dueAt, attempts,
       enrollments.id AS enrollment_id, sequence_id, enrollments.status, anchor_at, enrollments.step, ended_at,
       (SELECT count(*) FROM deliveries AS sent JOIN enrollments ON enrollments.id = sent.enrollment_id
          WHERE sent.lead_id = leads.id AND sent.channel = 'email' AND sent.status = 'sent'
          AND sent.sent_at > $weekAgo AND NOT ${IS_TRANSACTIONAL}) AS messagesThisWeek,
       (SELECT count(*) FROM leads AS named JOIN deliveries AS sent ON sent.lead_id = named.id
          JOIN enrollments ON enrollments.id = sent.enrollment_id
          WHERE named.site_id = deliveries.site_id AND named.email = leads.email AND ${IS_TRANSACTIONAL}
          AND (sent.status = 'sent' AND sent.sent_at > $dayAgo
            OR sent.status = 'leased' AND sent.id < deliveries.id)) AS askedForToday,
       EXISTS (SELECT 1 FROM suppressions WHERE suppressions.site_id = deliveries.site_id
          AND (address = leads.email OR address IN (
            SELECT value FROM lead_identifiers WHERE lead_id = leads.id AND kind = 'email'))) AS suppressed
     FROM deliveries JOIN enrollments ON enrollments.id = enrollment_id JOIN leads ON leads.id = deliveries.lead_id
     WHERE lease = $lease AND deliveries.status = 'leased' ORDER BY due_at, deliveries.id`,
  );
  const settleDelivery = db.prepare(
    `UPDATE deliveries SET status = $status, reason = $reason, checks = $checks, due_at = coalesce($dueAt, due_at),
       sent_at = $sentAt, attempts = $attempts, lease = NULL, leased_until = NULL
     WHERE id = $id AND lease = $lease AND status = 'leased'`,
  );
  const insertAttempt = db.prepare(
    'INSERT INTO delivery_attempts (delivery_id, attempt, at, outcome, detail) VALUES (?, ?, ?, ?, ?)',
  );
  const advanceEnrollment = db.prepare(`UPDATE enrollments SET step = ? WHERE id = ? AND status = 'active'`);
  const completeEnrollment = db.prepare(
    `UPDATE enrollments SET status = 'completed', ended_at = ? WHERE id = ? AND status = 'active'`,
  );
  const insertTask = db.prepare(
    `INSERT INTO tasks (site_id, public_id, lead_id, delivery_id, title, reason, due_at, created_at)
     SELECT site_id, ?, lead_id, id, ?, ?, ?, ? FROM deliveries WHERE id = ?`,
  );
  const selectNextDue = db
    .prepare<[], number | null>(`SELECT min(due_at) FROM deliveries WHERE status = 'due'`)
    .pluck();
  const selectDeliveries = db.prepare<
    unknown[],
    Omit<DeliveryRecord, 'checks'> & { key: number; checks: string | null }
  >(
    `SELECT deliveries.id AS key, deliveries.public_id AS id, leads.public_id AS leadId, sequence_id AS sequenceId,
       deliveries.step, channel, deliveries.status, deliveries.reason, checks, due_at AS dueAt, sent_at AS sentAt, attempts,
       (SELECT detail FROM delivery_attempts WHERE delivery_id = deliveries.id ORDER BY attempt DESC LIMIT 1) AS detail
     FROM deliveries JOIN enrollments ON enrollments.id = enrollment_id JOIN leads ON leads.id = deliveries.lead_id
     WHERE deliveries.site_id = $siteId AND deliveries.id < $before
       AND ($status IS NULL OR deliveries.status = $status) AND ($leadId IS NULL OR leads.public_id = $leadId)
     ORDER BY deliveries.id DESC LIMIT $limit`,
  );
  const taskColumns = `tasks.id AS key, tasks.public_id AS id, leads.public_id AS leadId, leads.email AS leadEmail,
    ${LEAD_NAME}, sequence_id AS sequenceId, title, tasks.reason, tasks.due_at AS dueAt,
    tasks.created_at AS createdAt, done_at AS doneAt
    FROM tasks JOIN leads ON leads.id = tasks.lead_id JOIN deliveries ON deliveries.id = delivery_id
    JOIN enrollments ON enrollments.id = enrollment_id`;
  const selectTasks = db.prepare<unknown[], TaskRecord & { key: number }>(
    `SELECT ${taskColumns} WHERE tasks.site_id = $siteId AND (tasks.due_at, tasks.id) > ($key, $id)
       AND ($status IS NULL OR (done_at IS NULL) = ($status = 'open'))
     ORDER BY tasks.due_at, tasks.id LIMIT $limit`,
  );
  const selectTask = db.prepare<[number, string], TaskRecord & { key: number }>(
    `SELECT ${taskColumns} WHERE tasks.site_id = ? AND tasks.public_id = ?`,
  );
  const completeTask = db.prepare(
    'UPDATE tasks SET done_at = ? WHERE site_id = ? AND public_id = ? AND done_at IS NULL',
  );
  const selectAddress = db.prepare<[string], { siteId: number; leadId: string; address: string | null }>(
    `SELECT deliveries.site_id AS siteId, leads.public_id AS leadId, email AS address FROM deliveries JOIN leads ON leads.id = lead_id
     WHERE deliveries.public_id = ?`,
  );
  const insertSuppression = db.prepare(
    `INSERT INTO suppressions (site_id, address, reason, at) VALUES (?, ?, 'unsubscribed', ?) ON CONFLICT DO NOTHING`,
  );

  const takeLease = db.transaction((now: number, limit: number, leaseMs: number): LeasedRow[] => {
    const name = randomUUID();
    lease.run({ lease: name, until: now + leaseMs, now, limit });
    return selectLeased
      .all({ lease: name, weekAgo: now - WEEK_MS, dayAgo: now - DAY_MS })
      .map((row) => ({ ...row, lease: name }));
  });

  const settle = db.transaction(
    (
      delivery: LeasedDelivery,
      settlement: Settlement,
      next: PlannedStep | null | undefined,
      now: number,
    ): boolean => {
      const { outcome } = settlement;
      const isAttempt = outcome === 'sent' || outcome === 'failed' || outcome === 'retry';
      const attempts = delivery.attempts + (isAttempt ? 1 : 0);
      const { changes } = settleDelivery.run({
        id: delivery.id,
        lease: delivery.lease,
        status: outcome === 'retry' || outcome === 'deferred' ? 'due' : outcome,
        reason: 'reason' in settlement ? settlement.reason : null,
        checks: JSON.stringify(settlement.checks),
        dueAt: 'at' in settlement ? Math.round(settlement.at) : null,
        sentAt: outcome === 'sent' ? now : null,
        attempts,
      });
      if (changes === 0) return false;
      if (isAttempt) insertAttempt.run(delivery.id, attempts, now, outcome, settlement.detail);
      if (outcome === 'sent' && settlement.task) {
        const { title, reason, dueAt } = settlement.task;
        insertTask.run(`task_${uuidv7()}`, title, reason, dueAt, now, delivery.id);
      }
      if (next === null) completeEnrollment.run(now, delivery.enrollment.id);
      else if (next && advanceEnrollment.run(next.step, delivery.enrollment.id).changes > 0) {
        insertDelivery(delivery.siteId, leadOf(delivery.id), delivery.enrollment.id, next);
      }
      return true;
    },
  );
  const selectLeadOf = db.prepare<[number], number>('SELECT lead_id FROM deliveries WHERE id = ?').pluck();
  const leadOf = (deliveryId: number) => selectLeadOf.get(deliveryId) ?? 0;

  return {
    async lease(now, limit, leaseMs) {
      const rows = takeLease.immediate(now, limit, leaseMs) as (LeasedRow & { lease: string })[];
      return Promise.all(
        rows.map(async (row) => ({
          id: row.deliveryId,
          publicId: row.deliveryPublicId,
          lease: row.lease,
          siteId: row.siteId,
          step: row.deliveryStep,
          channel: row.channel,
          dueAt: row.dueAt,
          attempts: row.attempts,
          enrollment: enrollmentFrom({ ...row, id: row.enrollment_id }),
          lead: leadFrom(row),
          scoreEntries: await leads.scoreEntries(row.siteId, row.public_id),
          messagesThisWeek: row.messagesThisWeek,
          askedForToday: row.askedForToday,
          suppressed: row.suppressed === 1,
        })),
      );
    },
    settle: async (delivery, settlement, next, now) => settle.immediate(delivery, settlement, next, now),
    nextDueAt: async () => selectNextDue.get() ?? null,
    async deliveries(siteId, { status, leadId }, limit, after) {
      const rows = selectDeliveries.all({
        siteId,
        status: status satisfies DeliveryStatus | null,
        leadId,
        before: after?.id ?? Number.MAX_SAFE_INTEGER,
        limit: limit + 1,
      });
      return slice(
        rows,
        limit,
        ({ key }) => byId({ id: key }),
        ({ key: _, checks, ...row }) => ({
          ...row,
          checks: checks === null ? [] : (JSON.parse(checks) as CheckResult[]),
        }),
      );
    },
    async tasks(siteId, status, limit, after) {
      const rows = selectTasks.all({
        siteId,
        status,
        key: after?.key ?? 0,
        id: after?.id ?? 0,
        limit: limit + 1,
      });
      return slice(rows, limit, ({ key, dueAt }) => ({ key: dueAt, id: key }), withoutKey);
    },
    async completeTask(siteId, taskId, now) {
      completeTask.run(now, siteId, taskId);
      const row = selectTask.get(siteId, taskId);
      return row ? withoutKey(row) : null;
    },
    async addressOf(deliveryId) {
      const found = selectAddress.get(deliveryId);
      return found?.address ? { ...found, address: found.address } : null;
    },
    async suppress(siteId, address, now) {
      insertSuppression.run(siteId, address, now);
    },
  };
}

const withoutKey = ({ key: _, ...task }: TaskRecord & { key: number }): TaskRecord => task;
