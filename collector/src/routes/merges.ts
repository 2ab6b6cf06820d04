/** Who is the same person as whom: merges by the owner, why leads were merged, and leads that look alike. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { MATCH_KINDS } from '../leads/duplicates.ts';
import { iso, isoOrNull, leadView } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { DuplicateRecord, MergeRecord } from '../store/merges.ts';
import type { LeadRecord } from '../store/store.ts';
import type { Env, Services } from './context.ts';
import { answers, listOf, listQuery, page, parseCursor } from './lists.ts';
import { leadSchema, mergeSchema, problemSchema } from './schemas.ts';

const tags = ['Leads'];
const security = [{ secretKey: [] }];
const time = z.iso.datetime();
const leadId = z.string().max(100);
const by = z.string().trim().min(1).max(100).optional().openapi({ description: 'Who decides it.' });

const duplicateSchema = z
  .object({
    id: z.string(),
    leads: z.array(leadSchema).length(2),
    reasons: z.array(z.enum(MATCH_KINDS)),
    status: z.enum(['open', 'dismissed']),
    foundAt: time,
    dismissedAt: time.nullable(),
  })
  .openapi('Duplicate');

const conflict = {
  409: {
    description: 'They cannot be merged; `detail` says why.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
};
const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { 'application/json': { schema } },
});
const duplicateParams = z.object({
  id: z.string().regex(/^dup_\d{1,15}$/, { error: 'expected an id such as dup_17' }),
});

const mergesRoute = createRoute({
  method: 'get',
  path: '/v1/leads/{id}/merges',
  tags,
  security,
  summary: 'Which leads this one was made of, why, and who or what said so; latest first',
  request: { params: z.object({ id: leadId }), query: z.strictObject(listQuery) },
  responses: answers(listOf(mergeSchema), 'A page of merges.'),
});
const mergeRoute = createRoute({
  method: 'post',
  path: '/v1/leads/{id}/merge',
  tags,
  security,
  summary: 'Merge another lead into this one; again changes nothing, and nothing undoes it',
  request: {
    params: z.object({ id: leadId }),
    body: jsonBody(z.strictObject({ from: leadId, by })),
  },
  responses: { ...answers(leadSchema, 'The lead, with what both did.'), ...conflict },
});
const duplicatesRoute = createRoute({
  method: 'get',
  path: '/v1/duplicates',
  tags,
  security,
  summary: 'Pairs of leads that may be one person, with what they share; latest first',
  request: { query: z.strictObject({ ...listQuery, status: duplicateSchema.shape.status.default('open') }) },
  responses: answers(listOf(duplicateSchema), 'A page of pairs.'),
});
const dismissRoute = createRoute({
  method: 'post',
  path: '/v1/duplicates/{id}/dismiss',
  tags,
  security,
  summary: 'They are two people; again changes nothing',
  request: { params: duplicateParams },
  responses: answers(duplicateSchema, 'The pair, dismissed.'),
});

export function mergeRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  async function leadOrProblem(siteId: number, id: string, field: string): Promise<LeadRecord> {
    const lead = await store.leads.get(siteId, id);
    if (!lead) throw new Problem(404, 'not_found', `no lead ${id}`, { field });
    return lead;
  }

  async function duplicateOrProblem(siteId: number, id: string): Promise<DuplicateRecord> {
    const duplicate = await store.duplicates.get(siteId, Number(id.slice('dup_'.length)));
    if (!duplicate) throw new Problem(404, 'not_found', `no pair ${id}`);
    return duplicate;
  }

  app.openapi(mergesRoute, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const lead = await leadOrProblem(c.var.siteId, c.req.valid('param').id, 'id');
    const merges = await store.merges.list(c.var.siteId, lead.id, limit, parseCursor(cursor));
    return c.json(page(merges, mergeView), 200);
  });

  app.openapi(mergeRoute, async (c) => {
    const { siteId } = c.var;
    const { id } = c.req.valid('param');
    const { from: fromId, by: who = null } = c.req.valid('json');
    const into = await leadOrProblem(siteId, id, 'id');
    const from = await leadOrProblem(siteId, fromId, 'from');
    const isMerged = from.id !== fromId;
    if (isMerged && from.id !== into.id) {
      throw new Problem(409, 'already_merged', `${fromId} is already part of ${from.id}`, { field: 'from' });
    }
    if (!isMerged) {
      if (from.id === into.id) {
        const detail = id === fromId ? `${id} is this very lead` : `${id} is already part of ${fromId}`;
        throw new Problem(409, 'same_lead', detail, { field: 'from' });
      }
      const isDone = await store.merges.merge(from.id, into.id, who, await sites(siteId), now());
      if (!isDone)
        throw new Problem(409, 'already_merged', 'one of them has just been merged', { field: 'from' });
    }
    const merged = await leadOrProblem(siteId, into.id, 'id');
    return c.json(leadView(merged, (await sites(siteId)).site, now()), 200);
  });

  app.openapi(duplicatesRoute, async (c) => {
    const { limit, cursor, status } = c.req.valid('query');
    const pairs = await store.duplicates.list(c.var.siteId, status, limit, parseCursor(cursor));
    const { site } = await sites(c.var.siteId);
    return c.json(
      page(pairs, (pair) => duplicateView(pair, site, now())),
      200,
    );
  });

  app.openapi(dismissRoute, async (c) => {
    const { siteId } = c.var;
    const { id } = c.req.valid('param');
    const { id: key } = await duplicateOrProblem(siteId, id);
    await store.duplicates.dismiss(siteId, key, now());
    const { site } = await sites(siteId);
    return c.json(duplicateView(await duplicateOrProblem(siteId, id), site, now()), 200);
  });
}

export const mergeView = ({ id, at, ...merge }: MergeRecord) => ({
  ...merge,
  id: `mrg_${id}`,
  timestamp: iso(at),
});

function duplicateView(
  { id, leads, reasons, foundAt, dismissedAt }: DuplicateRecord,
  site: CompiledSite,
  now: number,
) {
  return {
    id: `dup_${id}`,
    leads: leads.map((lead) => leadView(lead, site, now)),
    reasons,
    status: dismissedAt === null ? ('open' as const) : ('dismissed' as const),
    foundAt: iso(foundAt),
    dismissedAt: isoOrNull(dismissedAt),
  };
}
