/** Sends what is due: lease, decide, try, settle. Several dispatchers may work on one store; each lease has one holder. */
import type { Advance } from '../advance.ts';
import { leadView } from '../leads/view.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { LeasedDelivery, Settlement } from '../store/follow-ups.ts';
import type { Store } from '../store/store.ts';
import type { SendResult } from './channels/channel.ts';
import { type AnyKind, CHANNEL_KINDS } from './channels/kinds.ts';
import type { Channels } from './channels/open.ts';
import { nextAttemptAt } from './channels/retry-schedule.ts';
import { type Onward, onwardFrom } from './come-to.ts';
import { decideFor } from './decide.ts';
import type { CheckResult } from './guards.ts';
import { createLeases } from './leases.ts';
import type { Links } from './links.ts';
import { messageAt, sendOf } from './program.ts';
import { sentTouchpoint } from './sent-touchpoint.ts';
import { isTransactional } from './transactional.ts';

const ATTEMPT_TIMEOUT_MS = 60_000;
/** In one transaction, between which requests get their turn. */
const RUNS_AT_ONCE = 200;
/** To one host, or by one channel, at once … */
const LANE_CONCURRENCY = 20;
/** … and leased together. */
const LANE_BATCH = 3 * LANE_CONCURRENCY;

export interface DispatcherOptions {
  store: Store;
  /** The rules of each site, which follow its configuration by themselves. */
  sites(siteId: number): Promise<Advance>;
  channels: Channels;
  links: Links;
  now?: () => number;
  /** Milliseconds by a clock that never steps, whatever happens to the time of day. [monotonicNow=performance.now] */
  monotonicNow?: () => number;
  random?: () => number;
  /** Told of what it could not settle; the delivery's lease runs out and it is tried again. */
  onError?: (error: unknown) => void;
}

export interface Dispatcher {
  /**
   * Resolves once nothing is due any more. To be called again before that, every few seconds: what is slow goes on by
   * itself and its lease is renewed, and what has become due elsewhere is sent meanwhile.
   */
  tick(): Promise<void>;
}

export function createDispatcher({
  store,
  sites,
  channels,
  links,
  now = Date.now,
  monotonicNow = performance.now.bind(performance),
  random = Math.random,
  onError = () => {},
}: DispatcherOptions): Dispatcher {
  const leases = createLeases(store.followUps, monotonicNow);
  const personal = Object.keys(CHANNEL_KINDS).filter((id) => CHANNEL_KINDS[id]?.addresses === 'person');
  /** One run a lane, which a later tick joins. */
  const running = new Map<string, Promise<number>>();

  /** @returns how many it took */
  async function drain(lane: string): Promise<number> {
    let taken = 0;
    for (;;) {
      const count = await drainBatch(lane);
      if (count === 0) return taken;
      taken += count;
    }
  }

  async function drainBatch(lane: string): Promise<number> {
    const lease = leases.open();
    try {
      const leased = await store.followUps.lease(lease.name, lane, personal, now(), LANE_BATCH);
      // The next message does not wait for it: what is settled at about the same time shares an fsync.
      const settling: Promise<unknown>[] = [];
      const handle = async (delivery: LeasedDelivery) => {
        if (!lease.isHeld()) return;
        const advance = await sites(delivery.siteId);
        const settlement = await settlementFor(delivery, advance);
        settling.push(settle(delivery, settlement, advance).catch(onError));
      };
      await inParallel(leased, LANE_CONCURRENCY, (delivery) => handle(delivery).catch(onError));
      await Promise.all(settling);
      return leased.length;
    } finally {
      lease.close();
    }
  }

  function run(lane: string): Promise<number> {
    const underWay = running.get(lane) ?? drain(lane).finally(() => running.delete(lane));
    running.set(lane, underWay);
    return underWay;
  }

  /** Steps that send nothing. @returns how many */
  async function walkRuns(): Promise<number> {
    let walked = 0;
    for (const siteId of await store.followUps.sitesToWalk(now())) {
      walked += await store.followUps.walk(await sites(siteId), now(), RUNS_AT_ONCE);
    }
    return walked;
  }

  async function raiseAlarms(): Promise<void> {
    for (const siteId of await store.tasks.sitesWithAlarms(now())) {
      await store.tasks.raiseAlarms(await sites(siteId), now());
    }
  }

  function settle(delivery: LeasedDelivery, settlement: Settlement, advance: Advance): Promise<boolean> {
    const onward = onwardOf(delivery, settlement, advance.site, now());
    return store.followUps.settle(delivery, settlement, onward, now(), advance);
  }

  async function settlementFor(delivery: LeasedDelivery, { site }: Advance): Promise<Settlement> {
    const send = whatToSend(delivery, site);
    if (!send) return { outcome: 'skipped', reason: 'sequence_removed', detail: null, checks: [] };
    const kind = CHANNEL_KINDS[delivery.channel];
    if (!kind) return failed('channel_removed', `channel ${delivery.channel}`, []);
    const address = delivery.lead && kind.addressOf(delivery.lead);
    const suppressed = address
      ? await store.suppressions.topics(delivery.siteId, address, delivery.lead?.id)
      : [];
    const decision = decideFor({ delivery, site, kind, send, address, suppressed }, now());
    const { checks } = decision;
    if (decision.action === 'skip') {
      return { outcome: 'skipped', reason: decision.reason, detail: null, checks };
    }
    if (decision.action === 'defer') {
      return { outcome: 'deferred', at: decision.until, reason: decision.reason, checks, turnAt: null };
    }
    const turnAt = address ? await turnFor(delivery, kind, address, site) : null;
    if (turnAt !== null && turnAt > now()) {
      return { outcome: 'deferred', at: turnAt, reason: 'rate', checks, turnAt };
    }
    return trySending(delivery, site, kind, send, checks);
  }

  /** One that was given its turn keeps it. */
  async function turnFor(
    { siteId, channel, turnAt }: LeasedDelivery,
    kind: AnyKind,
    address: string,
    site: CompiledSite,
  ): Promise<number | null> {
    const rate = kind.rateOf(address, site);
    if (!rate) return null;
    return turnAt ?? (await store.followUps.turn(siteId, channel, rate.key, rate.perMinute, now()));
  }

  async function trySending(
    delivery: LeasedDelivery,
    site: CompiledSite,
    kind: AnyKind,
    send: unknown,
    checks: CheckResult[],
  ): Promise<Settlement> {
    if (delivery.isEndpointDisabled) return failed('endpoint_disabled', delivery.endpoint ?? '', checks);
    const lead = delivery.lead && leadView(delivery.lead, site, now());
    const prepared = kind.prepare(send, { delivery, site, lead, links, now: now() });
    if (!prepared.ok) {
      if ('skip' in prepared) {
        return { outcome: 'skipped', reason: prepared.skip, detail: prepared.detail, checks };
      }
      return failed(prepared.failure.reason, prepared.failure.detail, checks);
    }
    const channel = channels[delivery.channel];
    if (!channel) {
      return settlementOf({ outcome: 'retry', detail: kind.howToOpen }, delivery, kind, checks, 0);
    }
    const startedAt = monotonicNow();
    const result = await channel.send(
      { deliveryId: delivery.publicId, content: prepared.content },
      AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    );
    return settlementOf(result, delivery, kind, checks, Math.round(monotonicNow() - startedAt));
  }

  function settlementOf(
    result: SendResult,
    delivery: LeasedDelivery,
    kind: AnyKind,
    checks: CheckResult[],
    tookMs: number,
  ): Settlement {
    const { detail } = result;
    if (result.outcome === 'sent') {
      const touchpoint = kind.addresses === 'person' ? sentTouchpoint(delivery, now()) : null;
      const isContact = touchpoint !== null && !wasAskedFor(delivery);
      return { outcome: 'sent', detail, checks, tookMs, task: result.task ?? null, touchpoint, isContact };
    }
    if (result.outcome === 'failed') {
      const address = delivery.lead && kind.addressOf(delivery.lead);
      const bounced = result.reason === 'bounced' ? address : null;
      return { ...failed(result.reason, detail, checks), tookMs, bounced };
    }
    const at = nextAttemptAt(delivery.attempts + 1, now(), random, result.retryAfterMs);
    return at === undefined
      ? { ...failed('attempts_used_up', detail, checks), tookMs }
      : { outcome: 'retry', at, detail, checks, tookMs };
  }

  return {
    async tick() {
      await leases.look().catch(onError);
      await raiseAlarms().catch(onError);
      for (;;) {
        const walked = await walkRuns();
        const lanes = await store.followUps.dueLanes(now());
        const taken = await Promise.all(lanes.map(run));
        // What one lane has sent can make the next step due, in another. What is due and not to be had waits for a
        // message to the same lead that another dispatcher has in hand.
        if (walked === 0 && taken.every((count) => count === 0)) return;
      }
    },
  };
}

/** Nothing was tried. */
function failed(reason: string, detail: string, checks: CheckResult[]) {
  return { outcome: 'failed' as const, reason, detail, checks, tookMs: null, bounced: null };
}

/** `null` where the configuration no longer says so. */
function whatToSend({ origin, channel, endpoint }: LeasedDelivery, site: CompiledSite): unknown {
  if (origin.kind === 'event') return { channel, endpoint };
  const node = messageAt(site.sequenceOf(origin.enrollment), origin.step);
  return node ? sendOf(node) : null;
}

const wasAskedFor = ({ origin }: LeasedDelivery): boolean =>
  origin.kind === 'step' && isTransactional(origin.enrollment.sequenceId);

/** Where the run goes on; `undefined` where the step is not over. */
function onwardOf(
  { origin, lead }: LeasedDelivery,
  { outcome }: Settlement,
  site: CompiledSite,
  now: number,
): Onward | undefined {
  if (origin.kind !== 'step' || outcome === 'deferred') return undefined;
  const { enrollment, step } = origin;
  const sequence = site.sequenceOf(enrollment);
  const node = messageAt(sequence, step);
  if (!sequence || !node) return { anchorAt: enrollment.anchorAt, next: null };
  const timezone = lead?.state.timezone ?? site.site.timezone;
  const standing = { anchorAt: enrollment.anchorAt, now, timezone };
  const onward = onwardFrom(sequence, node, standing, outcome === 'skipped');
  // A receiver that is down holds up its own message, not those that come after it.
  return outcome === 'retry' && onward.next === null ? undefined : onward;
}

async function inParallel<Item>(
  items: readonly Item[],
  workers: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  // They share one iterator: each takes the next item once it has done with its own.
  const queue = items.values();
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
