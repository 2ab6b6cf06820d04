/** A `ref` for an element that appears where the focused one went: focus would be lost. */
export const focus = (element: HTMLElement | null): void => element?.focus();
