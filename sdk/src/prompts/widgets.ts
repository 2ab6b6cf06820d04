import type { AnswerValue, Cart, Prompt, Question, Theme } from '../protocol.ts';

/**
 * What the prompt decision asks of whoever draws prompts: `@handrail/widgets`, whose types say more. They are
 * stated here because that package builds on this one, not the other way round.
 */
export interface Widgets {
  /** Whether this build knows the prompt's kind and, on this page, finds the slot that it must have. */
  canMount(prompt: Prompt): boolean;
  /** Shows the prompt; returns how to take it off the page. */
  mount(prompt: Prompt, options: WidgetOptions): () => void;
}

export interface WidgetOptions {
  cart: Cart | null;
  /** What the page told of the person: a message may name it. */
  traits: Record<string, unknown>;
  theme?: Theme | undefined;
  /** [strings=English] */
  strings?: Strings | undefined;
  onAnswer(answer: {
    questionId: string;
    questionType: Question['type'];
    /** As it was asked. */
    question: string;
    value: AnswerValue;
  }): void;
  /** The visitor left an address. `marketing`: ticked the box to be written to. */
  onEmail(reply: EmailReply): void;
  /** `completed`: after the last question, or the form. `acted`: the link was followed, or the cart saved. */
  onEnd(outcome: 'completed' | 'dismissed' | 'acted'): void;
}

export interface EmailReply {
  email: string;
  fields: { name?: string | undefined; company?: string | undefined; phone?: string | undefined };
  marketing: boolean;
}

/** The widgets' own words. What is in it is between the two files of the widgets. */
export type Strings = object;

/** `@handrail/widgets/languages`: a file of its own, which only pages in other languages than English load. */
export interface Languages {
  /** `pt-BR`, else `pt`, else `undefined`: the widgets' own English. */
  stringsFor(language: string): Strings | undefined;
}
