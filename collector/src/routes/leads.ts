/** One lead: who it is, why its score is what it is, and what it did. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { decayed } from '../leads/heat.ts';
import { iso, leadDetail } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { LeadRecord, StoredScoreEntry, StoredTouchpoint, TimelineEntry } from '../store/store.ts';
import type { Env, Services } from './context.ts';
import { answers, listOf, listQuery, page, parseCursor } from './lists.ts';
import { mergeView } from './merges.ts';
import { leadDetailSchema, scoreSchema, timelineEntrySchema, touchpointSchema } from './schemas.ts';

const owner = { tags: ['Leads'], security: [{ secretKey: [] }] };
/** With the lead itself: more have a list of their own. */
const MAX_MERGES_TOLD = 100;
const leadParams = z.object({ id: z.string().max(100) });

const getRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/leads/{id}',
  summary: 'One lead; the id of a merged one finds the one it became',
  request: { params: leadParams },
  responses: answers(leadDetailSchema, 'All that is known of it, with reasons.'),
});
const scoreRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/leads/{id}/score',
  summary: 'Why: each contribution to the score; their `current` sums to it',
  description:
    'As of a past date, by the rules of today: what happened until then, by when it happened and not by when it arrived. A touchpoint that came in late counts from its own time on.',
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

const timelineRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/leads/{id}/timeline',
  summary: 'All that happened, latest first: touchpoints with what they brought about, messages, merges',
  description:
    'Ordered by when it happened. A delivery stands at the time it was sent, else at that it was or is due. Prompts are touchpoints: `prompt_shown`, `prompt_answered` and so on.',
  request: { params: leadParams, query: z.strictObject(listQuery) },
  responses: answers(listOf(timelineEntrySchema), 'A page of it.'),
});

export function leadRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  async function leadOrProblem(siteId: number, id: string): Promise<LeadRecord> {
    const lead = await store.leads.get(siteId, id);
    if (!lead) throw new Problem(404, 'not_found', `no lead ${id}`);
    return lead;
  }

  app.openapi(getRoute, async (c) => {
    const { siteId } = c.var;
    const lead = await leadOrProblem(siteId, c.req.valid('param').id);
    const { site } = await sites(siteId);
    const moves = await store.leads.stageMoves(siteId, lead.id);
    const identifiers = await store.leads.identifiers(siteId, lead.id);
    const merges = await store.merges.list(siteId, lead.id, MAX_MERGES_TOLD, null);
    const mergedFrom = merges.rows.map(mergeView);
    return c.json({ ...leadDetail(lead, moves, site, now()), identifiers, mergedFrom }, 200);
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
      .map((entry) => ({
        ...scoreEntryView(entry),
        current: decayed(entry.points, at - entry.at, site.halfLifeMs),
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

  app.openapi(timelineRoute, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const lead = await leadOrProblem(c.var.siteId, c.req.valid('param').id);
    const entries = await store.leads.timeline(c.var.siteId, lead.id, limit, parseCursor(cursor));
    return c.json(page(entries, timelineView), 200);
  });
}

function scoreEntryView({ at, ...entry }: StoredScoreEntry) {
  return { ...entry, timestamp: iso(at) };
}

function timelineView(entry: TimelineEntry) {
  const timestamp = iso(entry.at);
  if (entry.type === 'merge') return { type: entry.type, timestamp, ...entry.merge };
  if (entry.type === 'delivery') return { type: entry.type, timestamp, ...entry.delivery };
  const { touchpoint, scoreEntries, stageMove } = entry;
  return {
    ...touchpointView(touchpoint),
    type: entry.type,
    timestamp,
    scoreEntries: scoreEntries.map(({ ruleId, points, capped }) => ({ ruleId, points, capped })),
    stageMove: stageMove && { from: stageMove.from, to: stageMove.to },
  };
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
