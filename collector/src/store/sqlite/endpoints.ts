/** How endpoints fare, and what was held back from them. */
import type { Database } from 'better-sqlite3';
import { type EndpointHealth, healthAfter, UNTRIED } from '../../follow-ups/endpoint-health.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { EndpointStore, Settlement } from '../follow-ups.ts';
import { eventWriter } from './events.ts';

function healthTable(db: Database) {
  const select = db.prepare<[number, string], EndpointHealth>(
    `SELECT failing_since AS failingSince, last_success_at AS lastSuccessAt, last_failure_at AS lastFailureAt,
       last_failure AS lastFailure, disabled_at AS disabledAt, disabled_reason AS disabledReason
     FROM endpoint_health WHERE site_id = ? AND endpoint = ?`,
  );
  const upsert = db.prepare(
    `INSERT OR REPLACE INTO endpoint_health
       (site_id, endpoint, failing_since, last_success_at, last_failure_at, last_failure, disabled_at, disabled_reason)
     VALUES ($siteId, $endpoint, $failingSince, $lastSuccessAt, $lastFailureAt, $lastFailure, $disabledAt,
       $disabledReason)`,
  );
  return {
    read: (siteId: number, endpoint: string): EndpointHealth => select.get(siteId, endpoint) ?? UNTRIED,
    write: (siteId: number, endpoint: string, health: EndpointHealth) =>
      upsert.run({ ...health, siteId, endpoint }),
  };
}

/** Notes how an attempt went; disables an endpoint that is not worth trying, and tells the others. */
export function endpointWriter(db: Database) {
  const health = healthTable(db);
  const announce = eventWriter(db);
  return (site: CompiledSite, endpoint: string, settlement: Settlement, now: number): void => {
    const before = health.read(site.id, endpoint);
    const after = healthAfter(before, settlement, now);
    if (!after) return;
    health.write(site.id, endpoint, after);
    if (after.disabledAt === null || before.disabledAt !== null) return;
    const data = { endpoint, reason: after.disabledReason, lastFailure: after.lastFailure };
    announce(site, null, [{ type: 'endpoint.disabled', at: now, data }], now);
  };
}

export function endpointStore(db: Database): EndpointStore {
  const health = healthTable(db);
  const countStatus = db
    .prepare<[number, string, string], number>(
      'SELECT count(*) FROM deliveries WHERE site_id = ? AND endpoint = ? AND status = ?',
    )
    .pluck();
  const replay = db.prepare(
    `UPDATE deliveries SET status = 'due', reason = NULL, due_at = $now, retried_at = $now, earlier_attempts = attempts
     WHERE site_id = $siteId AND endpoint = $endpoint AND (status = 'failed' OR ($all = 1 AND status = 'sent'))
       AND coalesce(sent_at, due_at) >= $since`,
  );
  return {
    async get(siteId, endpoint) {
      const count = (status: string) => countStatus.get(siteId, endpoint, status) ?? 0;
      return {
        ...health.read(siteId, endpoint),
        due: count('due') + count('leased'),
        failed: count('failed'),
      };
    },
    async enable(siteId, endpoint) {
      const cleared = { failingSince: null, disabledAt: null, disabledReason: null };
      health.write(siteId, endpoint, { ...health.read(siteId, endpoint), ...cleared });
    },
    async disable(siteId, endpoint, reason, now) {
      const known = health.read(siteId, endpoint);
      if (known.disabledAt !== null) return;
      health.write(siteId, endpoint, { ...known, disabledAt: now, disabledReason: reason });
    },
    async replay(siteId, endpoint, since, which, now) {
      return replay.run({ siteId, endpoint, since, all: which === 'all' ? 1 : 0, now }).changes;
    },
  };
}
