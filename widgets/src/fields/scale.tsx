import type { CesQuestion, CsatQuestion, NpsQuestion, ThumbsQuestion } from '@handrail/sdk/protocol';
import type { ComponentChild } from 'preact';
import { TITLE_ID } from '../frame.tsx';
import type { Strings } from '../strings.ts';
import { ANSWER } from './form.ts';
import { Face, Star, Thumb } from './pictures.tsx';

const ENDS_ID = 'ends';

type ScaleQuestion = NpsQuestion | CsatQuestion | CesQuestion | ThumbsQuestion;

interface Scale {
  /** Of the style sheet. */
  look: 'numbers' | 'stars' | 'faces' | 'thumbs';
  marks: Mark[];
  /** Words below its two ends. */
  ends?: [low: string, high: string];
}
interface Mark {
  value: number | string;
  /** Names a mark that has no text. */
  name?: string | undefined;
  picture: ComponentChild;
}

/** Radio buttons in a row, so that arrow keys move between the marks and nothing is sent before Enter. */
export function ScaleField({ question, strings }: { question: ScaleQuestion; strings: Strings }) {
  const { look, marks, ends } = scaleOf(question, strings);
  return (
    <>
      <div
        role="radiogroup"
        class={`scale ${look}`}
        aria-labelledby={TITLE_ID}
        aria-describedby={ends && ENDS_ID}
      >
        {marks.map(({ value, name, picture }) => (
          <label key={value} class="mark">
            <input type="radio" name={ANSWER} value={value} aria-label={name} />
            <span>{picture}</span>
          </label>
        ))}
      </div>
      {ends && (
        <p id={ENDS_ID} class="ends">
          <span>{ends[0]}</span> <span>{ends[1]}</span>
        </p>
      )}
    </>
  );
}

function scaleOf(question: ScaleQuestion, strings: Strings): Scale {
  if (question.type === 'thumbs') {
    const marks = [
      { value: 'up', name: strings.thumbsUp, picture: <Thumb /> },
      { value: 'down', name: strings.thumbsDown, picture: <Thumb isDown /> },
    ];
    return { look: 'thumbs', marks };
  }
  const { type, lowLabel, highLabel } = question;
  if (type === 'csat') {
    const { look = 'numbers' } = question;
    const { satisfaction } = strings;
    const picture = (score: number): ComponentChild =>
      look === 'faces' ? <Face score={score} /> : look === 'stars' ? <Star /> : score;
    const marks = satisfaction.map((word, index) => ({
      value: index + 1,
      name: `${index + 1} – ${word}`,
      picture: picture(index + 1),
    }));
    return { look, marks, ends: [lowLabel ?? satisfaction[0], highLabel ?? satisfaction[4]] };
  }
  const [first, last, low, high] =
    type === 'nps'
      ? [0, 10, strings.unlikely, strings.likely]
      : [1, 7, strings.agreement[0], strings.agreement[4]];
  const marks: Mark[] = [];
  for (let score = first; score <= last; score++) marks.push({ value: score, picture: score });
  return {
    look: 'numbers',
    marks,
    ends: [`${first} – ${lowLabel ?? low}`, `${last} – ${highLabel ?? high}`],
  };
}
