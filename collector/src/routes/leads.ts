import type { Temperature } from '@handrail/sdk/protocol';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { decayed, heatOf } from '../leads/heat.ts';
import { iso, leadView } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { LeadQuery, LeadRecord, StoredTouchpoint } from '../store/store.ts';
import type { Env, Services } from './context.ts';
import { answers, listOf, listQuery, page, parseCursor } from './lists.ts';
import { leadSchema, scoreSchema, touchpointSchema } from './schemas.ts';

const SORTS = {
  score: { sort: 'heat', descending: false },
  '-score': { sort: 'heat', descending: true },
  lastSeenAt: { sort: 'lastSeenAt', descending: false },
  '-lastSeenAt': { sort: 'lastSeenAt', descending: true },
  firstSeenAt: { sort: 'firstSeenAt', descending: false },
  '-firstSeenAt': { sort: 'firstSeenAt', descending: true },
} as const satisfies Record<string, Pick<LeadQuery, 'sort' | 'descending'>>;

const owner = { tags: ['Leads'], security: [{ secretKey: [] }] };
const leadParams = z.object({ id: z.string().max(100) });

const listRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/leads',
  summary: 'Who is ready: leads, hottest first',
  request: {
    query: z.strictObject({
      ...listQuery,
      sort: z.enum(Object.keys(SORTS) as (keyof typeof SORTS)[]).default('-score'),
      temperature: z.enum(['cold', 'warm', 'hot']).optional(),
      stage: z.string().max(64).optional(),
      identified: z.enum(['true', 'false']).optional(),
      userId: z.string().max(256).optional(),
      email: z.string().max(254).optional(),
    }),
  },
  responses: answers(listOf(leadSchema), 'A page of leads.'),
});
const getRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/leads/{id}',
  summary: 'One lead; the id of a merged one finds the one it became',
  request: { params: leadParams },
  responses: answers(leadSchema, 'The lead.'),
});
const scoreRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/leads/{id}/score',
  summary: 'Why: each contribution to the score; their `current` sums to it',
  request: { params: leadParams, query: z.strictObject({ at: z.iso.datetime({ offset: true }).optional() }) },
  responses: answers(scoreSchema, 'The ledger as of `at`. [at=now]'),
});
const touchpointsRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/leads/{id}/touchpoints',
  summary: 'What the lead did, latest first',
  request: { params: leadParams, query: z.strictObject(listQuery) },
  responses: answers(listOf(touchpointSchema), 'A page of touchpoints.'),
});

export function leadRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  async function leadOrProblem(siteId: number, id: string): Promise<LeadRecord> {
    const lead = await store.leads.get(siteId, id);
    if (!lead) throw new Problem(404, 'not_found', `no lead ${id}`);
    return lead;
  }

  app.openapi(listRoute, async (c) => {
    const query = c.req.valid('query');
    const { site } = await sites(c.var.siteId);
    const at = now();
    const leads = await store.leads.list(c.var.siteId, {
      ...SORTS[query.sort],
      limit: query.limit,
      after: parseCursor(query.cursor),
      heat: heatRange(query.temperature, site, at),
      stage: query.stage ?? null,
      identified: query.identified === undefined ? null : query.identified === 'true',
      userId: query.userId ?? null,
      email: query.email?.trim().toLowerCase() ?? null,
    });
    return c.json(
      page(leads, (lead) => leadView(lead, site, at)),
      200,
    );
  });

  app.openapi(getRoute, async (c) => {
    const lead = await leadOrProblem(c.var.siteId, c.req.valid('param').id);
    const { site } = await sites(c.var.siteId);
    return c.json(leadView(lead, site, now()), 200);
  });

  app.openapi(scoreRoute, async (c) => {
    const { id } = c.req.valid('param');
    const lead = await leadOrProblem(c.var.siteId, id);
    const { site } = await sites(c.var.siteId);
    const atText = c.req.valid('query').at;
    const at = atText === undefined ? now() : Date.parse(atText);
    const stored = await store.leads.scoreEntries(c.var.siteId, lead.id);
    const entries = stored
      .filter((entry) => entry.at <= at)
      .map(({ ruleId, version, points, messageId, touchpoint, at: earnedAt }) => ({
        ruleId,
        version,
        points,
        current: decayed(points, at - earnedAt, site.halfLifeMs),
        messageId,
        touchpoint,
        timestamp: iso(earnedAt),
      }));
    const score = entries.reduce((sum, { current }) => sum + current, 0);
    const { halfLifeDays } = site.site.scoring;
    return c.json({ score, at: iso(at), halfLifeDays, version: site.version, entries }, 200);
  });

  app.openapi(touchpointsRoute, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const lead = await leadOrProblem(c.var.siteId, c.req.valid('param').id);
    const touchpoints = await store.leads.touchpoints(c.var.siteId, lead.id, limit, parseCursor(cursor));
    return c.json(page(touchpoints, touchpointView), 200);
  });
}

/** A temperature is a range of scores now, and so a range of heat. */
function heatRange(temperature: Temperature | undefined, site: CompiledSite, now: number): LeadQuery['heat'] {
  const { warm, hot } = site.site.scoring.thresholds;
  const heat = (score: number) => heatOf(score, now, site.halfLifeMs);
  if (temperature === 'hot') return { from: heat(hot), below: null };
  if (temperature === 'warm') return { from: heat(warm), below: heat(hot) };
  return { from: null, below: temperature === 'cold' ? heat(warm) : null };
}

function touchpointView(touchpoint: StoredTouchpoint) {
  const {
    messageId,
    type,
    name,
    originalName,
    at,
    receivedAt,
    sessionId,
    visitorId,
    trust,
    bot,
    page,
    source,
    properties,
  } = touchpoint;
  return {
    messageId,
    type,
    name,
    originalName,
    timestamp: iso(at),
    receivedAt: iso(receivedAt),
    sessionId,
    visitorId,
    trust,
    bot,
    page,
    channel: source?.channel ?? null,
    properties,
  };
}
