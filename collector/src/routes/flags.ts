/** Flags by hand. Each is a touchpoint in the lead's history, so that a replay keeps it. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { v7 as uuidv7 } from 'uuid';
import { FLAG_CLEARED, FLAG_SET, ownNote } from '../leads/own-notes.ts';
import { leadView } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import { flagId } from '../site/schema/basics.ts';
import type { Env, Services } from './context.ts';
import { answers } from './lists.ts';
import { leadSchema } from './schemas.ts';

const owner = { tags: ['Leads'], security: [{ secretKey: [] }] };
const params = z.object({ id: z.string().max(100), flag: flagId });

const setRoute = createRoute({
  ...owner,
  method: 'put',
  path: '/v1/leads/{id}/flags/{flag}',
  summary: 'Set a flag of a lead, until it is cleared',
  request: { params },
  responses: answers(leadSchema, 'The lead, with the flag.'),
});
const clearRoute = createRoute({
  ...owner,
  method: 'delete',
  path: '/v1/leads/{id}/flags/{flag}',
  summary: 'Clear a flag of a lead, until its condition holds anew',
  request: { params },
  responses: answers(leadSchema, 'The lead, without the flag.'),
});

export function flagRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  async function note(siteId: number, id: string, flag: string, name: typeof FLAG_SET | typeof FLAG_CLEARED) {
    const advance = await sites(siteId);
    if (!advance.site.flagById.has(flag)) throw new Problem(404, 'not_found', `the site has no flag ${flag}`);
    await store.record(siteId, id, ownNote(name, { flag }, uuidv7(), now(), now()), advance);
    const lead = await store.leads.get(siteId, id);
    if (!lead) throw new Problem(404, 'not_found', `no lead ${id}`);
    return leadView(lead, advance.site, now());
  }

  app.openapi(setRoute, async (c) => {
    const { id, flag } = c.req.valid('param');
    return c.json(await note(c.var.siteId, id, flag, FLAG_SET), 200);
  });
  app.openapi(clearRoute, async (c) => {
    const { id, flag } = c.req.valid('param');
    return c.json(await note(c.var.siteId, id, flag, FLAG_CLEARED), 200);
  });
}
