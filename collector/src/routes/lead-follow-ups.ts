/** What was sent to one person, what was not and why, what is due and when. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { saysOf, whatWas } from '../follow-ups/words.ts';
import { iso, isoOrNull } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { FollowUpRecord } from '../store/sequences.ts';
import type { Cursor } from '../store/store.ts';
import type { Env, Services } from './context.ts';
import { asFile, type Columns, exportContent } from './export.ts';
import { answers, listOf, listQuery, page, parseCursor } from './lists.ts';
import { followUpSchema } from './sequence-schemas.ts';

const listRoute = createRoute({
  tags: ['Leads'],
  security: [{ secretKey: [] }],
  method: 'get',
  path: '/v1/leads/{id}/follow-ups',
  summary: 'What was sent, what was not and why, what is due and when; latest first',
  description:
    'Of all sequences: their messages, their steps that send nothing with the way that was taken, and the runs themselves. What is due comes first, as it is later than all that was. `says` tells each in a sentence.',
  request: { params: z.object({ id: z.string().max(100) }), query: z.strictObject(listQuery) },
  responses: answers(listOf(followUpSchema), 'A page of them.', exportContent),
});

export function leadFollowUpRoutes(app: OpenAPIHono<Env>, { store, sites }: Services): void {
  app.openapi(listRoute, async (c) => {
    const { siteId } = c.var;
    const { id } = c.req.valid('param');
    const { limit, cursor } = c.req.valid('query');
    const lead = await store.leads.get(siteId, id);
    if (!lead) throw new Problem(404, 'not_found', `no lead ${id}`);
    const { site } = await sites(siteId);
    const load = (size: number, after: Cursor | null) =>
      store.sequences.followUps(siteId, lead.id, size, after);
    const view = (record: FollowUpRecord) => followUpView(record, site);
    return (
      asFile(c, 'follow-ups', load, view, COLUMNS) ??
      c.json(page(await load(limit, parseCursor(cursor)), view), 200)
    );
  });
}

type FollowUpView = ReturnType<typeof followUpView>;

function followUpView(record: FollowUpRecord, site: CompiledSite) {
  const { sequenceId, at } = record;
  const sequence = site.sequenceOf(record);
  const what = whatWas(record, sequence);
  const base = { sequenceId, what, says: saysOf(record, sequence), at: iso(at) };
  switch (record.kind) {
    case 'run': {
      const { kind, status, reason, heldOut, startedAt, endedAt, goalAt, dueAt } = record;
      const times = { startedAt: iso(startedAt), endedAt: isoOrNull(endedAt), goalAt: isoOrNull(goalAt) };
      return { kind, ...base, status, reason, heldOut, ...times, dueAt: isoOrNull(dueAt) };
    }
    case 'flow': {
      const { kind, stepId, outcome, detail } = record;
      return { kind, ...base, stepId, outcome, detail };
    }
    case 'message': {
      const { kind, stepId, id: deliveryId, channel, status, reason, checks, detail } = record;
      const times = {
        dueAt: iso(record.dueAt),
        sentAt: isoOrNull(record.sentAt),
        openedAt: isoOrNull(record.openedAt),
        clickedAt: isoOrNull(record.clickedAt),
        bouncedAt: isoOrNull(record.bouncedAt),
      };
      return { kind, ...base, stepId, deliveryId, channel, status, reason, checks, ...times, detail };
    }
  }
}

const COLUMNS: Columns<FollowUpView> = {
  at: (item) => item.at,
  sequenceId: (item) => item.sequenceId,
  stepId: (item) => (item.kind === 'run' ? null : item.stepId),
  what: (item) => item.what,
  status: (item) => (item.kind === 'flow' ? item.outcome : item.status),
  reason: (item) => (item.kind === 'flow' ? null : item.reason),
  says: (item) => item.says,
};
