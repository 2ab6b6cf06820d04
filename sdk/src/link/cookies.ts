import { readJson, writeJson } from '../json.ts';
import type { KeyValueStorage } from '../storage.ts';

/** The document. Not the Cookie Store API: it is asynchronous, and `http://` pages have none. */
export interface CookieJar {
  cookie: string;
}

const PREFIX = 'handrail_';
const MAX_AGE_SECONDS = 365 * 86_400;
/** What makes a visit one over several subdomains. */
const SHARED_KEYS = ['visitor', 'session', 'consent'];

/**
 * Keeps visitor, session and decision in cookies of the domain, and only there: what is withdrawn on one subdomain
 * must not live on in another's storage. Where the browser takes no cookies, `storage` goes on by itself.
 *
 * @param domain `auto` is the widest that the browser allows, which is the registrable domain
 */
export function shareOverSubdomains(
  storage: KeyValueStorage,
  domain: string,
  jar: CookieJar,
): KeyValueStorage {
  const attributes = attributesFor(domain, jar);
  if (attributes === undefined) return storage;

  const cookies: KeyValueStorage = {
    get<T>(key: string): T | undefined {
      const text = readCookie(PREFIX + key, jar);
      try {
        return text === undefined ? undefined : (readJson(decodeURIComponent(text)) as T);
      } catch {
        return undefined;
      }
    },
    set: (key, value) =>
      writeCookie(PREFIX + key, encodeURIComponent(writeJson(value)), MAX_AGE_SECONDS, attributes, jar),
    remove: (key) => writeCookie(PREFIX + key, '', 0, attributes, jar),
    clear() {
      SHARED_KEYS.forEach(cookies.remove);
      storage.clear();
    },
  };

  // Those who were here before the site asked for cookies stay who they are.
  for (const key of SHARED_KEYS) {
    const own = storage.get(key);
    if (own !== undefined && cookies.get(key) === undefined) cookies.set(key, own);
    storage.remove(key);
  }
  return cookies;
}

/** The attributes under which the browser takes a cookie for the domain; `undefined` where it takes none. */
function attributesFor(domain: string, jar: CookieJar): string | undefined {
  const secure = location.protocol === 'https:' ? ';secure' : '';
  const common = `;path=/;samesite=lax${secure}`;
  const candidates = domain === 'auto' ? suffixesOf(location.hostname) : [domain];
  // A host alone, such as `localhost` or an address, takes no domain.
  return [...candidates.map((each) => `;domain=${each}${common}`), common].find((each) => isTaken(each, jar));
}

/** `a.shop.example`: `example`, `shop.example`, `a.shop.example`. Browsers refuse public suffixes. */
function suffixesOf(hostname: string): string[] {
  const labels = hostname.split('.');
  return labels.map((_, index) => labels.slice(labels.length - 1 - index).join('.'));
}

function isTaken(attributes: string, jar: CookieJar): boolean {
  const name = `${PREFIX}probe`;
  writeCookie(name, '1', 10, attributes, jar);
  const taken = readCookie(name, jar) === '1';
  writeCookie(name, '', 0, attributes, jar);
  return taken;
}

function readCookie(name: string, jar: CookieJar): string | undefined {
  try {
    const start = `${name}=`;
    return jar.cookie
      .split('; ')
      .find((each) => each.startsWith(start))
      ?.slice(start.length);
  } catch {
    // A sandboxed iframe has none.
    return undefined;
  }
}

function writeCookie(name: string, value: string, maxAgeSeconds: number, attributes: string, jar: CookieJar) {
  try {
    jar.cookie = `${name}=${value};max-age=${maxAgeSeconds}${attributes}`;
  } catch {
    // As above.
  }
}
