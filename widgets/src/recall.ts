const PIECE = /\{\{\s*([^{}|]+?)\s*(?:\|([^{}]*))?\}\}/g;

/**
 * Fills each `{{name|what to say without one}}` of a text in, once: what is filled in is not looked at again.
 * Only texts and numbers are, and lists of them.
 */
export function recall(text: string, valueFor: (name: string) => unknown): string {
  return text.replace(PIECE, (_, name: string, otherwise = '') => {
    const value = valueFor(name);
    if (Array.isArray(value)) return value.join(', ');
    return (typeof value === 'string' && value) || typeof value === 'number' ? `${value}` : otherwise;
  });
}
