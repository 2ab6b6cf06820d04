import type { TextQuestion } from '@handrail/sdk/protocol';
import { TITLE_ID } from '../frame.tsx';
import { ANSWER, MAX_ANSWER_CHARS } from './form.ts';

/** Several lines of free text. */
export function TextField({ question: { placeholder, optional = true } }: { question: TextQuestion }) {
  return (
    <textarea
      name={ANSWER}
      class="text"
      rows={3}
      maxLength={MAX_ANSWER_CHARS}
      placeholder={placeholder}
      required={!optional}
      aria-labelledby={TITLE_ID}
    />
  );
}
