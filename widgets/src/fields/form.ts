/** The form's name for the answer to whatever kind of question. */
export const ANSWER = 'answer';

/** Far below what one message may weigh, even where each character takes four bytes. */
export const MAX_ANSWER_CHARS = 2_000;

/** What was entered under this name, trimmed; `null` where that is nothing. */
export function readTyped(form: FormData, name: string): string | null {
  const typed = form.get(name);
  return typeof typed === 'string' ? typed.trim() || null : null;
}
