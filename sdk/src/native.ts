/** Whether the browser's own function is still there; a page may have put another in its place. */
export function isNative(method: unknown): boolean {
  return /\[native code\]/.test(String(method));
}
