/** What was sent, what was not and why; and another try. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { iso, isoOrNull } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { DeliveryRecord } from '../store/follow-ups.ts';
import type { Env, Services } from './context.ts';
import { answers, listOf, listQuery, page, parseCursor, problem } from './lists.ts';
import { deliveryLogSchema, deliverySchema } from './schemas.ts';

const owner = { tags: ['Follow-ups'], security: [{ secretKey: [] }] };
const params = z.object({ id: z.string().max(100) });

const listRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/deliveries',
  summary: 'What was sent, what was not and why, what is due; latest first',
  request: {
    query: z.strictObject({
      ...listQuery,
      status: deliverySchema.shape.status.optional(),
      leadId: z.string().max(100).optional(),
      endpoint: z.string().max(64).optional(),
    }),
  },
  responses: answers(listOf(deliverySchema), 'A page of deliveries.'),
});
const getRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/deliveries/{id}',
  summary: 'One delivery, with each attempt and what the other side said',
  request: { params },
  responses: answers(deliveryLogSchema, 'The delivery.'),
});
const retryRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/deliveries/{id}/retry',
  summary: 'Try a failed delivery again, now and by the whole schedule',
  request: { params },
  responses: {
    ...answers(deliveryLogSchema, 'The delivery, due now.'),
    409: problem('It has not failed: it is sent, still due, or was skipped.'),
  },
});

export function deliveryRoutes(app: OpenAPIHono<Env>, { store, now }: Services): void {
  app.openapi(listRoute, async (c) => {
    const { limit, cursor, status, leadId, endpoint } = c.req.valid('query');
    const filter = { status: status ?? null, leadId: leadId ?? null, endpoint: endpoint ?? null };
    const rows = await store.followUps.deliveries(c.var.siteId, filter, limit, parseCursor(cursor));
    return c.json(page(rows, deliveryView), 200);
  });

  app.openapi(getRoute, async (c) => c.json(await read(c.var.siteId, c.req.valid('param').id), 200));

  app.openapi(retryRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { status } = await read(c.var.siteId, id);
    if (!(await store.followUps.retry(c.var.siteId, id, now()))) {
      throw new Problem(409, 'not_failed', `${id} has not failed: it is ${status}`);
    }
    return c.json(await read(c.var.siteId, id), 200);
  });

  async function read(siteId: number, id: string) {
    const found = await store.followUps.delivery(siteId, id);
    if (!found) throw new Problem(404, 'not_found', `no delivery ${id}`);
    const { log, ...delivery } = found;
    return { ...deliveryView(delivery), log: log.map((each) => ({ ...each, at: iso(each.at) })) };
  }
}

const deliveryView = (row: DeliveryRecord) => ({
  ...row,
  dueAt: iso(row.dueAt),
  sentAt: isoOrNull(row.sentAt),
});
