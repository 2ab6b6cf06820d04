/** A run's own rows: where it stands, what of it is due, and how it ended. Keeps `lead.enrollments` in step with the table. */
import type { Database } from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import type { Onward, PlannedStep } from '../../follow-ups/come-to.ts';
import type { EndReason, Enrollment, Goal } from '../../follow-ups/plan.ts';
import type { Route } from '../../follow-ups/routes.ts';
import type { StepOutcome } from '../../follow-ups/walk.ts';
import type { CompiledSequence } from '../../site/compile-sequences.ts';
import type { LoadedLead } from './group.ts';

const STATUS_AFTER: Record<EndReason, Enrollment['status']> = {
  goal_met: 'goal_met',
  start_undone: 'exited',
  exit: 'exited',
  ended: 'completed',
  removed: 'exited',
  moved_away: 'exited',
  merged: 'exited',
};

type Origin = { enrollmentId: number; step: number; stepId: string; priority: number } | { eventId: number };

export type DeliveryInserter = (
  siteId: number,
  leadId: number | null,
  origin: Origin,
  route: Route,
  dueAt: number,
) => void;

export function deliveryInserter(db: Database): DeliveryInserter {
  const insert = db.prepare(
    `INSERT INTO deliveries (site_id, public_id, lead_id, enrollment_id, step, step_id, event_id, channel, endpoint, lane,
       priority, status, due_at, planned_at)
     VALUES ($siteId, $publicId, $leadId, $enrollmentId, $step, $stepId, $eventId, $channel, $endpoint, $lane,
       $priority, 'due', $dueAt, $dueAt)`,
  );
  return (siteId, leadId, origin, { channel, endpoint, lane }, dueAt) => {
    insert.run({
      siteId,
      publicId: `dlv_${uuidv7()}`,
      leadId,
      ...('eventId' in origin
        ? { enrollmentId: null, step: null, stepId: null, priority: 0, ...origin }
        : { eventId: null, ...origin }),
      channel,
      endpoint,
      lane,
      dueAt: Math.round(dueAt),
    });
  };
}

export interface RunWriter {
  start(
    siteId: number,
    lead: LoadedLead,
    sequence: CompiledSequence,
    run: { anchorAt: number; isHeldOut: boolean; first: PlannedStep },
    now: number,
  ): void;
  /** Its first step, not done yet, comes later. */
  restart(lead: LoadedLead, enrollmentId: number, anchorAt: number, first: PlannedStep): void;
  /** @returns `false` where the run is no longer at that step: somebody else has gone on from it */
  goOn(
    siteId: number,
    lead: LoadedLead,
    enrollmentId: number,
    from: number,
    onward: Onward,
    now: number,
  ): boolean;
  end(lead: LoadedLead, enrollmentId: number, reason: EndReason, goal: Goal | null, now: number): void;
  reach(lead: LoadedLead, enrollmentId: number, goal: Goal): void;
  /** Looks again at a step that may not be done now. */
  postpone(lead: LoadedLead, enrollmentId: number, dueAt: number): void;
  /** Writes down what a step has done that sends nothing. */
  log(
    enrollmentId: number,
    step: { index: number; id: string },
    outcome: StepOutcome,
    detail: string | null,
    now: number,
  ): void;
}

export function runWriter(db: Database): RunWriter {
  const insertDelivery = deliveryInserter(db);
  const insert = db.prepare(
    `INSERT INTO enrollments (site_id, lead_id, sequence_id, version, status, anchor_at, step, timer_at, held_out, started_at)
     VALUES ($siteId, $leadId, $sequenceId, $version, 'active', $anchorAt, $step, $dueAt, $heldOut, $now)`,
  );
  const restart = db.prepare('UPDATE enrollments SET anchor_at = ?, timer_at = ? WHERE id = ?');
  const postponeDelivery = db.prepare(
    `UPDATE deliveries SET due_at = $dueAt, planned_at = $dueAt
     WHERE enrollment_id = $enrollmentId AND step = $step AND status = 'due'`,
  );
  const postpone = db.prepare('UPDATE enrollments SET timer_at = ? WHERE id = ?');
  const goOn = db.prepare(
    `UPDATE enrollments SET step = $step, anchor_at = $anchorAt, timer_at = $dueAt
     WHERE id = $id AND status = 'active' AND step = $from`,
  );
  const complete = db.prepare(
    `UPDATE enrollments SET status = 'completed', timer_at = NULL, ended_at = $now
     WHERE id = $id AND status = 'active' AND step = $from`,
  );
  const end = db.prepare(
    `UPDATE enrollments SET status = $status, reason = $reason, timer_at = NULL, ended_at = $now,
       goal_at = coalesce(goal_at, $goalAt), goal_value = coalesce(goal_value, $goalValue) WHERE id = $id`,
  );
  const reach = db.prepare(
    'UPDATE enrollments SET goal_at = ?, goal_value = ? WHERE id = ? AND goal_at IS NULL',
  );
  const skip = db.prepare(
    `UPDATE deliveries SET status = 'skipped', reason = ? WHERE enrollment_id = ? AND status = 'due'`,
  );
  const insertLog = db.prepare(
    `INSERT INTO enrollment_steps (enrollment_id, step, step_id, at, outcome, detail) VALUES (?, ?, ?, ?, ?, ?)`,
  );

  /** When a step is due that the store does by itself. */
  const timerOf = ({ route, dueAt }: PlannedStep) => (route ? null : Math.round(dueAt));

  /** A step that sends something waits as a delivery, which a dispatcher takes. */
  function place(siteId: number, leadId: number, enrollmentId: number, planned: PlannedStep): void {
    const { route, dueAt, ...step } = planned;
    if (route) insertDelivery(siteId, leadId, { enrollmentId, ...step }, route, dueAt);
  }

  return {
    start(siteId, lead, { id: sequenceId, version }, { anchorAt, isHeldOut, first }, now) {
      const { step } = first;
      const dueAt = timerOf(first);
      const { lastInsertRowid } = insert.run({
        siteId,
        leadId: lead.id,
        sequenceId,
        version,
        anchorAt: Math.round(anchorAt),
        step,
        dueAt,
        heldOut: isHeldOut ? 1 : 0,
        now,
      });
      const id = Number(lastInsertRowid);
      place(siteId, lead.id, id, first);
      const started: Enrollment = {
        ...{ id, sequenceId, version, status: 'active', anchorAt, step, dueAt, isHeldOut },
        beganAt: Math.min(anchorAt, now),
        endedAt: null,
        goalAt: null,
      };
      lead.enrollments = [started, ...lead.enrollments.filter((each) => each.sequenceId !== sequenceId)];
    },
    restart(lead, enrollmentId, anchorAt, first) {
      const timer = timerOf(first);
      restart.run(Math.round(anchorAt), timer, enrollmentId);
      postponeDelivery.run({ dueAt: Math.round(first.dueAt), enrollmentId, step: first.step });
      replace(lead, enrollmentId, { anchorAt, dueAt: timer });
    },
    goOn(siteId, lead, id, from, { anchorAt, next }, now) {
      if (next === null) {
        const isOver = complete.run({ id, from, now }).changes > 0;
        if (isOver) replace(lead, id, { status: 'completed', dueAt: null, endedAt: now });
        return isOver;
      }
      const { step } = next;
      const dueAt = timerOf(next);
      if (goOn.run({ id, from, step, anchorAt: Math.round(anchorAt), dueAt }).changes === 0) return false;
      place(siteId, lead.id, id, next);
      replace(lead, id, { step, anchorAt, dueAt });
      return true;
    },
    end(lead, id, reason, goal, now) {
      const status = STATUS_AFTER[reason];
      const { at: goalAt = null, value: goalValue = null } = goal ?? {};
      end.run({ id, status, reason, now, goalAt: goalAt && Math.round(goalAt), goalValue });
      skip.run(reason, id);
      replace(lead, id, { status, dueAt: null, endedAt: now, goalAt });
    },
    reach(lead, id, { at, value }) {
      reach.run(Math.round(at), value, id);
      replace(lead, id, { goalAt: at });
    },
    postpone(lead, id, dueAt) {
      postpone.run(dueAt, id);
      replace(lead, id, { dueAt });
    },
    log(enrollmentId, { index, id }, outcome, detail, now) {
      insertLog.run(enrollmentId, index, id, now, outcome, detail);
    },
  };
}

function replace(lead: LoadedLead, enrollmentId: number, change: Partial<Enrollment>): void {
  lead.enrollments = lead.enrollments.map((each) =>
    each.id === enrollmentId ? { ...each, ...change } : each,
  );
}
