import type { ChoiceQuestion } from '@handrail/sdk/protocol';
import { useState } from 'preact/hooks';
import { TITLE_ID } from '../frame.tsx';
import { strings } from '../strings.ts';
import { MAX_ANSWER_CHARS, readTyped } from './text.tsx';

const NAME = 'option';
const OTHER = 'other';

/** One option of several. "Other" opens a line to type in. */
export function ChoiceField({ question: { text, options, other = false } }: { question: ChoiceQuestion }) {
  const [isOther, setIsOther] = useState(false);
  return (
    <div role="radiogroup" aria-required="true" aria-labelledby={TITLE_ID}>
      <p id={TITLE_ID} class="title">
        {text}
      </p>
      {options.map((option, index) => (
        <label key={option} class="option">
          <input type="radio" name={NAME} value={index} required onChange={() => setIsOther(false)} />
          <span>{option}</span>
        </label>
      ))}
      {other && (
        <label class="option">
          <input type="radio" name={NAME} value={OTHER} required onChange={() => setIsOther(true)} />
          <span>{strings.other}</span>
        </label>
      )}
      {isOther && (
        <input
          type="text"
          name={OTHER}
          class="text"
          maxLength={MAX_ANSWER_CHARS}
          aria-label={strings.otherLabel}
          placeholder={strings.otherLabel}
        />
      )}
    </div>
  );
}

/** The option's text, or what was typed for "Other"; "Other" itself where nothing was. */
export function readChoice({ options }: ChoiceQuestion, form: FormData): string | null {
  const chosen = form.get(NAME);
  if (chosen === OTHER) return readTyped(form, OTHER) ?? strings.other;
  return options[Number(chosen ?? Number.NaN)] ?? null;
}
