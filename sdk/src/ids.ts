/**
 * UUIDv7 (RFC 9562, section 5.7): sorts by time, so the outbox keeps its order and the collector's index
 * stays dense. `crypto.randomUUID` does not exist on `http://` pages; `getRandomValues` does.
 */
export type NewId = (now: number) => string;

export function createIdSource(): NewId {
  let lastMs = 0;
  return (now) => {
    // Two ids in one millisecond would sort at random: the later one borrows the next (RFC 9562, section 6.2).
    lastMs = Math.max(now, lastMs + 1);
    const time = lastMs.toString(16).padStart(12, '0');
    let random = '';
    for (const byte of crypto.getRandomValues(new Uint8Array(9)))
      random += byte.toString(16).padStart(2, '0');
    // 7 is the version; 8, 9, a or b is the variant.
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6)}`;
  };
}
