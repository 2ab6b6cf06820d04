import { Questions, type QuestionsProps } from './questions.tsx';
import { strings } from './strings.ts';

/** For someone on the way out: says so, and doesn't count questions. */
export function ExitPoll(props: QuestionsProps) {
  return <Questions {...props} kicker={() => strings.beforeYouGo} />;
}
