/** What the owner asks about deliveries. */
import type { Database } from 'better-sqlite3';
import type { CheckResult } from '../../follow-ups/guards.ts';
import type {
  AttemptRecord,
  DeliveryRecord,
  DeliveryStatus,
  FollowUpStore,
  Recipient,
  Settlement,
} from '../follow-ups.ts';
import { byId, slice } from './leads.ts';

type DeliveryRow = Omit<DeliveryRecord, 'checks'> & { key: number; checks: string | null };

export interface DeliveryLog {
  /** To be called once the delivery's own count includes it. */
  add(deliveryId: number, attempt: Settlement, now: number): void;
}

export function deliveryLog(db: Database): DeliveryLog {
  const insert = db.prepare(
    `INSERT INTO delivery_attempts (delivery_id, attempt, at, outcome, detail, took_ms)
     SELECT id, attempts, ?, ?, ?, ? FROM deliveries WHERE id = ?`,
  );
  return {
    add(deliveryId, attempt, now) {
      if (!('tookMs' in attempt)) return;
      insert.run(now, attempt.outcome, attempt.detail, attempt.tookMs, deliveryId);
    },
  };
}

export function deliveryLists(
  db: Database,
): Pick<FollowUpStore, 'deliveries' | 'delivery' | 'retry' | 'recipient' | 'noteRead' | 'noteBounce'> {
  const columns = `deliveries.id AS key, deliveries.public_id AS id, leads.public_id AS leadId, sequence_id AS sequenceId,
    deliveries.step, events.type AS event, channel, endpoint, deliveries.status, deliveries.reason, checks,
    due_at AS dueAt, sent_at AS sentAt, attempts, detail
    FROM deliveries LEFT JOIN enrollments ON enrollments.id = enrollment_id
    LEFT JOIN events ON events.id = event_id LEFT JOIN leads ON leads.id = deliveries.lead_id`;
  const selectAll = db.prepare<unknown[], DeliveryRow>(
    `SELECT ${columns} WHERE deliveries.site_id = $siteId AND deliveries.id < $before
       AND ($status IS NULL OR deliveries.status = $status) AND ($leadId IS NULL OR leads.public_id = $leadId)
       AND ($endpoint IS NULL OR endpoint = $endpoint)
     ORDER BY deliveries.id DESC LIMIT $limit`,
  );
  const selectOne = db.prepare<[number, string], DeliveryRow>(
    `SELECT ${columns} WHERE deliveries.site_id = ? AND deliveries.public_id = ?`,
  );
  const selectAttempts = db.prepare<[number], AttemptRecord>(
    `SELECT attempt, at, outcome, detail, took_ms AS tookMs FROM delivery_attempts WHERE delivery_id = ?
     ORDER BY attempt`,
  );
  const retryOne = db.prepare(
    `UPDATE deliveries SET status = 'due', reason = NULL, due_at = $now, retried_at = $now, earlier_attempts = attempts
     WHERE site_id = $siteId AND public_id = $deliveryId AND status = 'failed'`,
  );
  const selectRecipient = db.prepare<[string], Omit<Recipient, 'address'> & { address: string | null }>(
    `SELECT deliveries.site_id AS siteId, leads.public_id AS leadId, leads.email AS address,
       sequence_id AS sequenceId, deliveries.step, sent_at AS sentAt
     FROM deliveries JOIN leads ON leads.id = deliveries.lead_id
     LEFT JOIN enrollments ON enrollments.id = enrollment_id WHERE deliveries.public_id = ?`,
  );
  const noteOpened = db.prepare(
    'UPDATE deliveries SET opened_at = coalesce(opened_at, ?) WHERE public_id = ?',
  );
  const noteClicked = db.prepare(
    'UPDATE deliveries SET clicked_at = coalesce(clicked_at, ?) WHERE public_id = ?',
  );
  const noteBounce = db.prepare(
    `UPDATE deliveries SET bounced_at = coalesce(bounced_at, $at) WHERE id = (
       SELECT deliveries.id FROM lead_identifiers JOIN deliveries ON deliveries.lead_id = lead_identifiers.lead_id
       WHERE lead_identifiers.site_id = $siteId AND kind = 'email' AND value = $address
         AND channel = 'email' AND status = 'sent' AND sent_at <= $at
       ORDER BY sent_at DESC, deliveries.id DESC LIMIT 1)`,
  );

  return {
    async deliveries(siteId, { status, leadId, endpoint }, limit, after) {
      const rows = selectAll.all({
        siteId,
        status: status satisfies DeliveryStatus | null,
        leadId,
        endpoint,
        before: after?.id ?? Number.MAX_SAFE_INTEGER,
        limit: limit + 1,
      });
      return slice(rows, limit, ({ key }) => byId({ id: key }), deliveryFrom);
    },
    async delivery(siteId, deliveryId) {
      const row = selectOne.get(siteId, deliveryId);
      return row ? { ...deliveryFrom(row), log: selectAttempts.all(row.key) } : null;
    },
    retry: async (siteId, deliveryId, now) => retryOne.run({ now, siteId, deliveryId }).changes > 0,
    async recipient(deliveryId) {
      const row = selectRecipient.get(deliveryId);
      return row && row.address !== null ? { ...row, address: row.address } : null;
    },
    async noteRead(deliveryId, how, at) {
      (how === 'opened' ? noteOpened : noteClicked).run(at, deliveryId);
    },
    async noteBounce(siteId, address, at) {
      noteBounce.run({ siteId, address, at });
    },
  };
}

function deliveryFrom({ key: _, checks, ...row }: DeliveryRow): DeliveryRecord {
  return { ...row, checks: checks === null ? [] : (JSON.parse(checks) as CheckResult[]) };
}
