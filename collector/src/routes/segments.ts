/** Segments: a named condition each, and who is in it now. Who that is, `GET /v1/leads?segment=` lists. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { MAX_LEADS_BEFORE_READ } from '../lead-timers.ts';
import type { Env, Services } from './context.ts';
import { answers } from './lists.ts';
import { segmentListSchema } from './schemas.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/v1/segments',
  tags: ['Leads'],
  security: [{ secretKey: [] }],
  summary: 'The segments of the site, and how many leads are in each now',
  responses: answers(segmentListSchema, 'All of them, in the order of the site.'),
});

export function segmentRoutes(app: OpenAPIHono<Env>, { store, sites, timers }: Services): void {
  app.openapi(listRoute, async (c) => {
    await timers.tick(MAX_LEADS_BEFORE_READ);
    const { segments } = (await sites(c.var.siteId)).site.site;
    const counts = await store.leads.segmentCounts(c.var.siteId);
    const data = segments.map(({ id, name, when }) => ({
      id,
      name: name ?? null,
      when,
      leads: counts.get(id) ?? 0,
    }));
    return c.json({ data, next: null }, 200);
  });
}
