import type { PromptDecisionCounts, PromptReason } from '../protocol.ts';

/** How it stands with one prompt on this page, or this route of it. */
export interface PromptDecision {
  promptId: string;
  shown: boolean;
  reason: PromptReason;
  /** ISO 8601. */
  since: string;
}

/** Every decision about a prompt is shown by `explain()`, counted by its reason, and told to the collector once. */
export interface DecisionLedger {
  /** How it stands, before anything is decided. */
  expect(promptId: string, reason: PromptReason): void;
  /** It is decided. */
  settle(promptId: string, reason: PromptReason): void;
  /** What the collector has not been told, which the caller now tells; `undefined` where there is nothing. */
  takeUntold(): PromptDecisionCounts | undefined;
  /** It could not be told. */
  putBack(counts: PromptDecisionCounts | undefined): void;
}

/** @param decisions kept up to date in place, in the order in which the prompts come up first */
export function createDecisionLedger(decisions: PromptDecision[]): DecisionLedger {
  let untold: PromptDecisionCounts | undefined;

  function count(promptId: string, reason: PromptReason, times: number) {
    untold ??= {};
    untold[promptId] ??= {};
    const counts = untold[promptId];
    counts[reason] = (counts[reason] ?? 0) + times;
  }

  function expect(promptId: string, reason: PromptReason) {
    const known = decisions.find((decision) => decision.promptId === promptId);
    if (known?.reason === reason) return;
    const decision = { promptId, shown: reason === 'shown', reason, since: new Date().toISOString() };
    if (known) Object.assign(known, decision);
    else decisions.push(decision);
  }

  return {
    expect,
    settle(promptId, reason) {
      count(promptId, reason, 1);
      expect(promptId, reason);
    },
    takeUntold() {
      const taken = untold;
      untold = undefined;
      return taken;
    },
    putBack(counts = {}) {
      for (const [promptId, reasons] of Object.entries(counts)) {
        for (const [reason, times] of Object.entries(reasons)) count(promptId, reason as PromptReason, times);
      }
    },
  };
}
