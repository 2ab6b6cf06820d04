const NOT_TYPED_INTO = /^(button|checkbox|color|file|image|radio|range|reset|submit)$/;

/** Whether the visitor is in a field, of the page or of a component's shadow root. */
export function isTyping(): boolean {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  if (!active) return false;
  const { localName, type, isContentEditable } = active as HTMLInputElement;
  return isContentEditable || (/^(input|select|textarea)$/.test(localName) && !NOT_TYPED_INTO.test(type));
}

/** Whether the host shows a dialog. Many keep theirs in the page, unseen: those have no box. */
export function hasOpenDialog(): boolean {
  const dialogs = document.querySelectorAll('dialog[open], [aria-modal="true"]');
  return [...dialogs].some((dialog) => dialog.getClientRects().length > 0);
}

/** Whether the page has this place of its own for messages, with room for one, as the widgets need it. */
export function hasSlot(name: string): boolean {
  const slot = document.querySelector<HTMLElement>(`[data-handrail-slot="${CSS.escape(name)}"]`);
  return slot !== null && slot.offsetWidth > 0 && slot.offsetHeight > 0;
}
