/** Addresses that must not be written to: listed, added by hand or by a mail provider's report, taken off. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { isAddress } from '../follow-ups/channels/mailbox.ts';
import { iso } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { Suppression } from '../store/follow-ups.ts';
import type { Env, Services } from './context.ts';
import { answers, jsonBody, listOf, listQuery, page, parseCursor } from './lists.ts';
import { suppressionSchema } from './schemas.ts';

const owner = { tags: ['Follow-ups'], security: [{ secretKey: [] }] };
/** As leads' addresses are kept. */
const address = z
  .string()
  .max(254)
  .transform((text) => text.trim().toLowerCase())
  .refine(isAddress, { error: 'expected an e-mail address' })
  .openapi({ type: 'string', format: 'email' });
const detail = z.string().max(300).optional();

const listRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/suppressions',
  summary: 'Addresses that get no mail, and why; latest first',
  request: {
    query: z.strictObject({
      ...listQuery,
      reason: suppressionSchema.shape.reason.optional(),
      email: z.string().max(254).optional(),
    }),
  },
  responses: answers(listOf(suppressionSchema), 'A page of suppressions.'),
});
const addRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/suppressions',
  summary: 'Write to an address no more',
  request: { body: jsonBody(z.strictObject({ email: address, detail })) },
  responses: answers(z.object({ email: z.string() }), 'It is suppressed.'),
});
const removeRoute = createRoute({
  ...owner,
  method: 'delete',
  path: '/v1/suppressions/{email}',
  summary: 'Allow an address again: where its owner has asked for it',
  request: { params: z.object({ email: z.string().max(254) }) },
  responses: answers(z.object({ email: z.string() }), 'It may be written to again.'),
});
const bouncesRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/bounces',
  summary: "A mail provider's reports: addresses that do not exist, and readers who complained",
  request: {
    body: jsonBody(
      z.strictObject({
        bounces: z
          .array(z.strictObject({ email: address, type: z.enum(['bounced', 'complained']), detail }))
          .min(1)
          .max(1_000),
      }),
    ),
  },
  responses: answers(z.object({ suppressed: z.int() }), 'They are suppressed.'),
});

export function suppressionRoutes(app: OpenAPIHono<Env>, { store, now }: Services): void {
  app.openapi(listRoute, async (c) => {
    const { limit, cursor, reason, email } = c.req.valid('query');
    const filter = { reason: reason ?? null, address: email?.trim().toLowerCase() ?? null };
    const rows = await store.suppressions.list(c.var.siteId, filter, limit, parseCursor(cursor));
    return c.json(page(rows, suppressionView), 200);
  });

  app.openapi(addRoute, async (c) => {
    const { email, detail: why = null } = c.req.valid('json');
    await store.suppressions.add(c.var.siteId, {
      address: email,
      topic: '',
      reason: 'manual',
      detail: why,
      at: now(),
    });
    return c.json({ email }, 200);
  });

  app.openapi(removeRoute, async (c) => {
    const email = c.req.valid('param').email.trim().toLowerCase();
    if (!(await store.suppressions.remove(c.var.siteId, email))) {
      throw new Problem(404, 'not_found', `${email} is not suppressed`);
    }
    return c.json({ email }, 200);
  });

  app.openapi(bouncesRoute, async (c) => {
    const { bounces } = c.req.valid('json');
    for (const { email, type, detail: why = null } of bounces) {
      const suppression = { address: email, topic: '', reason: type, detail: why, at: now() };
      await store.suppressions.add(c.var.siteId, suppression);
      if (type === 'bounced') await store.followUps.noteBounce(c.var.siteId, email, now());
    }
    return c.json({ suppressed: bounces.length }, 200);
  });
}

const suppressionView = ({ address: email, topic, at, ...rest }: Suppression) => ({
  email,
  topic: topic === '' ? null : topic,
  ...rest,
  at: iso(at),
});
