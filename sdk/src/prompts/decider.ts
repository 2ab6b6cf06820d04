import { holds } from '../condition.ts';
import type { Condition, Prompt, PromptReason } from '../protocol.ts';
import type { PromptCapabilities } from './capabilities.ts';
import { eligibility } from './eligibility.ts';
import { factsOf } from './facts.ts';
import type { MemoryStore } from './memory.ts';
import { hasOpenDialog, hasSlot, isTyping } from './surroundings.ts';

export interface Decider {
  decide(prompt: Prompt, otherPrompt: boolean): { reason: PromptReason; isUpToLead: boolean };
  /** Whether it is certain to hold now. */
  holds(condition: Condition): boolean;
}

/** Looks at the page, the person and the clock, each time anew. */
export function createDecider(parts: PromptCapabilities & { memory: MemoryStore }): Decider {
  const { document: site, page, cart, traits, consent, device, memory } = parts;

  function inquire(now: number) {
    const asked = { lead: false, unknown: false };
    const known = { page: page(), cart: cart(), traits: traits(), consent: consent(), device };
    const facts = factsOf({ ...known, memory: memory.read(now) }, now, (isKnown) => {
      asked.lead = true;
      asked.unknown ||= !isKnown;
    });
    const isCertain = (condition: Condition) => holds(condition, facts) && !asked.unknown;
    return { ...known, asked, holds: isCertain };
  }

  return {
    decide(prompt, otherPrompt) {
      const now = Date.now();
      const { asked, ...known } = inquire(now);
      const surroundings = {
        hasSlot,
        otherPrompt,
        hidden: document.hidden,
        typing: isTyping(),
        dialogOpen: hasOpenDialog(),
      };
      const reason = eligibility(prompt, { ...known, ...surroundings, memory: memory.read(now) }, site, now);
      // The collector may yet tell otherwise: of what has just been recorded, too.
      return { reason, isUpToLead: reason === 'condition' && asked.lead };
    },
    holds: (condition) => inquire(Date.now()).holds(condition),
  };
}
