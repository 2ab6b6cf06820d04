import type { AnswerValue, Cart, Prompt, Question } from '../protocol.ts';

/**
 * What the prompt decision asks of whoever draws prompts: `@handrail/widgets`, whose types say more. They are
 * stated here because that package builds on this one, not the other way round.
 */
export interface Widgets {
  /** Whether this build knows the prompt's kind. */
  canMount(prompt: Prompt): boolean;
  /** Shows the prompt; returns how to take it off the page. */
  mount(prompt: Prompt, options: WidgetOptions): () => void;
}

export interface WidgetOptions {
  cart: Cart | null;
  onAnswer(answer: { questionId: string; questionType: Question['type']; value: AnswerValue }): void;
  onEnd(outcome: 'completed' | 'dismissed' | 'acted'): void;
}
