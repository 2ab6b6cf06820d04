import { parseAccept } from 'hono/utils/accept';
import type { HandrailContext } from './context.ts';

/** The languages that a browser asks for, the best one first. What takes any (`*`) names none. */
export function acceptedLanguages(c: HandrailContext): string[] {
  const header = c.req.header('accept-language');
  if (!header) return [];
  return parseAccept(header.slice(0, MAX_HEADER_CHARS))
    .filter(({ type, q }) => type !== '*' && q > 0)
    .sort((a, b) => b.q - a.q)
    .map(({ type }) => type);
}

const MAX_HEADER_CHARS = 1_000;
