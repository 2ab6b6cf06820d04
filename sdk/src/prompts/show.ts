/** What is done with a prompt from when it is due: a file of its own, loaded with the widgets. */
import type { Properties } from '../message.ts';
import type { AnswerValue, Condition, Prompt, PromptProperties, PromptReason } from '../protocol.ts';
import type { PromptCapabilities } from './capabilities.ts';
import type { Memory, PromptMemory } from './memory.ts';
import { stringsIn } from './strings.ts';
import type { EmailReply, WidgetOptions, Widgets } from './widgets.ts';

export interface ShowParts
  extends Pick<
    PromptCapabilities,
    'document' | 'load' | 'cart' | 'traits' | 'newId' | 'record' | 'identify'
  > {
  widgets: Widgets;
  holds(condition: Condition): boolean;
  /** Notes what becomes of the prompt. */
  note(edit: (ofPrompt: PromptMemory, memory: Memory, now: number) => void): void;
  /**
   * Asked once more when the files are there: they took a moment, and the visitor may have begun to type. `undefined`
   * where it is about nothing any more.
   */
  decide(): PromptReason | undefined;
  /** The prompt is on the page. */
  onShown(unmount: () => void): void;
  /** Another one may come. */
  onOver(): void;
}

const MAX_CONTACTS = 50;

/** Shows the prompt and records what becomes of it. Returns why not, where it does not. */
export async function show(prompt: Prompt, parts: ShowParts): Promise<PromptReason | undefined> {
  const { document: site, load, widgets, cart, traits, newId, note, onOver } = parts;
  const worded = withVariant(prompt, parts.holds);
  if (!widgets.canMount(worded)) return 'slot' in prompt && prompt.slot ? 'no_slot' : 'unknown_type';
  const strings = await stringsIn(prompt.language, load);
  const reason = parts.decide();
  if (reason !== 'shown') return reason;

  const identity: PromptProperties = {
    promptId: prompt.id,
    promptType: prompt.type,
    impressionId: newId(Date.now()),
  };
  const record = (name: string, more?: Properties) => parts.record(name, { ...identity, ...more });
  let hasActed = false;
  function act() {
    if (!hasActed) record('prompt_acted');
    hasActed = true;
  }
  const answered = () =>
    note((ofPrompt, _, now) => {
      ofPrompt.answeredAt = now;
    });

  const options: WidgetOptions = {
    cart: cart(),
    traits: traits(),
    theme: site.theme,
    strings,
    onAnswer(answer) {
      record('prompt_answered', answer);
      answered();
      note((_, { answers }) => {
        answers[`${prompt.id}/${answer.questionId}`] = withoutTyped(prompt, answer.questionId, answer.value);
      });
    },
    onEmail({ email, fields, marketing }: EmailReply) {
      // An address travels as a trait only: everywhere else it would be masked.
      parts.identify(null, { ...fields, email });
      record(prompt.type === 'cart_nudge' ? 'cart_saved' : 'generate_lead', { marketing });
      if (prompt.type === 'cart_nudge') act();
      answered();
    },
    onEnd(outcome) {
      if (outcome === 'acted') act();
      else if (outcome === 'dismissed') record('prompt_dismissed');
      else if (prompt.type !== 'cart_nudge') record('prompt_completed');
      if (outcome !== 'dismissed') answered();
      else
        note((ofPrompt, _, now) => {
          ofPrompt.dismissedAt = now;
        });
      onOver();
    },
  };
  const unmount = widgets.mount(worded, options);
  record('prompt_shown');
  note((ofPrompt, { session, contacts }, now) => {
    ofPrompt.shown += 1;
    ofPrompt.lastShownAt = now;
    ofPrompt.arm ??= 'shown';
    session.shown += 1;
    contacts.push(now);
    contacts.splice(0, contacts.length - MAX_CONTACTS);
  });
  parts.onShown(unmount);
  return 'shown';
}

/** With the words for this person, where there are some. */
function withVariant(prompt: Prompt, holds: ShowParts['holds']): Prompt {
  if (prompt.type !== 'message') return prompt;
  const { variants, ...plain } = prompt;
  const variant = variants?.find((each) => holds(each.if));
  if (!variant) return plain;
  const { title, text, action } = variant;
  return { ...plain, title, text, action };
}

/** What the visitor typed stays out of the browser's storage; that there was an answer is enough. */
function withoutTyped(prompt: Prompt, questionId: string, value: AnswerValue): AnswerValue {
  const question = 'questions' in prompt ? prompt.questions.find(({ id }) => id === questionId) : undefined;
  const isOffered = (text: string) =>
    question !== undefined && 'options' in question && question.options.includes(text);
  if (typeof value === 'number' || question?.type === 'thumbs') return value;
  if (typeof value === 'string') return isOffered(value) ? value : '';
  return value.filter(isOffered);
}
