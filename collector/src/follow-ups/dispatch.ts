/** Sends what is due: lease, decide, try, settle. Several dispatchers may work on one store; each lease has one holder. */
import type { Advance } from '../advance.ts';
import { factsOf, momentOf } from '../leads/facts.ts';
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
import { createLeases, type Lease } from './leases.ts';
import type { Links } from './links.ts';
import { messageAt, sendOf } from './program.ts';
import { sentTouchpoint } from './sent-touchpoint.ts';
import { createSlots } from './slots.ts';
import { isTransactional } from './transactional.ts';

const ATTEMPT_TIMEOUT_MS = 60_000;
/** In one transaction, between which requests get their turn. */
const RUNS_AT_ONCE = 200;
/** To one host, or by one channel, at once. */
const LANE_CONCURRENCY = 20;

export interface DispatcherOptions {
  store: Store;
  /** The rules of each site, which follow its configuration by themselves. */
  sites(siteId: number): Promise<Advance>;
  channels: Channels;
  links: Links;
  now?: () => number;
  /** Milliseconds by a clock that never steps, whatever happens to the time of day. [monotonicNow=performance.now] */
  monotonicNow?: () => number;
  /** Whether `now` can be relied on to say what is due: see clock-steps.ts. [isClockSteady=always] */
  isClockSteady?: () => boolean;
  random?: () => number;
  /** Told of what it could not settle; the delivery's lease runs out and it is tried again. */
  onError?: (error: unknown) => void;
}

export interface Dispatcher {
  /**
   * Resolves once what it has taken is settled and there is nothing more to take. To be called again before that,
   * every few seconds: what is slow keeps its lease, and what has become due is sent meanwhile.
   */
  tick(): Promise<void>;
}

interface Handled {
  settlement: Settlement;
  /** What it was decided by. */
  advance: Advance;
}

export function createDispatcher({
  store,
  sites,
  channels,
  links,
  now = Date.now,
  monotonicNow = performance.now.bind(performance),
  isClockSteady = () => true,
  random = Math.random,
  onError = () => {},
}: DispatcherOptions): Dispatcher {
  const leases = createLeases(store.followUps, monotonicNow);
  const personal = Object.keys(CHANNEL_KINDS).filter((id) => CHANNEL_KINDS[id]?.addresses === 'person');
  const slots = createSlots(LANE_CONCURRENCY);

  /**
   * Sends what is due in the lane. Leased is only what can leave at once, so that it is decided by what is known of the
   * lead now; and a message that hangs keeps its own slot, not the others.
   *
   * @returns how many it took
   */
  async function drain(lane: string): Promise<number> {
    const settled: Promise<unknown>[] = [];
    for (;;) {
      const batch = await startBatch(lane);
      if (batch.length === 0) break;
      settled.push(...batch.map((each) => each.settled));
      await half(batch.map((each) => each.tried));
    }
    await Promise.all(settled);
    return settled.length;
  }

  /** `tried`: its slot is free again. The next does not wait until it is `settled`, which shares an fsync with others. */
  async function startBatch(lane: string): Promise<{ tried: Promise<unknown>; settled: Promise<unknown> }[]> {
    const lease = leases.open();
    const free = slots.take(lane);
    let leased: LeasedDelivery[] = [];
    try {
      if (free > 0 && isClockSteady())
        leased = await store.followUps.lease(lease.name, lane, personal, now(), free);
    } finally {
      slots.give(lane, free - leased.length);
    }
    const batch = leased.map((delivery) => {
      const tried = handle(delivery, lease).finally(() => slots.give(lane, 1));
      const settled = tried.then((handled) => handled && settle(delivery, handled)).catch(onError);
      return { tried, settled };
    });
    void Promise.all(batch.map((each) => each.settled)).then(lease.close);
    return batch;
  }

  async function handle(delivery: LeasedDelivery, lease: Lease): Promise<Handled | null> {
    const advance = await sites(delivery.siteId);
    if (!lease.isHeld()) return null;
    return { settlement: await settlementFor(delivery, advance), advance };
  }

  /** Steps that send nothing. @returns how many */
  async function walkRuns(): Promise<number> {
    let walked = 0;
    for (const siteId of await store.followUps.sitesToWalk(now())) {
      try {
        walked += await store.followUps.walk(await sites(siteId), now(), RUNS_AT_ONCE);
      } catch (error) {
        // One site's trouble keeps no other's messages.
        onError(error);
      }
    }
    return walked;
  }

  async function raiseAlarms(): Promise<void> {
    for (const siteId of await store.tasks.sitesWithAlarms(now())) {
      await store.tasks.raiseAlarms(await sites(siteId), now());
    }
  }

  function settle(delivery: LeasedDelivery, { settlement, advance }: Handled): Promise<boolean> {
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
      if (!isClockSteady()) return;
      await raiseAlarms().catch(onError);
      for (;;) {
        const walked = await walkRuns();
        const lanes = await store.followUps.dueLanes(now());
        const taken = await Promise.all(lanes.map(drain));
        // What one lane has sent can make the next step due, in another. What is due and not to be had waits for a
        // message to the same lead that another dispatcher has in hand.
        if (walked === 0 && taken.every((count) => count === 0)) return;
        await new Promise((turn) => setImmediate(turn));
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
  const facts = lead ? { facts: factsOf(momentOf(lead.state, now, site), site) } : {};
  const standing = { anchorAt: enrollment.anchorAt, now, timezone, ...facts };
  const onward = onwardFrom(sequence, node, standing, outcome === 'skipped');
  // A receiver that is down holds up its own message, not those that come after it.
  return outcome === 'retry' && onward.next === null ? undefined : onward;
}

/** Resolves once half of them are over. */
function half(all: readonly Promise<unknown>[]): Promise<void> {
  return new Promise((resolve) => {
    let left = Math.ceil(all.length / 2);
    const oneOver = () => --left === 0 && resolve();
    for (const each of all) each.then(oneOver, oneOver);
  });
}
