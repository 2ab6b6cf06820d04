/** What visitors reply to prompts. */
import type { AnswerValue, JsonValue, Question } from '@handrail/sdk/protocol';
import type { PromptDocument } from '../site/schema/prompt.ts';
import type { Site } from '../site/schema.ts';
import type { LeadState } from './state.ts';
import type { Touchpoint } from './touchpoint.ts';

/** No question has as many options. */
const MAX_OPTIONS = 50;

export function isAnswerValue(value: JsonValue | undefined): value is AnswerValue {
  if (!Array.isArray(value)) return typeof value === 'string' || typeof value === 'number';
  return value.length <= MAX_OPTIONS && value.every((each) => typeof each === 'string');
}

/** Only answers to questions that the site asks are kept: no condition can name another. */
export function withAnswer(
  known: LeadState['answers'],
  { properties: { promptId, questionId, value } }: Touchpoint,
  { prompts }: Site,
): LeadState['answers'] {
  const prompt = prompts.find((each) => each.id === promptId);
  const question = prompt && questionOf(prompt, questionId);
  return question && isAnswerValue(value)
    ? { ...known, [`${prompt.id}/${question.id}`]: inOwnWords(value, prompt, question) }
    : known;
}

export function questionOf(prompt: PromptDocument, questionId: unknown): Question | undefined {
  return 'questions' in prompt ? prompt.questions.find(({ id }) => id === questionId) : undefined;
}

/** Options as the prompt itself has them, whatever language they were read in. */
export function inOwnWords(value: AnswerValue, prompt: PromptDocument, question: Question): AnswerValue {
  if (typeof value === 'number' || !('options' in question) || !prompt.translations) return value;
  const lists = Object.values(prompt.translations).map(({ questions }) => questions?.[question.id]?.options);
  const ownWords = (option: string): string => {
    if (question.options.includes(option)) return option;
    for (const list of lists) {
      const own = question.options[list?.indexOf(option) ?? -1];
      if (own !== undefined) return own;
    }
    return option;
  };
  return typeof value === 'string' ? ownWords(value) : value.map(ownWords);
}
