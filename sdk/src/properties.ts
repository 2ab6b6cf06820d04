import type { CountDrop } from './drops.ts';
import { writeJson } from './json.ts';
import type { Properties } from './message.ts';
import type { JsonObject, JsonValue } from './protocol.ts';

/** UTF-8 bytes of all properties of a message together: what is left of its 32 KB is room for its context. */
const MAX_PROPERTIES_BYTES = 24 * 1024;
/** Objects in one property. Frameworks hang whole trees on what looks like a value: an element, a reactive proxy. */
const MAX_OBJECTS = 2_000;
/** With the message and its properties these make the ten levels that the wire allows. */
const MAX_LEVELS = 8;

/**
 * A copy of what the host told, so that nothing it does later shows, with every text passed through `toText`.
 * A property that cannot be written, or that no longer fits, is left out and counted: it does not cost the rest.
 */
export function copyProperties(
  properties: Properties,
  toText: (text: string) => string,
  countDrop: CountDrop,
): JsonObject {
  let room = MAX_PROPERTIES_BYTES;
  const copies: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(properties)) {
    try {
      const copy = copyOf(value, toText);
      const bytes = new TextEncoder().encode(writeJson(copy)).length;
      if (bytes > room) {
        countDrop('property_too_large');
      } else {
        room -= bytes;
        copies.push([name, copy]);
      }
    } catch {
      countDrop('property_not_serializable');
    }
  }
  return Object.fromEntries(copies);
}

/** By hand, and not by way of JSON: `toJSON` on a host's arrays, and circles, would have the last word. */
function copyOf(given: unknown, toText: (text: string) => string): JsonValue {
  let objects = 0;
  const copy = (value: unknown, level: number): unknown => {
    if (typeof value === 'string') return toText(value);
    if (typeof value === 'bigint') throw value;
    if (typeof value !== 'object' || value === null) return value;
    if (level > MAX_LEVELS || ++objects > MAX_OBJECTS) throw value;
    if (Array.isArray(value)) return value.map((each) => copy(each, level + 1));
    if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), level + 1);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copy(each, level + 1)]));
  };
  return copy(given, 1) as JsonValue;
}
