/**
 * Who may settle a delivery. A lease ends at no set time, which a step of the clock could bring forward: whoever holds
 * it renews it, and whoever has seen it unchanged for `LEASE_MS`, by a clock that knows no steps, takes its holder for
 * dead and makes what it held due again. All who dispatch on one file are on one machine, where that clock runs at one
 * pace for all.
 */
import { randomUUID } from 'node:crypto';
import type { FollowUpStore } from '../store/follow-ups.ts';

/** Far longer than a living process is ever held up. After a crash, what was in hand waits so long, once. */
export const LEASE_MS = 60_000;
/** Leaves room for three renewals that fail. */
const RENEW_AFTER_MS = LEASE_MS / 4;

export interface Lease {
  name: string;
  /** `false`: somebody else may have taken it for dead, as after this process was stopped for a while. */
  isHeld(): boolean;
  /** What is leased and still not settled will be made due again, like that of a holder who died. */
  close(): void;
}

export interface Leases {
  /** To be opened before the store is asked for deliveries under its name. */
  open(): Lease;
  /** Renews what is held here, and ends what others have left. To be called every few seconds; costs an index lookup. */
  look(): Promise<void>;
}

/** @param monotonicNow in milliseconds, never steps */
export function createLeases(
  store: Pick<FollowUpStore, 'leases' | 'renew' | 'endLease'>,
  monotonicNow: () => number,
): Leases {
  /** By name, when each was taken or last renewed. */
  const held = new Map<string, number>();
  /** Those of others, since when each looks as it does. */
  let seen = new Map<string, { renewals: number; since: number }>();

  async function renewHeld(): Promise<void> {
    for (const [name, renewedAt] of held) {
      // Read before it is written: whoever watches counts from later on.
      const at = monotonicNow();
      if (at - renewedAt < RENEW_AFTER_MS) continue;
      if (await store.renew(name)) held.set(name, at);
    }
  }

  async function endAbandoned(): Promise<void> {
    const leases = await store.leases();
    const at = monotonicNow();
    const others = new Map<string, { renewals: number; since: number }>();
    for (const { name, renewals } of leases) {
      if (held.has(name)) continue;
      const before = seen.get(name);
      const since = before?.renewals === renewals ? before.since : at;
      if (at - since >= LEASE_MS) await store.endLease(name, renewals);
      else others.set(name, { renewals, since });
    }
    seen = others;
  }

  return {
    open() {
      const name = randomUUID();
      held.set(name, monotonicNow());
      return {
        name,
        isHeld: () => monotonicNow() - (held.get(name) ?? Number.NEGATIVE_INFINITY) < LEASE_MS,
        close: () => held.delete(name),
      };
    },
    async look() {
      await renewHeld();
      await endAbandoned();
    },
  };
}
