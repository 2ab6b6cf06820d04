/** Shows one prompt on the page. Fetches nothing and stores nothing: what becomes of answers is the caller's. */

import type { AnswerValue, Cart, Prompt, Question, Theme } from '@handrail/sdk/protocol';
import { type ComponentChild, h } from 'preact';
import { canMount } from './can-mount.ts';
import { CartNudge } from './cart-nudge.tsx';
import type { EmailReply } from './email-form.tsx';
import { ExitPoll } from './exit-poll.tsx';
import type { FrameSetup } from './frame.tsx';
import { openHost } from './host.ts';
import { placeFor } from './layout.ts';
import { LeadForm } from './lead-form.tsx';
import { Message } from './message.tsx';
import { ENGLISH, type Strings } from './strings.ts';
import { Survey } from './survey.tsx';

export { canMount, type EmailReply, type Strings };

/**
 * How a prompt ended. `completed`: the visitor went through to the end, skipping questions or not, or sent the
 * form. `acted`: followed the link, or saved the cart. `dismissed`: closed it before that; answers given until
 * then have been reported and stand.
 */
export type MountOutcome = 'completed' | 'dismissed' | 'acted';

export interface Answer {
  questionId: string;
  questionType: Question['type'];
  /** The question's words as they were asked, with what they recalled. */
  question: string;
  /** A score, the text of the chosen option or of each, or what was typed: trimmed, never empty. */
  value: AnswerValue;
}

export interface MountOptions {
  /** The visitor's own cart, which a cart nudge shows. Other prompts ignore it. */
  cart: Cart | null;
  /** What the page told of the person: a message may name it. Other prompts ignore it. */
  traits: Record<string, unknown>;
  theme?: Theme | undefined;
  /** Our own words, of `stringsFor` in `@handrail/widgets/languages`. [strings=English] */
  strings?: Strings | undefined;
  /** Called as each question is answered, so that a half-finished survey counts. Not for a skipped one. */
  onAnswer(answer: Answer): void;
  /** The visitor left an address, in a lead form or to save the cart. `onEnd` follows. */
  onEmail(reply: EmailReply): void;
  /**
   * Called at most once. After `completed`, and after `acted` by saving the cart, thanks are still on the page and
   * go by themselves, so don't unmount then. Else the prompt is gone already.
   */
  onEnd(outcome: MountOutcome): void;
}

/**
 * Shows a prompt; none but a modal message moves focus. Returns a function that takes it off the page: at any
 * time, more than once, calling nothing.
 *
 * A prompt that `canMount` refuses is not shown, and nothing is called: ask `canMount` before counting it
 * as shown.
 */
export function mount(prompt: Prompt, options: MountOptions): () => void {
  const place = placeFor(prompt);
  if (!place || !canMount(prompt)) return () => {};
  const { strings = ENGLISH, theme, onEnd } = options;
  let ended = false;
  const end = (outcome: MountOutcome): void => {
    if (ended) return;
    ended = true;
    onEnd(outcome);
  };
  const closeAs = (outcome: MountOutcome) => (): void => {
    host.close();
    end(outcome);
  };
  const dismiss = closeAs('dismissed');
  const host = openHost({ place, theme, language: prompt.language, onEscape: dismiss });
  host.show(
    contentOf(prompt, options, {
      frame: { layout: place.layout, strings, onClose: dismiss },
      act: closeAs('acted'),
      end,
    }),
  );
  return host.close;
}

interface Ways {
  frame: FrameSetup;
  /** The link was followed: takes the prompt off. */
  act(): void;
  end(outcome: MountOutcome): void;
}

function contentOf(
  prompt: Prompt,
  { cart, traits, onAnswer, onEmail }: MountOptions,
  { frame, act, end }: Ways,
): ComponentChild {
  const emailThen =
    (outcome: MountOutcome) =>
    (reply: EmailReply): void => {
      onEmail(reply);
      end(outcome);
    };
  switch (prompt.type) {
    case 'survey':
      return h(Survey, { ...frame, prompt, onAnswer, onComplete: () => end('completed') });
    case 'exit_poll':
      return h(ExitPoll, { ...frame, prompt, onAnswer, onComplete: () => end('completed') });
    case 'cart_nudge':
      return h(CartNudge, { ...frame, prompt, cart, onAct: act, onSave: emailThen('acted') });
    case 'message':
      return h(Message, { ...frame, prompt, traits, onAct: act });
    case 'lead_form':
      return h(LeadForm, { ...frame, prompt, onSend: emailThen('completed') });
  }
}
