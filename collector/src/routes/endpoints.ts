/** The site's webhook endpoints: how they fare, a try, off and on, and what was held back sent after all. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { v7 as uuidv7 } from 'uuid';
import { webhookFor } from '../follow-ups/channels/webhook-kind.ts';
import type { EndpointHealth } from '../follow-ups/endpoint-health.ts';
import { iso, isoOrNull, leadView } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { Env, Services } from './context.ts';
import { answers, jsonBody, listOf, problem } from './lists.ts';
import { endpointSchema } from './schemas.ts';

const owner = { tags: ['Follow-ups'], security: [{ secretKey: [] }] };
const params = z.object({ id: z.string().max(64) });

const listRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/endpoints',
  summary: 'Webhook endpoints and how they fare',
  responses: answers(listOf(endpointSchema), 'All of them.'),
});
const getRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/endpoints/{id}',
  summary: 'One endpoint',
  request: { params },
  responses: answers(endpointSchema, 'The endpoint.'),
});
const testRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/endpoints/{id}/test',
  summary: 'Send an endpoint.test event now, and say how it went; changes nothing, also where it is disabled',
  request: {
    params,
    query: z.strictObject({
      leadId: z
        .string()
        .max(100)
        .optional()
        .openapi({ description: 'A lead to tell about, for a mapping that needs one.' }),
    }),
  },
  responses: answers(
    z.object({
      outcome: z.enum(['sent', 'retry', 'failed']),
      reason: z.string().nullable(),
      detail: z.string(),
      tookMs: z.number(),
    }),
    '`retry`: a real delivery would be tried again.',
  ),
});
const enableRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/endpoints/{id}/enable',
  summary: 'Deliver to it again; what was held back waits for a replay',
  request: { params },
  responses: answers(endpointSchema, 'The endpoint.'),
});
const disableRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/endpoints/{id}/disable',
  summary: 'Hold deliveries back; they fail with endpoint_disabled and are kept',
  request: { params },
  responses: answers(endpointSchema, 'The endpoint.'),
});
const replayRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/endpoints/{id}/replay',
  summary: 'Send again what failed since a time, or all since then; under the same webhook-id',
  request: {
    params,
    body: jsonBody(
      z.strictObject({
        since: z.iso.datetime({ offset: true }),
        which: z.enum(['failed', 'all']).default('failed'),
      }),
    ),
  },
  responses: {
    ...answers(z.object({ due: z.int() }), 'How many are due now.'),
    409: problem('The endpoint is disabled: enable it first.'),
  },
});

export function endpointRoutes(app: OpenAPIHono<Env>, services: Services): void {
  const { store, sites, now, webhook } = services;

  app.openapi(listRoute, async (c) => {
    const { site } = (await sites(c.var.siteId)).site;
    const data = await Promise.all(Object.keys(site.endpoints).map((id) => view(c.var.siteId, id)));
    return c.json({ data, next: null }, 200);
  });
  app.openapi(getRoute, async (c) => c.json(await view(c.var.siteId, c.req.valid('param').id), 200));

  app.openapi(testRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { leadId } = c.req.valid('query');
    await view(c.var.siteId, id);
    const { site } = await sites(c.var.siteId);
    const startedAt = now();
    const lead = leadId === undefined ? null : await store.leads.get(c.var.siteId, leadId);
    if (leadId !== undefined && !lead) throw new Problem(404, 'not_found', `no lead ${leadId}`);
    const data = lead ? { lead: leadView(lead, site, startedAt) } : {};
    const event = { type: 'endpoint.test', timestamp: iso(startedAt), data };
    const prepared = webhookFor(id, event, site);
    if (!prepared.ok) {
      const field = 'skip' in prepared ? prepared.detail : prepared.failure.detail;
      const detail = `its mapping needs ${field}: name a lead that has it, by leadId`;
      throw new Problem(400, 'invalid_parameter', `leadId: ${detail}`, { field: 'leadId' });
    }
    const result = await webhook.send({ deliveryId: `test_${uuidv7()}`, content: prepared.content });
    const reason = result.outcome === 'failed' ? result.reason : null;
    const { outcome, detail } = result;
    return c.json({ outcome, reason, detail, tookMs: now() - startedAt }, 200);
  });

  app.openapi(enableRoute, async (c) => {
    const { id } = c.req.valid('param');
    await view(c.var.siteId, id);
    await store.endpoints.enable(c.var.siteId, id);
    return c.json(await view(c.var.siteId, id), 200);
  });
  app.openapi(disableRoute, async (c) => {
    const { id } = c.req.valid('param');
    await view(c.var.siteId, id);
    await store.endpoints.disable(c.var.siteId, id, 'by_hand', now());
    return c.json(await view(c.var.siteId, id), 200);
  });
  app.openapi(replayRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { since, which } = c.req.valid('json');
    const { status } = await view(c.var.siteId, id);
    if (status === 'disabled') {
      throw new Problem(409, 'endpoint_disabled', `endpoint ${id} is disabled: enable it first`);
    }
    const due = await store.endpoints.replay(c.var.siteId, id, Date.parse(since), which, now());
    return c.json({ due }, 200);
  });

  async function view(siteId: number, id: string) {
    const { site } = (await sites(siteId)).site;
    const endpoint = Object.hasOwn(site.endpoints, id) ? site.endpoints[id] : undefined;
    if (!endpoint) throw new Problem(404, 'not_found', `no endpoint ${id}`);
    const health = await store.endpoints.get(siteId, id);
    const { url, events, mapping } = endpoint;
    return {
      id,
      origin: new URL(url).origin,
      events,
      mapping: mapping === undefined ? null : typeof mapping === 'string' ? mapping : nameOf(mapping),
      status: statusOf(health),
      disabledReason: health.disabledReason,
      disabledAt: isoOrNull(health.disabledAt),
      failingSince: isoOrNull(health.failingSince),
      lastSuccessAt: isoOrNull(health.lastSuccessAt),
      lastFailureAt: isoOrNull(health.lastFailureAt),
      lastFailure: health.lastFailure,
      due: health.due,
      failed: health.failed,
    };
  }
}

function statusOf({ disabledAt, failingSince }: EndpointHealth): 'active' | 'failing' | 'disabled' {
  if (disabledAt !== null) return 'disabled';
  return failingSince === null ? 'active' : 'failing';
}

const nameOf = (mapping: object): string => ('preset' in mapping ? String(mapping.preset) : 'own');
