/** Carries out a plan: enrollments and their first deliveries, in the transaction of the touchpoint that caused them. */
import type { Database } from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import type { EndReason, Enrollment, FollowUps } from '../../follow-ups/plan.ts';
import type { Route } from '../../follow-ups/routes.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { LoadedLead } from './group.ts';

const STATUS_AFTER: Record<EndReason, Enrollment['status']> = {
  goal_met: 'goal_met',
  start_undone: 'exited',
  merged: 'exited',
};

/** Keeps `lead.enrollments` in step with the table. */
export type EnrollmentWriter = (
  site: CompiledSite,
  lead: LoadedLead,
  followUps: FollowUps,
  now: number,
) => void;

type Origin = { enrollmentId: number; step: number } | { eventId: number };

export function deliveryInserter(db: Database) {
  const insert = db.prepare(
    `INSERT INTO deliveries
       (site_id, public_id, lead_id, enrollment_id, step, event_id, channel, endpoint, lane, status, due_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'due', ?)`,
  );
  return (
    siteId: number,
    leadId: number | null,
    origin: Origin,
    { channel, endpoint, lane }: Route,
    dueAt: number,
  ): void => {
    const [enrollmentId, step, eventId] =
      'eventId' in origin ? [null, null, origin.eventId] : [origin.enrollmentId, origin.step, null];
    insert.run(
      siteId,
      `dlv_${uuidv7()}`,
      leadId,
      enrollmentId,
      step,
      eventId,
      channel,
      endpoint,
      lane,
      Math.round(dueAt),
    );
  };
}

export function enrollmentWriter(db: Database): EnrollmentWriter {
  const insertDelivery = deliveryInserter(db);
  const insert = db.prepare(
    `INSERT INTO enrollments (site_id, lead_id, sequence_id, version, status, anchor_at, step, started_at)
     VALUES (?, ?, ?, ?, 'active', ?, ?, ?)`,
  );
  const restart = db.prepare('UPDATE enrollments SET anchor_at = ? WHERE id = ?');
  const postpone = db.prepare(
    `UPDATE deliveries SET due_at = ? WHERE enrollment_id = ? AND step = ? AND status = 'due'`,
  );
  const end = db.prepare('UPDATE enrollments SET status = ?, reason = ?, ended_at = ? WHERE id = ?');
  const skip = db.prepare(
    `UPDATE deliveries SET status = 'skipped', reason = ? WHERE enrollment_id = ? AND status = 'due'`,
  );

  return (site, lead, followUps, now) => {
    for (const { enrollmentId, reason } of followUps.ended) {
      const status = STATUS_AFTER[reason];
      end.run(status, reason, now, enrollmentId);
      skip.run(reason, enrollmentId);
      replace(lead, enrollmentId, (each) => ({ ...each, status, endedAt: now }));
    }
    for (const { enrollmentId, anchorAt, first } of followUps.restarted) {
      restart.run(Math.round(anchorAt), enrollmentId);
      postpone.run(Math.round(first.dueAt), enrollmentId, first.step);
      replace(lead, enrollmentId, (each) => ({ ...each, anchorAt }));
    }
    for (const { sequenceId, anchorAt, first } of followUps.started) {
      const { lastInsertRowid } = insert.run(
        site.id,
        lead.id,
        sequenceId,
        site.version,
        Math.round(anchorAt),
        first.step,
        now,
      );
      const id = Number(lastInsertRowid);
      insertDelivery(site.id, lead.id, { enrollmentId: id, step: first.step }, first, first.dueAt);
      const started: Enrollment = {
        id,
        sequenceId,
        status: 'active',
        anchorAt,
        step: first.step,
        endedAt: null,
      };
      lead.enrollments = [started, ...lead.enrollments.filter((each) => each.sequenceId !== sequenceId)];
    }
  };
}

function replace(
  lead: LoadedLead,
  enrollmentId: number,
  change: (enrollment: Enrollment) => Enrollment,
): void {
  lead.enrollments = lead.enrollments.map((each) => (each.id === enrollmentId ? change(each) : each));
}
