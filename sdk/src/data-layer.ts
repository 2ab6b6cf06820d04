/** A page's GA4 data layer, and which of its entries count. */
export interface DataLayer {
  entries: unknown[];
  /** Position of the first entry that counts: what was pushed before consent does not. */
  from: number;
}

/**
 * The array that the page calls so, made where there is none yet, as the snippets of Google do, so that the order
 * of tags does not matter. `undefined` where the page has something else there.
 */
export function dataLayerEntries(name: string): unknown[] | undefined {
  const host = window as unknown as Record<string, unknown>;
  host[name] ??= [];
  return Array.isArray(host[name]) ? host[name] : undefined;
}

/** Tells of each entry that counts, those already there first. Returns how to stop. */
export function watchDataLayer({ entries, from }: DataLayer, onEntry: (entry: unknown) => void): () => void {
  let isWatching = true;
  const see = (entry: unknown) => {
    try {
      if (isWatching) onEntry(entry);
    } catch {
      // A getter of the host's that throws is no reason to break its push.
    }
  };

  entries.slice(from).forEach(see);
  const push = entries.push;
  // Never put back: whoever wrapped it after us would be cut off.
  entries.push = function (this: unknown, ...added: unknown[]) {
    const length = push.apply(this as unknown[], added);
    added.forEach(see);
    return length;
  };
  return () => {
    isWatching = false;
  };
}
