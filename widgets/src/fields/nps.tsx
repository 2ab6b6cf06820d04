import type { NpsQuestion } from '@handrail/sdk/protocol';
import { TITLE_ID } from '../frame.tsx';
import { strings } from '../strings.ts';

const NAME = 'score';
const SCORES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const ENDS_ID = 'ends';

/** Eleven radio buttons, so that arrow keys move between the scores and nothing is sent before Enter. */
export function NpsField({
  question: { text, lowLabel = strings.lowLabel, highLabel = strings.highLabel },
}: {
  question: NpsQuestion;
}) {
  return (
    <div role="radiogroup" aria-required="true" aria-labelledby={TITLE_ID} aria-describedby={ENDS_ID}>
      <p id={TITLE_ID} class="title">
        {text}
      </p>
      <div class="scale">
        {SCORES.map((score) => (
          <label key={score} class="score">
            <input type="radio" name={NAME} value={score} required />
            <span>{score}</span>
          </label>
        ))}
      </div>
      <p id={ENDS_ID} class="ends">
        <span>0 – {lowLabel}</span> <span>10 – {highLabel}</span>
      </p>
    </div>
  );
}

export function readNps(form: FormData): number | null {
  const score = form.get(NAME);
  return score === null ? null : Number(score);
}
