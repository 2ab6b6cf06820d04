/** The host calls this, directly or through an event: whatever fails of ours is not its problem. */
export function quietly<Arguments extends unknown[]>(
  action: (...given: Arguments) => void,
): (...given: Arguments) => void {
  return (...given) => {
    try {
      action(...given);
    } catch {
      // Nothing to be done here that could not fail as well.
    }
  };
}
