import { parseDuration } from '../condition.ts';
import type {
  Cart,
  Condition,
  Consent,
  DurationText,
  Prompt,
  PromptBudget,
  PromptReason,
  PromptsDocument,
} from '../protocol.ts';
import type { Memory } from './memory.ts';
import { recordOf, timeHere } from './records.ts';
import { shareOf } from './share.ts';

/** The visitor's situation at the moment of the decision. */
export interface Situation {
  consent: Consent;
  /** Whether the condition is certain to hold. */
  holds(condition: Condition): boolean;
  memory: Memory;
  cart: Cart | null;
  /** Whether the page has this place of its own for messages. */
  hasSlot(name: string): boolean;
  otherPrompt: boolean;
  hidden: boolean;
  typing: boolean;
  dialogOpen: boolean;
}

/** What of the site's prompts a decision needs besides the one. */
export type Site = Pick<PromptsDocument, 'prompts' | 'contactBudget'>;

const WEEK_MS = 7 * 86_400_000;

/**
 * Whether to show a prompt that is for this page and whose trigger has fired: `shown`, or why not, asked in the order
 * of `PROMPT_REASONS`.
 */
export function eligibility(prompt: Prompt, situation: Situation, site: Site, now: number): PromptReason {
  const { consent, holds, memory, cart, hasSlot, otherPrompt, hidden, typing, dialogOpen } = situation;
  const place = (draw: string) => shareOf(`${draw}/${prompt.id}/${memory.visitorId}`);
  const { arm } = recordOf(memory, prompt.id);

  if (consent[prompt.consent ?? 'analytics'] !== 'granted') return 'no_consent';
  if (prompt.if && !holds(prompt.if)) return 'condition';
  if (prompt.type === 'cart_nudge' && !cart) return 'empty_cart';
  if ('slot' in prompt && prompt.slot?.fallback === 'none' && !hasSlot(prompt.slot.name)) return 'no_slot';
  if (!arm && place('sample') >= (prompt.sample ?? 1)) return 'sampled_out';
  const reason = whyNotAgain(prompt, memory, site, now);
  if (reason) return reason;
  if (otherPrompt) return 'lower_priority';
  if (hidden) return 'hidden';
  if (typing) return 'typing';
  if (dialogOpen) return 'open_dialog';
  const isHeldOut = arm ? arm === 'holdout' : place('holdout') < (prompt.holdout ?? 0);
  return isHeldOut ? 'holdout' : 'shown';
}

/** What this person was shown before speaks against it. */
function whyNotAgain(
  { id, type, askAgain, maxShown = 3 }: Prompt,
  memory: Memory,
  { prompts, contactBudget }: Site,
  now: number,
): PromptReason | undefined {
  const {
    perSession = 1,
    cooldown = '7d',
    cooldowns,
    afterDismissal = '30d',
    perWeek,
  }: Partial<PromptBudget> = contactBudget ?? {};
  const { session, contacts, lead } = memory;
  const { answeredAt, shown, dismissedAt } = recordOf(memory, id);
  // A clock that was set back leaves times in the future: what is as far ahead is as long ago.
  const isWithin = (time: number, duration: DurationText = '0s') =>
    time > 0 && Math.abs(now - time) < (parseDuration(duration) ?? WEEK_MS);
  const lastShownAt = (ids: string[]) =>
    Math.max(0, ...ids.map((each) => recordOf(memory, each).lastShownAt));
  const ofKind = prompts.filter((other) => other.type === type).map((other) => other.id);
  const everShown = Object.keys({ ...memory.prompts, ...lead?.prompts });
  const thisWeek = (times: number[] = []) => times.filter((time) => isWithin(time, '7d')).length;

  if (answeredAt && (!askAgain || isWithin(answeredAt, askAgain))) return 'answered';
  if (shown >= maxShown) return 'max_shown';
  if (isWithin(dismissedAt, afterDismissal)) return 'dismissed';
  if (session.shown >= perSession) return 'budget';
  // What is shown here is known there soon after: of both counts, the one that knows more.
  const told = lead?.contacts.map((time) => timeHere(memory, time));
  if (perWeek !== undefined && Math.max(thisWeek(contacts), thisWeek(told)) >= perWeek) return 'budget';
  if (isWithin(lastShownAt(everShown), cooldown)) return 'cooldown';
  if (isWithin(lastShownAt(ofKind), cooldowns?.[type])) return 'cooldown';
  return undefined;
}
