import type { TextQuestion } from '@handrail/sdk/protocol';
import { TITLE_ID } from '../frame.tsx';
import { strings } from '../strings.ts';

/** Far below what one message may weigh, even where each character takes four bytes. */
export const MAX_ANSWER_CHARS = 2_000;

const NAME = 'text';
const FIELD_ID = 'field';
const HINT_ID = 'hint';

/** Several lines of free text; may stay empty. */
export function TextField({ question: { text, placeholder } }: { question: TextQuestion }) {
  return (
    <>
      <label id={TITLE_ID} class="title" for={FIELD_ID}>
        {text}
      </label>
      <textarea
        id={FIELD_ID}
        name={NAME}
        class="text"
        rows={3}
        maxLength={MAX_ANSWER_CHARS}
        placeholder={placeholder}
        aria-describedby={HINT_ID}
      />
      <p id={HINT_ID} class="hint">
        {strings.optional}
      </p>
    </>
  );
}

export function readText(form: FormData): string | null {
  return readTyped(form, NAME);
}

/** What was typed into the field of this name, trimmed; `null` where that is nothing. */
export function readTyped(form: FormData, name: string): string | null {
  const typed = form.get(name);
  return typeof typed === 'string' ? typed.trim() || null : null;
}
