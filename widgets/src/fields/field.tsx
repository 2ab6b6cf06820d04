import type { AnswerValue, Question } from '@handrail/sdk/protocol';
import type { Strings } from '../strings.ts';
import { ANSWER, readTyped } from './form.ts';
import { OptionsField, readChosen } from './options.tsx';
import { ScaleField } from './scale.tsx';
import { TextField } from './text.tsx';

/** The inputs of one question, named by its title. They keep their own state; a form around them submits it. */
export function Field({ question, strings }: { question: Question; strings: Strings }) {
  switch (question.type) {
    case 'likert':
      return <OptionsField {...question} options={strings.agreement} strings={strings} />;
    case 'choice':
    case 'multiple_choice':
      return <OptionsField {...question} strings={strings} />;
    case 'text':
      return <TextField question={question} />;
    default:
      return <ScaleField question={question} strings={strings} />;
  }
}

/** What the submitted form says, or `null` where it says nothing. */
export function readAnswer(question: Question, form: FormData): AnswerValue | null {
  const answer = readTyped(form, ANSWER);
  if (answer === null) return null;
  switch (question.type) {
    case 'text':
    case 'thumbs':
      return answer;
    case 'likert':
      return Number(answer) + 1;
    case 'choice':
      return readChosen(question.options, form)[0] ?? null;
    case 'multiple_choice':
      return readChosen(question.options, form);
    default:
      return Number(answer);
  }
}
