import { getCookie } from 'hono/cookie';
import type { MiddlewareHandler } from 'hono/types';
import { hashOf } from '../keys.ts';
import { Problem } from '../problem.ts';
import type { KeyKind } from '../store/store.ts';
import type { Env, HandrailContext, Services } from './context.ts';

export const SESSION_COOKIE = 'handrail_session';

/** The key of a request: HTTP Basic user name, Bearer, or `bodyKey`. */
export async function keyOf(
  c: HandrailContext,
  { store }: Services,
  bodyKey?: string,
): Promise<{ siteId: number; kind: KeyKind }> {
  const key = keyInHeader(c.req.header('authorization')) ?? bodyKey;
  if (!key) {
    throw new Problem(401, 'missing_key', 'writeKey: expected a key, as HTTP Basic user name or in the body');
  }
  const found = await store.sites.findKey(hashOf(key));
  if (!found) throw new Problem(401, 'wrong_key', 'writeKey: no such key');
  return found;
}

function keyInHeader(header: string | undefined): string | undefined {
  const [scheme, credentials] = header?.split(' ', 2) ?? [];
  if (!scheme || !credentials) return undefined;
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  return Buffer.from(credentials, 'base64').toString().split(':', 1)[0] || undefined;
}

/** Lets in the owner: a secret key as Bearer, or the dashboard's session cookie from the dashboard's own page. */
export function ownerOnly(services: Services): MiddlewareHandler<Env> {
  return async (c, next) => {
    c.set('siteId', await ownerSite(c, services));
    c.header('Cache-Control', 'no-store');
    await next();
  };
}

async function ownerSite(c: HandrailContext, services: Services): Promise<number> {
  if (c.req.header('authorization')) {
    const { siteId, kind } = await keyOf(c, services);
    if (kind === 'secret') return siteId;
    throw new Problem(
      403,
      'wrong_kind_of_key',
      'this needs a secret key (sk_…); a write key may only record',
    );
  }
  const session = getCookie(c, SESSION_COOKIE);
  if (!session) throw new Problem(401, 'missing_key', 'expected `Authorization: Bearer sk_…`');
  refuseOtherSites(c);
  const siteId = await services.store.sites.findDashboardSession(hashOf(session), services.now());
  if (siteId === null) throw new Problem(401, 'wrong_key', 'the session has ended');
  return siteId;
}

/** A cookie goes along by itself: only our own page may use it to change something. */
export function refuseOtherSites(c: HandrailContext): void {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return;
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const isOwn = site ? site === 'same-origin' : !origin || URL.parse(origin)?.host === c.req.header('host');
  if (!isOwn) throw new Problem(403, 'cross_site', 'another site may not use the dashboard session');
}
