import type { CountDrop, Drops } from './drops.ts';
import type { PromptDecision } from './prompts/index.ts';

/** Why the SDK did what it did, since the page loaded. */
export interface Explanation {
  /** How many touchpoints were dropped, by reason. */
  drops: Readonly<Drops>;
  /** The last twenty decisions about prompts, oldest first. */
  prompts: readonly PromptDecision[];
}

export interface ExplanationLog {
  countDrop: CountDrop;
  addDecision(decision: PromptDecision): void;
  explanation: Explanation;
}

const MAX_DECISIONS = 20;

export function createExplanationLog(): ExplanationLog {
  const drops: Drops = {};
  const prompts: PromptDecision[] = [];
  return {
    countDrop(reason, count = 1) {
      if (count > 0) drops[reason] = (drops[reason] ?? 0) + count;
    },
    addDecision(decision) {
      prompts.push(decision);
      if (prompts.length > MAX_DECISIONS) prompts.shift();
    },
    explanation: { drops, prompts },
  };
}
