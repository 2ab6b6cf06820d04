import { Questions, type QuestionsProps } from './questions.tsx';
import { strings } from './strings.ts';

/** Says how far along the visitor is. */
export function Survey(props: QuestionsProps) {
  return (
    <Questions
      {...props}
      kicker={(step, steps) => (steps > 1 ? strings.step(step, steps) : strings.question)}
    />
  );
}
