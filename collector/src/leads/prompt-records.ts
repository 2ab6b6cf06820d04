/** What a lead remembers of the prompts it has met: enough for the contact budget and for what it answered. */
import type { PromptArm } from '@handrail/sdk/protocol';
import { MAX_CONTACTS_PER_WEEK } from '../site/limits.ts';
import type { Site } from '../site/schema.ts';
import { withAnswer } from './answers.ts';
import { remember } from './memory.ts';
import type { LeadState } from './state.ts';
import type { Touchpoint } from './touchpoint.ts';

/** As `PromptRecord` of the wire; times in milliseconds UTC. */
export interface PromptMemory {
  shown: number;
  lastShownAt: number | null;
  answeredAt: number | null;
  dismissedAt: number | null;
  arm: PromptArm | null;
}

export const WEEK_MS = 7 * 86_400_000;
export const NO_MEMORY: PromptMemory = {
  shown: 0,
  lastShownAt: null,
  answeredAt: null,
  dismissedAt: null,
  arm: null,
};

/** Of prompts that the site has: a public key could otherwise make a lead grow without end. */
export function withPrompt(
  lead: LeadState,
  touchpoint: Touchpoint,
  site: Site,
): Partial<Pick<LeadState, 'answers' | 'prompts' | 'promptContacts'>> {
  const { promptId } = touchpoint.properties;
  if (typeof promptId !== 'string' || !site.prompts.some(({ id }) => id === promptId)) return {};
  const known = Object.hasOwn(lead.prompts, promptId) ? lead.prompts[promptId] : undefined;
  const next = after(known ?? NO_MEMORY, touchpoint);
  if (!next) return {};
  return {
    prompts: { ...lead.prompts, [promptId]: next },
    ...(touchpoint.name === 'prompt_answered' && { answers: withAnswer(lead.answers, touchpoint, site) }),
    ...(touchpoint.name === 'prompt_shown' && { promptContacts: withContact(lead, touchpoint.at) }),
  };
}

/** Late ones change nothing that is later: the order of arrival does not matter. */
function after(known: PromptMemory, { name, at }: Touchpoint): PromptMemory | undefined {
  switch (name) {
    case 'prompt_shown':
      return {
        ...known,
        shown: known.shown + 1,
        lastShownAt: Math.max(known.lastShownAt ?? at, at),
        arm: known.arm ?? 'shown',
      };
    case 'prompt_answered':
    case 'prompt_completed':
    case 'prompt_acted':
      return { ...known, answeredAt: Math.max(known.answeredAt ?? at, at) };
    case 'prompt_dismissed':
      return { ...known, dismissedAt: Math.max(known.dismissedAt ?? at, at) };
    // Who was held out on one device is held out on all, whatever another one has shown before they met.
    case 'prompt_held_out':
      return { ...known, arm: 'holdout' };
    default:
      return undefined;
  }
}

function withContact({ promptContacts }: LeadState, at: number): number[] {
  const contacts = remember(promptContacts, at, MAX_CONTACTS_PER_WEEK);
  const [latest = at] = contacts;
  return contacts.filter((each) => latest - each < WEEK_MS);
}
