export interface Tally<Key> {
  add(key: Key): void;
  /** The most frequent first. */
  all(): { key: Key; count: number }[];
}

/** @param nameOf tells keys apart. [nameOf=the key as text] */
export function createTally<Key>(nameOf: (key: Key) => string = String): Tally<Key> {
  const counts = new Map<string, { key: Key; count: number }>();
  return {
    add(key) {
      const name = nameOf(key);
      counts.set(name, { key, count: (counts.get(name)?.count ?? 0) + 1 });
    },
    all: () => [...counts.values()].sort((a, b) => b.count - a.count),
  };
}
