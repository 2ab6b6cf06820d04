/** Sends what is due: lease, decide, try, settle. Several dispatchers may work on one store; each lease has one holder. */
import { holds } from '@handrail/sdk/condition';
import { factsOf } from '../leads/facts.ts';
import { scoreOf } from '../leads/heat.ts';
import { contactsOf } from '../leads/lead-facts.ts';
import { temperatureOf } from '../leads/state.ts';
import type { CompiledSequence, CompiledSite } from '../site/compile.ts';
import type { LeasedDelivery, Settlement, Store } from '../store/store.ts';
import type { Channel, SendResult } from './channels/channel.ts';
import type { EmailContent } from './channels/email.ts';
import { nextAttemptAt } from './channels/retry-schedule.ts';
import type { WebhookContent } from './channels/webhook.ts';
import { type CheckResult, type Decision, decide } from './guards.ts';
import { holdoutDraw } from './holdout.ts';
import { emailFor, type Prepared, taskFrom, webhookFor } from './messages.ts';
import { planStep } from './plan.ts';

/** Longer than any attempt may take, so that a lease only runs out where its holder has died. */
const LEASE_MS = 180_000;
const ATTEMPT_TIMEOUT_MS = 60_000;
/** Deliveries under way at once. */
const BATCH = 20;

export interface Channels {
  webhook: Channel<WebhookContent>;
  /** `null`: no SMTP server is configured. E-mails then wait, and expire. */
  email: Channel<EmailContent> | null;
}

export interface DispatcherOptions {
  store: Store;
  siteOf(siteId: number): Promise<CompiledSite>;
  channels: Channels;
  unsubscribeUrl(deliveryPublicId: string): string;
  /** The link by which the reader of a mail confirms that the address is theirs. */
  confirmUrl(deliveryPublicId: string, address: string): string;
  now?: () => number;
  random?: () => number;
  /** Told of what it could not settle; the delivery's lease runs out and it is tried again. */
  onError?: (error: unknown) => void;
}

export interface Dispatcher {
  /** Works off everything that is due now. @returns how many deliveries were settled */
  tick(): Promise<number>;
}

export function createDispatcher({
  store,
  siteOf,
  channels,
  unsubscribeUrl,
  confirmUrl,
  now = Date.now,
  random = Math.random,
  onError = () => {},
}: DispatcherOptions): Dispatcher {
  async function handle(delivery: LeasedDelivery): Promise<void> {
    const site = await siteOf(delivery.siteId);
    const sequence = site.sequences.find((each) => each.id === delivery.enrollment.sequenceId);
    const next = sequence ? planStep(sequence, delivery.step + 1, delivery.enrollment.anchorAt) : null;
    const settle = (settlement: Settlement) => {
      const isOver = settlement.outcome !== 'retry' && settlement.outcome !== 'deferred';
      return store.followUps.settle(delivery, settlement, isOver ? next : undefined, now());
    };
    if (!sequence?.steps[delivery.step]) {
      await settle({ outcome: 'skipped', reason: 'sequence_removed', checks: [] });
      return;
    }
    const decision = decideFor(delivery, sequence, site, now());
    const { checks } = decision;
    if (decision.action === 'skip') await settle({ outcome: 'skipped', reason: decision.reason, checks });
    else if (decision.action === 'defer') {
      await settle({ outcome: 'deferred', at: decision.until, reason: decision.reason, checks });
    } else await settle(await act(delivery, sequence, site, checks));
  }

  async function act(
    delivery: LeasedDelivery,
    sequence: CompiledSequence,
    site: CompiledSite,
    checks: CheckResult[],
  ): Promise<Settlement> {
    const step = sequence.steps[delivery.step];
    if (step && 'task' in step) {
      const task = taskFrom(step.task, delivery, site, now());
      return task.ok
        ? { outcome: 'sent', detail: 'task created', checks, task: task.content }
        : { outcome: 'failed', ...task.failure, checks };
    }
    const result =
      step?.send.channel === 'webhook'
        ? await send(channels.webhook, delivery, webhookFor(step.send, delivery, sequence, site, now()))
        : await send(
            channels.email,
            delivery,
            emailFor(
              step?.send.template ?? '',
              delivery,
              sequence,
              site,
              { unsubscribeUrl, confirmUrl },
              now(),
            ),
          );
    return settlementOf(result, delivery, checks);
  }

  async function send<Content>(
    channel: Channel<Content> | null,
    { publicId }: LeasedDelivery,
    prepared: Prepared<Content>,
  ): Promise<SendResult> {
    if (!prepared.ok) return { outcome: 'failed', ...prepared.failure };
    if (!channel) return { outcome: 'retry', detail: 'no SMTP server is configured (HANDRAIL_SMTP_URL)' };
    return channel.send(
      { deliveryId: publicId, content: prepared.content },
      AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    );
  }

  function settlementOf(result: SendResult, delivery: LeasedDelivery, checks: CheckResult[]): Settlement {
    if (result.outcome === 'sent') return { outcome: 'sent', detail: result.detail, checks, task: null };
    if (result.outcome === 'failed') return { ...result, checks };
    const at = nextAttemptAt(delivery.attempts + 1, now(), random, result.retryAfterMs);
    return at === undefined
      ? { outcome: 'failed', reason: 'attempts_used_up', detail: result.detail, checks }
      : { outcome: 'retry', at, detail: result.detail, checks };
  }

  return {
    async tick() {
      let handled = 0;
      for (;;) {
        const leased = await store.followUps.lease(now(), BATCH, LEASE_MS);
        if (leased.length === 0) return handled;
        const outcomes = await Promise.allSettled(leased.map(handle));
        for (const outcome of outcomes) if (outcome.status === 'rejected') onError(outcome.reason);
        handled += leased.length;
      }
    },
  };
}

/** Whether a due delivery is sent. Pure. */
export function decideFor(
  delivery: LeasedDelivery,
  sequence: CompiledSequence,
  site: CompiledSite,
  now: number,
): Decision {
  const { lead } = delivery;
  const step = sequence.steps[delivery.step];
  const { contactBudget, scoring, timezone } = site.site;
  const score = scoreOf(lead.heat, now, site.halfLifeMs);
  const temperature = temperatureOf(score, scoring.thresholds);
  const facts = factsOf({ lead: lead.state, touchpoint: null, temperature, now }, site);
  return decide(
    {
      channel: delivery.channel,
      enrollmentActive: delivery.enrollment.status === 'active',
      conditionHolds: step?.if === undefined || holds(step.if, facts),
      address: lead.email,
      consent: lead.state.consent,
      suppressed: delivery.suppressed,
      isTransactional: sequence.isTransactional,
      askedForToday: delivery.askedForToday,
      quietHours: contactBudget.quietHours,
      timezone: lead.state.timezone ?? timezone,
      messagesThisWeek: delivery.messagesThisWeek,
      messagesPerWeek: contactBudget.messages.perWeek,
      contactsThisWeek: contactsOf(lead.state, [], now).length + delivery.messagesThisWeek,
      contactsPerWeek: contactBudget.perWeek,
      holdoutDraw: holdoutDraw(sequence.id, lead.id),
      holdoutShare: sequence.holdout,
      dueAt: delivery.dueAt,
    },
    now,
  );
}
