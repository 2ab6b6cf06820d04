import type { Question } from '@handrail/sdk/protocol';

/** Whole numbers from `lowest` to `highest`, both included; `undefined` for a question that is not answered by one. */
export const SCALES: { [type in Question['type']]: { lowest: number; highest: number } | undefined } = {
  nps: { lowest: 0, highest: 10 },
  csat: { lowest: 1, highest: 5 },
  ces: { lowest: 1, highest: 7 },
  likert: { lowest: 1, highest: 5 },
  thumbs: undefined,
  choice: undefined,
  multiple_choice: undefined,
  text: undefined,
};
