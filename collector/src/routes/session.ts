/** The dashboard's session: a secret key is exchanged for a cookie that scripts can't read. */
import { randomBytes } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { hashOf } from '../keys.ts';
import { Problem } from '../problem.ts';
import { ownerOnly, refuseOtherSites, SESSION_COOKIE } from './auth.ts';
import type { Env, Services } from './context.ts';
import { answers } from './lists.ts';

const SESSION_SECONDS = 12 * 3_600;

const siteSchema = z.object({
  site: z.object({ name: z.string(), timezone: z.string(), currency: z.string() }),
});
const tags = ['Dashboard'];
const { 200: _, ...problems } = answers(siteSchema, '');

const signIn = createRoute({
  method: 'post',
  path: '/v1/session',
  tags,
  summary: 'Sign in with the secret key',
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: z.strictObject({ secretKey: z.string().max(300) }) } },
    },
  },
  responses: { 204: { description: 'Signed in; the cookie is set.' }, ...problems },
});
const current = createRoute({
  method: 'get',
  path: '/v1/session',
  tags,
  summary: 'The site that is signed in to',
  security: [{ secretKey: [] }],
  responses: answers(siteSchema, 'Signed in.'),
});
const signOut = createRoute({
  method: 'delete',
  path: '/v1/session',
  tags,
  summary: 'Sign out',
  responses: { 204: { description: 'Signed out.' }, ...problems },
});

export function sessionRoutes(app: OpenAPIHono<Env>, services: Services): void {
  const { store, sites, now } = services;

  app.openapi(signIn, async (c) => {
    refuseOtherSites(c);
    const key = await store.sites.findKey(hashOf(c.req.valid('json').secretKey));
    if (key?.kind !== 'secret')
      throw new Problem(401, 'wrong_key', 'secretKey: no such secret key', { field: 'secretKey' });
    const token = randomBytes(32).toString('base64url');
    await store.sites.addDashboardSession(key.siteId, hashOf(token), now() + SESSION_SECONDS * 1_000);
    setCookie(c, SESSION_COOKIE, token, {
      httpOnly: true,
      sameSite: 'Strict',
      secure: new URL(c.req.url).protocol === 'https:',
      path: '/',
      maxAge: SESSION_SECONDS,
    });
    return c.body(null, 204);
  });

  app.use('/v1/session', (c, next) => (c.req.method === 'GET' ? ownerOnly(services)(c, next) : next()));
  app.openapi(current, async (c) => {
    const { name, timezone, currency } = (await sites(c.var.siteId)).site.site;
    return c.json({ site: { name, timezone, currency } }, 200);
  });

  app.openapi(signOut, async (c) => {
    refuseOtherSites(c);
    const token = getCookie(c, SESSION_COOKIE);
    if (token) await store.sites.removeDashboardSession(hashOf(token));
    deleteCookie(c, SESSION_COOKIE, { path: '/' });
    return c.body(null, 204);
  });
}
