/** What the site's own systems are told about, as it happens. Pure: the store writes it in the touchpoint's transaction. */
import { matchesGlob, valueAt } from '@handrail/sdk/condition';
import type { Condition, JsonObject, Temperature } from '@handrail/sdk/protocol';
import type { Folded } from '../leads/fold.ts';
import type { LeadState } from '../leads/state.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import { MAX_LATENESS_MS } from './guards.ts';

/** The list is closed; an endpoint's `events` are globs over it. */
export const EVENT_TYPES = [
  /** The lead's e-mail has become known. */
  'lead.identified',
  /** `from`, `to`. */
  'lead.stage_changed',
  /** From cold. */
  'lead.became_warm',
  /** From warm or cold. */
  'lead.became_hot',
  /** `promptId`, `questionId`, `value`. */
  'prompt.answered',
  /** Something was put into the cart, and neither bought nor changed for an hour. */
  'cart.abandoned',
  /** Nobody has done the task by its time. */
  'task.overdue',
  /** Deliveries to an endpoint are held back from now on. */
  'endpoint.disabled',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** @param glob as `lead.*` */
export const listensTo = (glob: string, type: EventType): boolean => matchesGlob(glob, type);

export interface OutgoingEvent {
  type: EventType;
  at: number;
  /** What there is to say besides the lead, which is told as it is when the event is sent. */
  data: JsonObject;
}

export interface Change {
  before: LeadState;
  folded: Folded;
  temperature: { before: Temperature; after: Temperature };
  touchpoint: Touchpoint;
}

/** @param now when the touchpoint was received: what is told late has long been known, as an imported history has */
export function eventsOf({ before, folded, temperature, touchpoint }: Change, now: number): OutgoingEvent[] {
  const { at, name, properties, bot } = touchpoint;
  if (bot !== null || now - at > MAX_LATENESS_MS) return [];
  const events: OutgoingEvent[] = [];
  const add = (type: EventType, data: JsonObject = {}) => events.push({ type, at, data });
  if (!hasEmail(before) && hasEmail(folded.lead)) add('lead.identified');
  if (folded.stageMove) add('lead.stage_changed', { from: folded.stageMove.from, to: folded.stageMove.to });
  if (temperature.after === 'warm' && temperature.before === 'cold') add('lead.became_warm');
  if (temperature.after === 'hot' && temperature.before !== 'hot') add('lead.became_hot');
  if (name === 'prompt_answered') {
    const { promptId = null, questionId = null, value = null } = properties;
    add('prompt.answered', { promptId, questionId, value });
  }
  return events;
}

const hasEmail = ({ traits }: LeadState): boolean => typeof valueAt(traits, 'email.value') === 'string';

/** What has happened, by what starts the sequence. */
export function eventTypeOf(start: Condition): string {
  if ('temperature' in start) return `lead.became_${start.temperature}`;
  if ('stage' in start) return 'lead.stage_changed';
  if ('answer' in start) return 'prompt.answered';
  if ('touchpoint' in start)
    return start.touchpoint === 'add_to_cart' ? 'cart.abandoned' : `touchpoint.${start.touchpoint}`;
  return 'sequence.step_due';
}
