import type { Properties } from '../message.ts';

/**
 * Listens to the GA4 data layer, in both of its dialects: Tag Manager's `push({ event, ecommerce })` and gtag's
 * `push(arguments)` with `event`, a name and parameters. Starts with what was pushed before.
 *
 * Makes the array where there is none yet, as the snippets of Google do, so that the order of tags does not matter.
 */
export function watchDataLayer(name: string, onEvent: (event: string, ecommerce: Properties) => void): void {
  const host = window as unknown as Record<string, unknown>;
  host[name] ??= [];
  const layer = host[name];
  if (!Array.isArray(layer)) return;

  const see = (entry: unknown) => {
    try {
      const [event, ecommerce] = readEntry(entry);
      if (typeof event === 'string' && typeof ecommerce === 'object' && ecommerce !== null) {
        onEvent(event, ecommerce as Properties);
      }
    } catch {
      // A getter of the host's that throws is no reason to break its push.
    }
  };

  layer.forEach(see);
  const push = layer.push;
  layer.push = function (this: unknown, ...entries: unknown[]) {
    const result = push.apply(this as unknown[], entries);
    entries.forEach(see);
    return result;
  };
}

function readEntry(entry: unknown): [event?: unknown, ecommerce?: unknown] {
  if (typeof entry !== 'object' || entry === null) return [];
  const [command, event, parameters] = 'length' in entry ? Array.from(entry as ArrayLike<unknown>) : [];
  if (command === 'event') return [event, parameters];
  const { event: name, ecommerce } = entry as { event?: unknown; ecommerce?: unknown };
  return [name, ecommerce];
}
