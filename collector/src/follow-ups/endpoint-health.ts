/** Whether an endpoint is worth trying. Pure. */
import type { Settlement } from '../store/follow-ups.ts';
import type { FailReason } from './channels/channel.ts';

/** After this long of nothing but failures an endpoint is disabled; by then each delivery has had all its attempts. */
export const DISABLE_AFTER_MS = 5 * 86_400_000;

/** `gone`: it answered 410. `failing`: nothing but failures for DISABLE_AFTER_MS. */
export type DisabledReason = 'gone' | 'failing' | 'by_hand';

export interface EndpointHealth {
  /** The first failure since the last success; `null` while it works, or has never been tried. */
  failingSince: number | null;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  /** What the receiver said, or why it could not be reached. */
  lastFailure: string | null;
  /** From then on its deliveries fail with `endpoint_disabled`, and are kept for a replay. */
  disabledAt: number | null;
  disabledReason: DisabledReason | null;
}

export const UNTRIED: EndpointHealth = {
  failingSince: null,
  lastSuccessAt: null,
  lastFailureAt: null,
  lastFailure: null,
  disabledAt: null,
  disabledReason: null,
};

/** Failures that are the endpoint's, and not the message's. */
const ENDPOINT_FAILURES: readonly (FailReason | string)[] = [
  'endpoint_gone',
  'attempts_used_up',
  'blocked_address',
  'bad_secret',
];

/** @returns `null` where the settlement says nothing about the endpoint */
export function healthAfter(
  health: EndpointHealth,
  settlement: Settlement,
  now: number,
): EndpointHealth | null {
  if (settlement.outcome === 'sent') return { ...health, failingSince: null, lastSuccessAt: now };
  const hasFailed =
    settlement.outcome === 'retry' ||
    (settlement.outcome === 'failed' && ENDPOINT_FAILURES.includes(settlement.reason));
  if (!hasFailed) return null;
  const failingSince = health.failingSince ?? now;
  const failed = { ...health, failingSince, lastFailureAt: now, lastFailure: settlement.detail };
  const reason = disableReason(settlement, now - failingSince);
  return reason && health.disabledAt === null
    ? { ...failed, disabledAt: now, disabledReason: reason }
    : failed;
}

function disableReason(settlement: Settlement, failingMs: number): DisabledReason | null {
  if (settlement.outcome === 'failed' && settlement.reason === 'endpoint_gone') return 'gone';
  return failingMs >= DISABLE_AFTER_MS ? 'failing' : null;
}
