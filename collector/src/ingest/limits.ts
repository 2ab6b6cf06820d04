import { MAX_MESSAGE_BYTES, MAX_MESSAGE_DEPTH } from '@handrail/sdk/protocol';

/**
 * Makes parsed JSON safe to walk, spread and store: refuses what is too deep, and removes own `__proto__` keys,
 * which an assignment further on would turn into a prototype. Iterative, since JSON.parse takes nesting that would
 * overflow the stack of anything recursive.
 *
 * @returns whether it is no deeper than the limit, `value` itself being the first level
 */
export function tame(value: unknown, maxDepth: number = MAX_MESSAGE_DEPTH): boolean {
  const open: { node: unknown; depth: number }[] = [{ node: value, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, depth } = next;
    if (typeof node !== 'object' || node === null) continue;
    if (depth > maxDepth) return false;
    if (Object.hasOwn(node, '__proto__')) Reflect.deleteProperty(node, '__proto__');
    for (const child of Object.values(node)) {
      if (typeof child === 'object' && child !== null) open.push({ node: child, depth: depth + 1 });
    }
  }
  return true;
}

/** @param bodyBytes of the request it came in, which spares measuring the messages of a small one */
export function isTooLarge(message: unknown, bodyBytes: number): boolean {
  return bodyBytes > MAX_MESSAGE_BYTES && Buffer.byteLength(JSON.stringify(message)) > MAX_MESSAGE_BYTES;
}
