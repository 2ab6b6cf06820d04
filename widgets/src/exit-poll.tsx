import { Questions, type QuestionsProps } from './questions.tsx';

/** For someone on the way out: says so, and doesn't count questions. */
export function ExitPoll(props: QuestionsProps) {
  return <Questions {...props} kicker={() => props.strings.beforeYouGo} />;
}
