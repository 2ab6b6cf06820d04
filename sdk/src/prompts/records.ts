import type { Memory, PromptMemory } from './memory.ts';

const NEVER: Readonly<PromptMemory> = { shown: 0, lastShownAt: 0, answeredAt: 0, dismissedAt: 0, arm: null };

/** What this browser notes of a prompt, to be changed. */
export function ownRecord({ prompts }: Memory, promptId: string): PromptMemory {
  prompts[promptId] ??= { ...NEVER };
  return prompts[promptId];
}

/**
 * What became of a prompt with this person: here, and as the collector knows, on any of their devices. Of what both
 * know, the later counts. An arm is the collector's: the person may have been here as somebody unknown.
 */
export function recordOf(memory: Memory, promptId: string): PromptMemory {
  const own = memory.prompts[promptId] ?? NEVER;
  const told = memory.lead?.prompts[promptId];
  if (!told) return own;
  const later = (time: number, iso: string | null) => (iso ? Math.max(time, timeHere(memory, iso)) : time);
  return {
    shown: Math.max(own.shown, told.shown),
    lastShownAt: later(own.lastShownAt, told.lastShownAt),
    answeredAt: later(own.answeredAt, told.answeredAt),
    dismissedAt: later(own.dismissedAt, told.dismissedAt),
    arm: told.arm ?? own.arm,
  };
}

/** A time of the collector's by this browser's clock. */
export function timeHere({ lead, leadAt = 0 }: Memory, iso: string): number {
  return Date.parse(iso) - Date.parse(lead?.now ?? iso) + leadAt;
}
