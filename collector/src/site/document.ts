/**
 * A site's configuration as its owner wrote it, and as it is stored: `${HANDRAIL_…}` stands in its texts for a
 * variable of the collector's environment, which is filled in when it is used, and never stored or told.
 */
import type { JsonObject, JsonValue } from '@handrail/sdk/protocol';
import { checkSite, type SiteCheck, type SiteProblem } from './check.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

const VARIABLE = /\$\{(HANDRAIL_[A-Z0-9_]+)\}/g;
/** The collector's own secrets: who may publish a document must not read them by naming them in a prompt. */
const OWN_SECRETS = ['HANDRAIL_SECRET_KEY', 'HANDRAIL_SMTP_URL'];
/** Far more than any condition needs, and far less than what overflows the stack. */
const MAX_DEPTH = 60;

/** The site that a document describes where these variables are set. */
export function readDocument(document: unknown, variables: Variables): SiteCheck {
  if (isDeeperThan(document, MAX_DEPTH)) {
    return { ok: false, problems: [{ path: '', message: `nested deeper than ${MAX_DEPTH} levels` }] };
  }
  const problems: SiteProblem[] = [];
  const filledIn = fillIn(document, variables, '', problems);
  return problems.length > 0 ? { ok: false, problems } : checkSite(filledIn);
}

function fillIn(node: unknown, variables: Variables, path: string, problems: SiteProblem[]): unknown {
  if (typeof node === 'string') {
    return node.replace(VARIABLE, (whole, name: string) => {
      const value = OWN_SECRETS.includes(name) ? undefined : variables[name];
      if (value === undefined) problems.push({ path, message: missing(name) });
      return value ?? whole;
    });
  }
  if (Array.isArray(node)) {
    return node.map((each, index) => fillIn(each, variables, `${path}[${index}]`, problems));
  }
  if (typeof node !== 'object' || node === null) return node;
  // By entries: an own `__proto__` must stay one, for the check to refuse it.
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [
      key,
      fillIn(child, variables, path === '' ? key : `${path}.${key}`, problems),
    ]),
  );
}

const missing = (name: string) =>
  OWN_SECRETS.includes(name)
    ? `${name} is the collector's own secret, and no document may name it`
    : `needs the environment variable ${name}, which the collector does not have`;

/** Names of the variables that a document needs. */
export function variablesIn(document: unknown): string[] {
  const names = [...JSON.stringify(document ?? null).matchAll(VARIABLE)].map(([, name = '']) => name);
  return [...new Set(names)].sort();
}

/** Stands for a secret that is stored as such: on the way out in its place, on the way in "as it was". */
const KEPT_SECRET = '(kept)';

/** A stored document as its owner may see it. A secret that names a variable tells nothing, and stays. */
export function withoutSecrets(document: JsonObject): JsonObject {
  return mapSecrets(document, (secret) => (isVariable(secret) ? secret : KEPT_SECRET));
}

/** What came back from `withoutSecrets`, with the secrets that the stored one has. */
export function withKeptSecrets(document: JsonObject, stored: JsonObject): JsonObject {
  return mapSecrets(document, (secret, place) =>
    secret === KEPT_SECRET ? (secretAt(stored, place) ?? secret) : secret,
  );
}

const isVariable = (secret: string) => secret.replace(VARIABLE, '') === '';

/** A stored secret by its place in the document, such as `['endpoints', 'crm', 'headers', 'Authorization']`. */
function secretAt(stored: JsonObject, place: readonly string[]): string | undefined {
  let node: JsonValue | undefined = stored;
  for (const key of place) node = isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  return typeof node === 'string' ? node : undefined;
}

/** What signs an endpoint's deliveries, and what opens its door. */
function mapSecrets(
  document: JsonObject,
  map: (secret: string, place: readonly string[]) => string,
): JsonObject {
  const mapTexts = (node: JsonObject, place: string[], isSecret: (key: string) => boolean): JsonObject =>
    Object.fromEntries(
      Object.entries(node).map(([key, value]) => [
        key,
        typeof value === 'string' && isSecret(key) ? map(value, [...place, key]) : value,
      ]),
    );
  const { endpoints } = document;
  if (!isObject(endpoints)) return document;
  const mapped = Object.entries(endpoints).map(([name, endpoint]) => {
    if (!isObject(endpoint)) return [name, endpoint];
    const place = ['endpoints', name];
    const own = mapTexts(endpoint, place, (key) => key === 'secret' || key === 'previousSecret');
    const { headers } = own;
    return [
      name,
      isObject(headers) ? { ...own, headers: mapTexts(headers, [...place, 'headers'], () => true) } : own,
    ];
  });
  return { ...document, endpoints: Object.fromEntries(mapped) as JsonObject };
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Iterative, since JSON.parse takes nesting that would overflow the stack of anything recursive. */
function isDeeperThan(value: unknown, maxDepth: number): boolean {
  const open: { node: unknown; depth: number }[] = [{ node: value, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, depth } = next;
    if (typeof node !== 'object' || node === null) continue;
    if (depth > maxDepth) return true;
    for (const child of Object.values(node)) open.push({ node: child, depth: depth + 1 });
  }
  return false;
}
