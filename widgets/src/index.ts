/** Shows one prompt on the page. Fetches nothing and stores nothing: what becomes of answers is the caller's. */

import type { AnswerValue, Cart, Prompt, Question } from '@handrail/sdk/protocol';
import { h } from 'preact';
import { canMount } from './can-mount.ts';
import { CartNudge } from './cart-nudge.tsx';
import { ExitPoll } from './exit-poll.tsx';
import { openHost } from './host.ts';
import { Survey } from './survey.tsx';

export { canMount };

/**
 * How a prompt ended. `completed`: the visitor went through to the end, skipping questions or not.
 * `acted`: followed the cart nudge's link. `dismissed`: closed it before that; answers given until then
 * have been reported and stand.
 */
export type MountOutcome = 'completed' | 'dismissed' | 'acted';

export interface Answer {
  questionId: string;
  questionType: Question['type'];
  /** A score of 0 to 10, the text of the chosen option, or what was typed: trimmed, never empty. */
  value: AnswerValue;
}

export interface MountOptions {
  /** The visitor's own cart, which a cart nudge shows. Other prompts ignore it. */
  cart: Cart | null;
  /** Called as each question is answered, so that a half-finished survey counts. Not for a skipped one. */
  onAnswer(answer: Answer): void;
  /**
   * Called at most once. After `completed` the thanks are still on the page and go by themselves, so don't
   * unmount then. After the other outcomes the prompt is gone already.
   */
  onEnd(outcome: MountOutcome): void;
}

/**
 * Shows a prompt, without moving focus. Returns a function that takes it off the page: at any time, more
 * than once, calling nothing.
 *
 * A prompt that `canMount` refuses is not shown, and nothing is called: ask `canMount` before counting it
 * as shown.
 */
export function mount(prompt: Prompt, { cart, onAnswer, onEnd }: MountOptions): () => void {
  if (!canMount(prompt)) return () => {};
  let ended = false;
  const end = (outcome: MountOutcome): void => {
    if (ended) return;
    ended = true;
    onEnd(outcome);
  };
  const dismiss = (): void => {
    host.close();
    end('dismissed');
  };
  const act = (): void => {
    host.close();
    end('acted');
  };
  const complete = (): void => end('completed');
  const host = openHost({ onEscape: dismiss });

  switch (prompt.type) {
    case 'survey':
      host.show(h(Survey, { prompt, onAnswer, onComplete: complete, onClose: dismiss }));
      break;
    case 'exit_poll':
      host.show(h(ExitPoll, { prompt, onAnswer, onComplete: complete, onClose: dismiss }));
      break;
    case 'cart_nudge':
      host.show(h(CartNudge, { prompt, cart, onAct: act, onClose: dismiss }));
  }
  return host.close;
}
