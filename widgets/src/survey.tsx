import { Questions, type QuestionsProps } from './questions.tsx';
import { recall } from './recall.ts';

/** Says how far along the visitor is. */
export function Survey(props: QuestionsProps) {
  const { question, step: stepOf } = props.strings;
  return (
    <Questions
      {...props}
      kicker={(step, steps) =>
        steps > 1 ? recall(stepOf, (name) => (name === 'step' ? step : steps)) : question
      }
    />
  );
}
