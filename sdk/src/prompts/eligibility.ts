import { type Facts, holds, parseDuration } from '../condition.ts';
import type { Cart, Prompt, PromptBudget, PromptType, Question } from '../protocol.ts';
import type { Shown } from './history.ts';

/** Why a prompt is not shown now. The list is closed, and in the order in which it is asked. */
export type IneligibleReason =
  /** This build does not know its kind, or that of one of its questions. */
  | 'unknown_type'
  /** Its `if` does not hold. */
  | 'condition'
  /** A cart nudge, and nothing in the cart. */
  | 'empty_cart'
  /** As many prompts as the contact budget allows in a session. */
  | 'budget'
  /** Too soon after the last one. */
  | 'cooldown'
  /** Another prompt is on the page. */
  | 'other_prompt'
  /** The page is in the background. */
  | 'hidden'
  /** The visitor is in a field. */
  | 'typing'
  /** The host has a dialog open. */
  | 'open_dialog';

export type Eligibility = { eligible: true } | { eligible: false; reason: IneligibleReason };

/** The visitor's situation at the moment of the decision. */
export interface Situation {
  facts: Facts;
  cart: Cart | null;
  history: readonly Shown[];
  sessionId: string;
  otherPrompt: boolean;
  hidden: boolean;
  typing: boolean;
  dialogOpen: boolean;
}

const DEFAULT_COOLDOWN_MS = 7 * 86_400_000;
const PROMPT_TYPES: readonly PromptType[] = ['survey', 'exit_poll', 'cart_nudge'];
const QUESTION_TYPES: readonly Question['type'][] = ['nps', 'choice', 'text'];

export function eligibility(
  prompt: Prompt,
  situation: Situation,
  budget: Partial<PromptBudget>,
  now: number,
): Eligibility {
  const reason = whyNot(prompt, situation, budget, now);
  return reason ? { eligible: false, reason } : { eligible: true };
}

function whyNot(
  prompt: Prompt,
  { facts, cart, history, sessionId, otherPrompt, hidden, typing, dialogOpen }: Situation,
  { perSession = 1, cooldown = '7d' }: Partial<PromptBudget>,
  now: number,
): IneligibleReason | undefined {
  if (!isKnown(prompt)) return 'unknown_type';
  if (prompt.if && !holds(prompt.if, facts)) return 'condition';
  if (prompt.type === 'cart_nudge' && !cart) return 'empty_cart';
  if (history.filter((shown) => shown.sessionId === sessionId).length >= perSession) return 'budget';
  const last = history.at(-1);
  if (last && now - last.at < (parseDuration(cooldown) ?? DEFAULT_COOLDOWN_MS)) return 'cooldown';
  if (otherPrompt) return 'other_prompt';
  if (hidden) return 'hidden';
  if (typing) return 'typing';
  if (dialogOpen) return 'open_dialog';
  return undefined;
}

/** A cached copy of this code may meet a newer collector. */
function isKnown(prompt: Prompt): boolean {
  if (!PROMPT_TYPES.includes(prompt.type)) return false;
  return !('questions' in prompt) || prompt.questions.every(({ type }) => QUESTION_TYPES.includes(type));
}
