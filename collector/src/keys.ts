import { createHash, randomBytes } from 'node:crypto';
import type { KeyKind } from './store/store.ts';

const PREFIXES: Record<KeyKind, string> = { write: 'pk_', secret: 'sk_' };

export const newKey = (kind: KeyKind): string => PREFIXES[kind] + randomBytes(24).toString('base64url');

/** Keys are looked up by their hash: what is stored opens nothing, and a comparison leaks nothing through its time. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Whether a person chose a key that can be told from the other kind, and is not a word. */
export function isUsableKey(kind: KeyKind, key: string): boolean {
  return key.startsWith(PREFIXES[kind]) && /^[\w-]{16,200}$/.test(key);
}
