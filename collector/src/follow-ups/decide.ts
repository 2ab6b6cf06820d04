/** Puts the guards' questions (guards.ts) for one delivery. Pure. */
import { holds } from '@handrail/sdk/condition';
import { factsOf } from '../leads/facts.ts';
import { scoreOf } from '../leads/heat.ts';
import { contactsOf } from '../leads/lead-facts.ts';
import { temperatureOf } from '../leads/state.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { LeasedDelivery } from '../store/follow-ups.ts';
import type { AnyKind } from './channels/kinds.ts';
import { type Decision, decide, MAX_LATENESS_MS } from './guards.ts';
import { messageAt } from './program.ts';

export interface Question {
  delivery: LeasedDelivery;
  site: CompiledSite;
  kind: AnyKind;
  send: unknown;
  address: string | null;
  /** Topics the address must not be written to about; '' is everything. */
  suppressed: readonly string[];
}

/** News for the owner's own systems is told as it is; so is what the owner has ordered by hand. */
export function decideFor(
  { delivery, site, kind, send, address, suppressed }: Question,
  now: number,
): Decision {
  const { lead, origin, isRetriedByHand } = delivery;
  const isOrder = kind.addresses === 'team' && isRetriedByHand;
  if (origin.kind === 'event' || lead === null || isOrder) return { action: 'send', checks: [] };
  const { enrollment } = origin;
  const sequence = site.sequenceOf(enrollment);
  const node = messageAt(sequence, origin.step);
  const condition = node?.step.if;
  const { contactBudget, scoring, timezone } = site.site;
  const temperature = temperatureOf(scoreOf(lead.heat, now, site.halfLifeMs), scoring.thresholds);
  const facts = factsOf({ lead: lead.state, touchpoint: null, temperature, now }, site);
  const topic = kind.topicOf(send, site);
  return decide(
    {
      addressesPerson: kind.addresses === 'person',
      // A completed run has nothing due but what is retried by hand.
      enrollmentActive: enrollment.status === 'active' || enrollment.status === 'completed',
      conditionHolds: condition === undefined || holds(condition, facts),
      address,
      consent: lead.state.consent,
      suppressed: suppressed.some((each) => each === '' || each === topic),
      isTransactional: sequence?.isTransactional ?? false,
      askedForToday: delivery.askedForToday,
      quietHours: contactBudget.quietHours,
      timezone: lead.state.timezone ?? timezone,
      messagesThisWeek: delivery.messagesThisWeek,
      messagesPerWeek: contactBudget.messages.perWeek,
      contactsThisWeek: contactsOf(lead.state, [], now).length + delivery.messagesThisWeek,
      contactsPerWeek: contactBudget.perWeek,
      isHeldOut: enrollment.isHeldOut,
      isPaused: sequence?.paused ?? false,
      plannedAt: delivery.plannedAt,
      expiresMs: node?.expiresMs ?? MAX_LATENESS_MS,
    },
    now,
  );
}
