/** The way through the questions of a prompt, by positions; the number of questions is the end. */

import type { AnswerTest, AnswerValue, Branch, Question } from '@handrail/sdk/protocol';

/** The position after the question at `at`. `answer` is null where it was skipped. */
export function nextPosition(questions: Question[], at: number, answer: AnswerValue | null): number {
  const branch = questions[at]?.next?.find(({ if: test }) => !test || fits(test, answer));
  return branch ? target(questions, at, branch) : at + 1;
}

/** How many questions may still be asked at most, that at `at` being the first of them. */
export function longestWay(questions: Question[], at: number): number {
  const lengths: number[] = [];
  for (let from = questions.length - 1; from >= at; from--) {
    const branches = questions[from]?.next ?? [];
    const targets = branches.map((branch) => target(questions, from, branch));
    if (branches.every((branch) => branch.if)) targets.push(from + 1);
    lengths[from] = 1 + Math.max(...targets.map((to) => lengths[to] ?? 0));
  }
  return lengths[at] ?? 0;
}

/** A way back, or to a question that is not there, leads to the end: nobody shall walk in circles. */
function target(questions: Question[], at: number, { to }: Branch): number {
  const position = questions.findIndex(({ id }) => id === to);
  return position > at ? position : questions.length;
}

function fits(test: AnswerTest, answer: AnswerValue | null): boolean {
  if ('skipped' in test) return answer === null;
  if ('option' in test) return Array.isArray(answer) ? answer.includes(test.option) : answer === test.option;
  const { gte = -Infinity, gt = -Infinity, lte = Infinity, lt = Infinity } = test;
  return typeof answer === 'number' && answer >= gte && answer > gt && answer <= lte && answer < lt;
}
