/** What was lost in browsers before it could get here. */
import { DROP_REASONS } from '@handrail/sdk/protocol';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../leads/view.ts';
import type { Env, Services } from './context.ts';
import { answers, listOf, listQuery, page, parseCursor } from './lists.ts';

const dropsRoute = createRoute({
  method: 'get',
  path: '/v1/drops',
  tags: ['Ingest'],
  security: [{ secretKey: [] }],
  summary: 'What the SDK could not keep or deliver, by day (UTC) and reason; latest first',
  description:
    'As browsers count it, so roughly: a page that is closed takes what it had not yet told with it.',
  request: { query: z.strictObject(listQuery) },
  responses: answers(
    listOf(z.object({ day: z.iso.date(), drops: z.partialRecord(z.enum(DROP_REASONS), z.int()) })),
    'A page of days.',
  ),
});

export function dropRoutes(app: OpenAPIHono<Env>, { store }: Services): void {
  app.openapi(dropsRoute, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const days = await store.drops.list(c.var.siteId, limit, parseCursor(cursor));
    return c.json(
      page(days, ({ day, drops }) => ({ day: iso(day).slice(0, 10), drops })),
      200,
    );
  });
}
