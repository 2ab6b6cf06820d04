/** Which questions of several prompts ask the same. */
import type { AnswerValue } from '@handrail/sdk/protocol';
import { inOwnWords, questionOf } from '../leads/answers.ts';
import type { PromptDocument } from '../site/schema/prompt.ts';
import type { GivenAnswer, Impression } from './impression.ts';
import type { Resolve } from './prompt-results.ts';
import type { AskedQuestion } from './question-result.ts';

/** The questions of a prompt of the site. */
export function questionsOf(prompt: PromptDocument | undefined): AskedQuestion[] {
  if (!prompt || !('questions' in prompt)) return [];
  return prompt.questions.map(({ id, type, text, ...rest }) => ({
    id,
    type,
    text,
    options: 'options' in rest ? rest.options : [],
  }));
}

/**
 * An answer is to the question of its id, in its own prompt; in another one to the question of the same kind and id,
 * else to the only one of its kind in both. What was asked as another kind of question, under the same id, is none.
 */
export function resolver(
  questions: readonly AskedQuestion[],
  promptId: string,
  prompts: ReadonlyMap<string, PromptDocument>,
): Resolve {
  const found = new Map<string, AskedQuestion | null>();

  function find(
    { questionId, questionType }: GivenAnswer,
    { promptId: askedIn }: Impression,
  ): AskedQuestion | null {
    const asked = questionsOf(prompts.get(askedIn));
    const type = questionType ?? asked.find(({ id }) => id === questionId)?.type;
    const same = questions.find(
      (each) => each.id === questionId && (type === undefined || each.type === type),
    );
    if (same || askedIn === promptId) return same ?? null;
    const alike = questions.filter((each) => each.type === type);
    const isOnlyOne = asked.filter((each) => each.type === type).length === 1 && alike.length === 1;
    return isOnlyOne ? (alike[0] ?? null) : null;
  }

  return (answer, impression) => {
    const key = `${impression.promptId}/${answer.questionId}/${answer.questionType}`;
    const known = found.get(key);
    const question = known === undefined ? find(answer, impression) : known;
    found.set(key, question);
    return question && { question, value: inWordsOf(answer, prompts.get(impression.promptId)) };
  };
}

function inWordsOf({ questionId, value }: GivenAnswer, prompt: PromptDocument | undefined): AnswerValue {
  const question = prompt && questionOf(prompt, questionId);
  return prompt && question ? inOwnWords(value, prompt, question) : value;
}
