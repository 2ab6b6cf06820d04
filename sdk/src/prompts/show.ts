import type { AnswerValue, Cart, Prompt, PromptProperties } from '../protocol.ts';
import type { Widgets } from './widgets.ts';

export type PromptTouchpoint = 'prompt_shown' | 'prompt_answered' | 'prompt_dismissed' | 'prompt_acted';

export interface ShowParts {
  loadWidgets(): Promise<Widgets>;
  cart(): Cart | null;
  record(name: PromptTouchpoint, properties: PromptProperties): void;
  /** Asked once more when the widgets are there: they took a moment, and the visitor may have begun to type. */
  isStillEligible(): boolean;
  /** The prompt is on the page. `unmount` takes it off. */
  onShown(unmount: () => void): void;
  onAnswer(questionId: string, value: AnswerValue): void;
  /** Whether it was shown or not: another one may come. */
  onOver(): void;
}

/** Loads the widgets, which nothing else does, shows the prompt and records what becomes of it. */
export async function show(prompt: Prompt, parts: ShowParts): Promise<void> {
  const { loadWidgets, cart, record, isStillEligible, onShown, onAnswer, onOver } = parts;
  const identity: PromptProperties = {
    promptId: prompt.id,
    promptType: prompt.type,
    impressionId: crypto.randomUUID(),
  };
  try {
    const { canMount, mount } = await loadWidgets();
    if (!canMount(prompt) || !isStillEligible()) return onOver();
    const unmount = mount(prompt, {
      cart: cart(),
      traits: {},
      onEmail() {},
      onAnswer(answer) {
        record('prompt_answered', { ...identity, ...answer });
        onAnswer(answer.questionId, answer.questionType === 'text' ? '' : answer.value);
      },
      onEnd(outcome) {
        if (outcome === 'dismissed') record('prompt_dismissed', identity);
        if (outcome === 'acted') record('prompt_acted', identity);
        onOver();
      },
    });
    record('prompt_shown', identity);
    onShown(unmount);
  } catch {
    // The file is blocked or gone. The page does without.
    onOver();
  }
}
