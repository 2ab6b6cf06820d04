import type { PageLifecycle } from '../page-lifecycle.ts';
import type { Cart, PageContext, Prompt, PromptProperties, PromptsDocument } from '../protocol.ts';
import type { KeyValueStorage } from '../storage.ts';
import type { TouchpointLog } from '../touchpoint-log.ts';
import { type Eligibility, eligibility, type IneligibleReason } from './eligibility.ts';
import { factsOf } from './facts.ts';
import { addAnswer, addShown, readHistory } from './history.ts';
import { type PromptTouchpoint, show } from './show.ts';
import { hasOpenDialog, isTyping } from './surroundings.ts';
import { watch } from './triggers/index.ts';
import type { Widgets } from './widgets.ts';

export interface PromptCapabilities {
  document: PromptsDocument;
  storage: KeyValueStorage;
  touchpoints: TouchpointLog;
  lifecycle: PageLifecycle;
  loadWidgets(): Promise<Widgets>;
  record(name: PromptTouchpoint, properties: PromptProperties): void;
  page(): PageContext;
  cart(): Cart | null;
  /** What the host told of the person on this page. */
  traits(): Record<string, unknown>;
  sessionId(now: number): string;
  /** Called with each decision, so that it can be explained. */
  onDecision(decision: PromptDecision): void;
}

/** A trigger fired for this prompt: was it shown, and why not? */
export type PromptDecision = { promptId: string; at: number } & Eligibility;
export type { IneligibleReason };

/**
 * Watches the triggers of the site's prompts, and of those that fire shows the first eligible one.
 * Returns how to stop, which also takes away a prompt that is being shown.
 */
export function startPrompts(capabilities: PromptCapabilities): () => void {
  const { document: site, storage, touchpoints, lifecycle, onDecision } = capabilities;
  /** From the decision to show one until it has ended. */
  let current: Prompt | undefined;
  let unmount: (() => void) | undefined;
  let isStopped = false;

  function decide(prompt: Prompt, now: number): Eligibility {
    const { page, cart, traits, sessionId } = capabilities;
    const history = readHistory(storage);
    const known = { page: page(), cart: cart(), traits: traits(), touchpoints: touchpoints.all(), history };
    const situation = {
      facts: factsOf(known, now),
      cart: known.cart,
      history,
      sessionId: sessionId(now),
      otherPrompt: current !== undefined && current !== prompt,
      hidden: document.hidden,
      typing: isTyping(),
      dialogOpen: hasOpenDialog(),
    };
    return eligibility(prompt, situation, site.contactBudget ?? {}, now);
  }

  function consider(prompt: Prompt) {
    if (isStopped || current === prompt) return;
    const now = Date.now();
    const decision = decide(prompt, now);
    onDecision({ promptId: prompt.id, at: now, ...decision });
    if (!decision.eligible) return;
    current = prompt;
    void show(prompt, {
      ...capabilities,
      isStillEligible: () => !isStopped && decide(prompt, Date.now()).eligible,
      onShown(takeOff) {
        unmount = takeOff;
        const at = Date.now();
        addShown({ promptId: prompt.id, sessionId: capabilities.sessionId(at), at, answers: {} }, storage);
      },
      onAnswer: (questionId, value) => addAnswer(questionId, value, storage),
      onOver() {
        current = undefined;
      },
    });
  }

  // In the order of the document, so that at one and the same moment the first eligible prompt wins.
  const stops = site.prompts.map((prompt) =>
    watch(prompt.on, () => consider(prompt), { touchpoints, lifecycle }),
  );
  return () => {
    isStopped = true;
    for (const stop of stops) stop();
    unmount?.();
  };
}
