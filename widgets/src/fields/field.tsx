import type { AnswerValue, Question } from '@handrail/sdk/protocol';
import { ChoiceField, readChoice } from './choice.tsx';
import { NpsField, readNps } from './nps.tsx';
import { readText, TextField } from './text.tsx';

/** The inputs of one question, named by its text. They keep their own state; a form around them submits it. */
export function Field({ question }: { question: Question }) {
  switch (question.type) {
    case 'nps':
      return <NpsField question={question} />;
    case 'choice':
      return <ChoiceField question={question} />;
    case 'text':
      return <TextField question={question} />;
    default:
      return null;
  }
}

/** What the submitted form says, or `null` where the visitor skipped the question. */
export function readAnswer(question: Question, form: FormData): AnswerValue | null {
  switch (question.type) {
    case 'nps':
      return readNps(form);
    case 'choice':
      return readChoice(question, form);
    case 'text':
      return readText(form);
    default:
      return null;
  }
}
