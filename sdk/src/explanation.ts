import type { PromptDecision } from './prompts/index.ts';
import type { Drops } from './protocol.ts';

/** Why the SDK did what it did, since the page loaded. */
export interface Explanation {
  /** How many touchpoints were dropped, by reason. */
  drops: Readonly<Drops>;
  /** The last twenty decisions about prompts, oldest first. */
  prompts: readonly PromptDecision[];
}

export interface ExplanationLog {
  addDecision(decision: PromptDecision): void;
  explanation: Explanation;
}

const MAX_DECISIONS = 20;

export function createExplanationLog(drops: Readonly<Drops>): ExplanationLog {
  const prompts: PromptDecision[] = [];
  return {
    addDecision(decision) {
      prompts.push(decision);
      if (prompts.length > MAX_DECISIONS) prompts.shift();
    },
    explanation: { drops, prompts },
  };
}
