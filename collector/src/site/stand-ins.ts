import type { JsonValue } from '@handrail/sdk/protocol';
import { type Variables, variablesIn } from './document.ts';

/**
 * Something for each `${HANDRAIL_…}` of a document, so that it can be checked where its variables are not set, as on a
 * developer's machine. Where one is a signing secret it looks like one; anywhere else it will do as a port or a name.
 */
export function standInsFor(document: JsonValue): Variables {
  const secrets = new Set(variablesIn(secretsIn(document)));
  return Object.fromEntries(
    variablesIn(document).map((name) => [name, secrets.has(name) ? `whsec_${'A'.repeat(32)}` : '8080']),
  );
}

function secretsIn(node: JsonValue): JsonValue[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, child]: [string, JsonValue]) =>
    key === 'secret' ? [child] : secretsIn(child),
  );
}
