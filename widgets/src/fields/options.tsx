import type { Question } from '@handrail/sdk/protocol';
import { Component } from 'preact';
import { TITLE_ID } from '../frame.tsx';
import { ENGLISH, type Strings } from '../strings.ts';
import { ANSWER, MAX_ANSWER_CHARS, readTyped } from './form.ts';

const OTHER = 'other';

interface OptionsFieldProps {
  /** `multiple_choice` allows several, any other kind one. */
  type: Question['type'];
  options: readonly string[];
  other?: boolean | undefined;
  randomize?: boolean | undefined;
  strings: Strings;
}

/** Options, one below the other. "Other" is always the last, and opens a line to type in. */
export class OptionsField extends Component<OptionsFieldProps> {
  /** Once: an order that changed under the visitor's hand would have them choose what they did not mean. */
  readonly order = orderOf(this.props);

  override render({ type, options, other, strings }: OptionsFieldProps) {
    const isMultiple = type === 'multiple_choice';
    const option = (value: number | string, text: string | undefined) => (
      <label key={value} class={value === OTHER ? 'option other' : 'option'}>
        <input type={isMultiple ? 'checkbox' : 'radio'} name={ANSWER} value={value} />
        <span>{text}</span>
      </label>
    );
    return (
      <fieldset role={isMultiple ? 'group' : 'radiogroup'} aria-labelledby={TITLE_ID}>
        {this.order.map((position) => option(position, options[position]))}
        {other && option(OTHER, strings.other)}
        {other && (
          // The style sheet shows it only after a chosen "Other".
          <input
            type="text"
            name={OTHER}
            class="text"
            maxLength={MAX_ANSWER_CHARS}
            aria-label={strings.otherLabel}
            placeholder={strings.otherLabel}
          />
        )}
      </fieldset>
    );
  }
}

/** Positions in the list. At random by Fisher and Yates: each order is as likely as any other. */
function orderOf({ options, randomize }: OptionsFieldProps): number[] {
  const positions = options.map((_, position) => position);
  for (let left = randomize ? positions.length : 0; left > 1; left--) {
    positions.push(...positions.splice(Math.floor(Math.random() * left), 1));
  }
  return positions;
}

/**
 * The texts of the options chosen, in the site's order whatever the visitor's was, and for "Other" what was typed there.
 * Where nothing was, it is "Other", in English whatever the page speaks: answers in all languages are counted together.
 */
export function readChosen(options: readonly string[], form: FormData): string[] {
  const chosen = form.getAll(ANSWER);
  const texts = options.filter((_, position) => chosen.includes(`${position}`));
  return chosen.includes(OTHER) ? [...texts, readTyped(form, OTHER) ?? ENGLISH.other] : texts;
}
