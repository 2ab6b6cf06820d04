const NOT_TYPED_INTO = /^(button|checkbox|color|file|image|radio|range|reset|submit)$/;

/** Whether the visitor is in a field, of the page or of a component's shadow root. */
export function isTyping(): boolean {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  if (active instanceof HTMLInputElement) return !NOT_TYPED_INTO.test(active.type);
  return (
    active instanceof HTMLTextAreaElement ||
    active instanceof HTMLSelectElement ||
    (active instanceof HTMLElement && active.isContentEditable)
  );
}

/** Whether the host shows a dialog. Many keep theirs in the page, unseen: those have no box. */
export function hasOpenDialog(): boolean {
  const dialogs = document.querySelectorAll('dialog[open], [aria-modal="true"]');
  return [...dialogs].some((dialog) => dialog.getClientRects().length > 0);
}
