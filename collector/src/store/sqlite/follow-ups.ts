/** Leases what is due and writes down what became of it. */
import type { Database } from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import type { Advance } from '../../advance.ts';
import type { Onward } from '../../follow-ups/come-to.ts';
import type { EventType } from '../../follow-ups/events.ts';
import type {
  DeliveryOrigin,
  FollowUpStore,
  LeasedDelivery,
  LeaseRecord,
  Settlement,
} from '../follow-ups.ts';
import type { LeadStore } from '../store.ts';
import type { Applier } from './apply.ts';
import type { DeliveryLog } from './deliveries.ts';
import { endpointWriter } from './endpoints.ts';
import { ENROLLMENT_COLUMNS, type EnrollmentRow, enrollmentFrom, type Group } from './group.ts';
import type { GroupCommit } from './group-commit.ts';
import { withoutSync } from './open.ts';
import { IS_TRANSACTIONAL, LEAD_COLUMNS, LEFT_JOIN_LEAD_STATES, type LeadRow, leadFrom } from './rows.ts';
import { runWriter } from './runs.ts';
import { suppressionWriter } from './suppressions.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const MINUTE_MS = 60_000;
/** Answers to messages that left together come back one by one: what comes within this time shares an fsync. */
const SETTLE_WITHIN_MS = 20;

type LeasedRow = Omit<LeadRow, 'id'> &
  Omit<EnrollmentRow, 'id'> & {
    leadId: number | null;
    deliveryId: number;
    deliveryPublicId: string;
    siteId: number;
    deliveryStep: number | null;
    channel: string;
    endpoint: string | null;
    disabledAt: number | null;
    dueAt: number;
    plannedAt: number;
    attempts: number;
    earlierAttempts: number;
    retriedAt: number | null;
    turnAt: number | null;
    enrollment_id: number;
    eventId: string | null;
    eventType: EventType;
    eventAt: number;
    eventData: string;
    messagesThisWeek: number;
    askedForToday: number;
  };

/** What of it is not a list: see deliveries.ts. */
export type Dispatching = Pick<
  FollowUpStore,
  'dueLanes' | 'lease' | 'leases' | 'renew' | 'endLease' | 'settle' | 'turn'
>;

export function dispatching(
  db: Database,
  commits: GroupCommit<Group>,
  record: Applier['record'],
  leads: LeadStore,
  log: DeliveryLog,
): Dispatching {
  const runs = runWriter(db);
  const recordHealth = endpointWriter(db);
  const suppress = suppressionWriter(db);
  // Lane by lane, each found by one look into the index: a lane with a million timers costs as much as one with ten.
  const selectDueLanes = db
    .prepare<{ now: number }, string>(
      `WITH RECURSIVE lanes (lane) AS (
         SELECT min(lane) FROM deliveries WHERE status = 'due'
         UNION ALL
         SELECT (SELECT min(lane) FROM deliveries WHERE status = 'due' AND lane > lanes.lane)
         FROM lanes WHERE lanes.lane IS NOT NULL)
       SELECT lane FROM lanes WHERE lane IS NOT NULL AND EXISTS (
         SELECT 1 FROM deliveries WHERE status = 'due' AND deliveries.lane = lanes.lane AND due_at <= $now)`,
    )
    .pluck();
  // Of what is due to one lead, one message is under way at a time, so that the contact budget is counted before the next.
  const lease = db.prepare<{ name: string; lane: string; personal: string; now: number; limit: number }>(
    `WITH personal AS MATERIALIZED (SELECT value FROM json_each($personal))
     UPDATE deliveries SET status = 'leased', lease = $name, renewals = 0
     WHERE id IN (
       SELECT id FROM deliveries AS mine WHERE status = 'due' AND lane = $lane AND due_at <= $now
         AND (channel NOT IN personal OR NOT EXISTS (
           SELECT 1 FROM deliveries AS other
             WHERE other.status = 'leased' AND other.lead_id = mine.lead_id AND other.channel IN personal
           UNION ALL
           SELECT 1 FROM deliveries AS other
             WHERE other.status = 'due' AND other.lead_id = mine.lead_id AND other.due_at <= $now
               AND other.channel IN personal
               AND (-other.priority, other.due_at, other.id) < (-mine.priority, mine.due_at, mine.id)))
       ORDER BY due_at, id LIMIT $limit)`,
  );
  const selectLeases = db.prepare<[], LeaseRecord>(
    `SELECT lease AS name, renewals FROM deliveries WHERE status = 'leased' GROUP BY lease, renewals`,
  );
  const renew = db.prepare<[string]>(
    `UPDATE deliveries SET renewals = renewals + 1 WHERE status = 'leased' AND lease = ?`,
  );
  const endLease = db.prepare<LeaseRecord>(
    `UPDATE deliveries SET status = 'due', lease = NULL
     WHERE status = 'leased' AND lease = $name AND renewals = $renewals`,
  );
  const selectLeased = db.prepare<{ lease: string; weekAgo: number; dayAgo: number }, LeasedRow>(
    `SELECT ${LEAD_COLUMNS}, leads.id AS leadId, deliveries.id AS deliveryId, deliveries.public_id AS deliveryPublicId,
       deliveries.site_id AS siteId, deliveries.step AS deliveryStep, channel, deliveries.endpoint,
       disabled_at AS disabledAt, deliveries.due_at AS dueAt, planned_at AS plannedAt, attempts, earlier_attempts AS earlierAttempts,
       retried_at AS retriedAt, turn_at AS turnAt,
       enrollments.id AS enrollment_id, ${ENROLLMENT_COLUMNS},
       events.public_id AS eventId, events.type AS eventType, events.at AS eventAt, events.data AS eventData,
       (SELECT count(*) FROM deliveries AS sent WHERE sent.lead_id = leads.id AND sent.contacted = 1
          AND sent.sent_at > $weekAgo) AS messagesThisWeek,
       CASE WHEN ${IS_TRANSACTIONAL} THEN (
         SELECT count(*) FROM leads AS named JOIN deliveries AS sent ON sent.lead_id = named.id
           JOIN enrollments ON enrollments.id = sent.enrollment_id
           WHERE named.site_id = deliveries.site_id AND named.email = leads.email AND ${IS_TRANSACTIONAL}
           AND (sent.status = 'sent' AND sent.sent_at > $dayAgo
             OR sent.status = 'leased' AND sent.id < deliveries.id)) ELSE 0 END AS askedForToday
     FROM deliveries
     LEFT JOIN enrollments ON enrollments.id = enrollment_id
     LEFT JOIN events ON events.id = event_id
     LEFT JOIN leads ON leads.id = deliveries.lead_id ${LEFT_JOIN_LEAD_STATES}
     LEFT JOIN endpoint_health ON endpoint_health.site_id = deliveries.site_id
       AND endpoint_health.endpoint = deliveries.endpoint
     WHERE lease = $lease AND deliveries.status = 'leased' ORDER BY deliveries.due_at, deliveries.id`,
  );
  const settleDelivery = db.prepare(
    `UPDATE deliveries SET status = $status, reason = $reason, checks = $checks, detail = coalesce($detail, detail),
       due_at = coalesce($dueAt, due_at), planned_at = coalesce($plannedAt, planned_at),
       sent_at = $sentAt, contacted = $contacted, attempts = attempts + $attempted, turn_at = $turnAt,
       lease = NULL
     WHERE id = $id AND lease = $lease AND status = 'leased' RETURNING lead_id AS leadId`,
  );
  const insertTask = db.prepare(
    `INSERT INTO tasks
       (site_id, public_id, lead_id, delivery_id, title, reason, owner, due_at, promised_at, alarm_at, created_at)
     SELECT site_id, $publicId, lead_id, id, $title, $reason, $owner, $dueAt, $dueAt, $dueAt, $now
     FROM deliveries WHERE id = $deliveryId`,
  );
  const takeTurn = db
    .prepare<{ siteId: number; channel: string; key: string; minute: number; perMinute: number }, number>(
      `INSERT INTO send_turns (site_id, channel, key, minute, count) VALUES ($siteId, $channel, $key, $minute, 1)
       ON CONFLICT DO UPDATE SET
         minute = CASE WHEN minute < $minute THEN $minute WHEN count < $perMinute THEN minute ELSE minute + 1 END,
         count = CASE WHEN minute >= $minute AND count < $perMinute THEN count + 1 ELSE 1 END
       RETURNING minute`,
    )
    .pluck();

  const takeLease = db.transaction(
    (name: string, lane: string, personal: readonly string[], now: number, limit: number) => {
      lease.run({ name, lane, personal: JSON.stringify(personal), now, limit });
      return selectLeased.all({ lease: name, weekAgo: now - WEEK_MS, dayAgo: now - DAY_MS });
    },
  );

  function settle(
    group: Group,
    delivery: LeasedDelivery,
    settlement: Settlement,
    onward: Onward | undefined,
    now: number,
    advance: Advance,
  ): boolean {
    const { outcome } = settlement;
    const isAttempt = 'tookMs' in settlement && settlement.tookMs !== null;
    const touchpoint = outcome === 'sent' ? settlement.touchpoint : null;
    const settled = settleDelivery.get({
      id: delivery.id,
      lease: delivery.lease,
      status: outcome === 'retry' || outcome === 'deferred' ? 'due' : outcome,
      reason: 'reason' in settlement ? settlement.reason : null,
      detail: 'detail' in settlement ? settlement.detail : null,
      checks: JSON.stringify(settlement.checks),
      dueAt: 'at' in settlement ? Math.round(settlement.at) : null,
      // A pause is no reason to send what has lost its moment.
      plannedAt: 'at' in settlement && !isPause(settlement) ? Math.round(settlement.at) : null,
      sentAt: outcome === 'sent' ? now : null,
      contacted: outcome === 'sent' && settlement.isContact ? 1 : 0,
      attempted: isAttempt ? 1 : 0,
      turnAt: outcome === 'deferred' ? settlement.turnAt : null,
    }) as { leadId: number | null } | undefined;
    if (!settled) return false;
    if (isAttempt) log.add(delivery.id, settlement, now);
    if (outcome === 'sent' && settlement.task)
      insertTask.run({ ...settlement.task, publicId: `task_${uuidv7()}`, now, deliveryId: delivery.id });
    if (outcome === 'failed' && settlement.bounced !== null) {
      const { bounced: address, detail } = settlement;
      suppress(delivery.siteId, { address, topic: '', reason: 'bounced', detail, at: now });
    }
    if (delivery.endpoint !== null) recordHealth(advance.site, delivery.endpoint, settlement, now);
    if (delivery.origin.kind === 'step' && onward && settled.leadId !== null) {
      const { enrollment, step } = delivery.origin;
      const lead = group.lead(settled.leadId);
      if ('reason' in settlement && settlement.reason === 'sequence_removed') {
        if (enrollment.status === 'active') runs.end(lead, enrollment.id, 'removed', null, now);
      } else {
        // Only from the step at hand: one that is retried has been gone on from already.
        runs.goOn(delivery.siteId, lead, enrollment.id, step, onward, now);
      }
    }
    if (touchpoint && delivery.lead) record(group, delivery.siteId, delivery.lead.id, touchpoint, advance);
    return true;
  }

  return {
    dueLanes: async (now) => selectDueLanes.all({ now }),
    async lease(name, lane, personal, now, limit) {
      const rows = withoutSync(db, () => takeLease.immediate(name, lane, personal, now, limit));
      return Promise.all(
        rows.map(async (row): Promise<LeasedDelivery> => {
          const lead = row.leadId === null ? null : leadFrom({ ...row, id: row.leadId });
          return {
            id: row.deliveryId,
            publicId: row.deliveryPublicId,
            lease: name,
            siteId: row.siteId,
            origin: originOf(row),
            channel: row.channel,
            endpoint: row.endpoint,
            isEndpointDisabled: row.disabledAt !== null,
            dueAt: row.dueAt,
            plannedAt: row.plannedAt,
            attempts: row.attempts - row.earlierAttempts,
            isRetriedByHand: row.retriedAt !== null,
            turnAt: row.turnAt,
            lead,
            scoreEntries: lead ? await leads.scoreEntries(row.siteId, lead.id) : [],
            messagesThisWeek: row.messagesThisWeek,
            askedForToday: row.askedForToday,
          };
        }),
      );
    },
    leases: async () => selectLeases.all(),
    renew: async (name) => withoutSync(db, () => renew.run(name)).changes > 0,
    endLease: async (name, renewals) => {
      withoutSync(db, () => endLease.run({ name, renewals }));
    },
    async settle(delivery, settlement, onward, now, advance) {
      return commits.submit(
        (group) => settle(group, delivery, settlement, onward, now, advance),
        1,
        SETTLE_WITHIN_MS,
      );
    },
    async turn(siteId, channel, key, perMinute, now) {
      const minute = Math.floor(now / MINUTE_MS);
      const taken = takeTurn.get({ siteId, channel, key, minute, perMinute }) ?? minute;
      return Math.max(now, taken * MINUTE_MS);
    },
  };
}

const isPause = (settlement: Settlement): boolean =>
  settlement.outcome === 'deferred' && settlement.reason === 'paused';

function originOf(row: LeasedRow): DeliveryOrigin {
  if (row.eventId === null) {
    const enrollment = enrollmentFrom({ ...row, id: row.enrollment_id });
    return { kind: 'step', enrollment, step: row.deliveryStep ?? 0 };
  }
  const { eventId: id, eventType: type, eventAt: at } = row;
  return { kind: 'event', event: { id, type, at, data: JSON.parse(row.eventData) } };
}
