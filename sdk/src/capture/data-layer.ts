import type { Properties } from '../message.ts';

/**
 * The commerce event in an entry of the GA4 data layer, in either of its dialects: Tag Manager's
 * `push({ event, ecommerce })` and gtag's `push(arguments)` with `event`, a name and parameters.
 */
export function readEvent(entry: unknown): { name: string; ecommerce: Properties } | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const [command, event, parameters] = 'length' in entry ? Array.from(entry as ArrayLike<unknown>) : [];
  const pushed = entry as { event?: unknown; ecommerce?: unknown };
  const [name, ecommerce] = command === 'event' ? [event, parameters] : [pushed.event, pushed.ecommerce];
  return typeof name === 'string' && typeof ecommerce === 'object' && ecommerce !== null
    ? { name, ecommerce: ecommerce as Properties }
    : undefined;
}
