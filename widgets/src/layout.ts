import type { Prompt } from '@handrail/sdk/protocol';

/** Where a prompt stands: in the window's corner, along its lower edge, before everything else, or in a slot of the page. */
export type Layout = 'card' | 'bar' | 'modal' | 'slot';

export type Place = { layout: Exclude<Layout, 'slot'> } | { layout: 'slot'; slot: HTMLElement };

/** `null`: it was for a slot, which this page has not got. */
export function placeFor(prompt: Prompt): Place | null {
  if (prompt.type !== 'message') return { layout: 'card' };
  if (!prompt.slot) return { layout: prompt.layout ?? 'card' };
  const { name, fallback } = prompt.slot;
  const slot = document.querySelector<HTMLElement>(`[data-handrail-slot="${CSS.escape(name)}"]`);
  // A slot that has no size before would have to grow, and push the page about.
  if (slot?.offsetWidth && slot.offsetHeight) return { layout: 'slot', slot };
  return fallback === 'none' ? null : { layout: fallback };
}
