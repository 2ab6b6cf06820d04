type Json = Pick<typeof JSON, 'parse' | 'stringify'>;

/** What of `JSON` is used here. The methods themselves: the page may replace them yet. */
export const json: Json = { parse: JSON.parse, stringify: JSON.stringify };

/** Takes another one, where the page has replaced its own already. */
export function useJson({ parse, stringify }: Json): void {
  json.parse = parse;
  json.stringify = stringify;
}

/** Plain data as JSON, whatever the page has made of its prototypes. Throws as `JSON.stringify` does. */
export function writeJson(value: unknown): string {
  return json.stringify(value, asItIs);
}

/** Throws as `JSON.parse` does. */
export function readJson(text: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  return json.parse(text, reviver);
}

/**
 * As it is, and not what a `toJSON` makes of it: Prototype.js before 1.7 gives arrays and texts one that writes them
 * twice (https://stackoverflow.com/q/710586).
 */
function asItIs(this: Record<string, unknown>, key: string): unknown {
  return this[key];
}
