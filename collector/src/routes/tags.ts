/** Tags by hand. Each is a touchpoint in the lead's history, so that a replay keeps it. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { v7 as uuidv7 } from 'uuid';
import { ownNote, TAG_ADDED, TAG_REMOVED } from '../leads/own-notes.ts';
import { leadView } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import { tagId } from '../site/schema/basics.ts';
import type { Env, Services } from './context.ts';
import { answers } from './lists.ts';
import { leadSchema } from './schemas.ts';

const owner = { tags: ['Leads'], security: [{ secretKey: [] }] };
const params = z.object({ id: z.string().max(100), tag: tagId });

const addRoute = createRoute({
  ...owner,
  method: 'put',
  path: '/v1/leads/{id}/tags/{tag}',
  summary: 'Tag a lead; again changes nothing',
  request: { params },
  responses: answers(leadSchema, 'The lead, with the tag.'),
});
const removeRoute = createRoute({
  ...owner,
  method: 'delete',
  path: '/v1/leads/{id}/tags/{tag}',
  summary: 'Take a tag off a lead; no rule puts it on again',
  request: { params },
  responses: answers(leadSchema, 'The lead, without the tag.'),
});

export function tagRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  async function note(siteId: number, id: string, tag: string, name: typeof TAG_ADDED | typeof TAG_REMOVED) {
    const lead = await store.leads.get(siteId, id);
    if (!lead) throw new Problem(404, 'not_found', `no lead ${id}`);
    const advance = await sites(siteId);
    const isAdded = name === TAG_ADDED;
    if (isAdded === Object.hasOwn(lead.state.tags, tag)) return leadView(lead, advance.site, now());
    await store.record(siteId, id, ownNote(name, { tag }, uuidv7(), now(), now()), advance);
    const tagged = (await store.leads.get(siteId, id)) ?? lead;
    if (isAdded && !Object.hasOwn(tagged.state.tags, tag)) {
      throw new Problem(409, 'too_many_tags', `${id} has as many tags as a lead can have`);
    }
    return leadView(tagged, advance.site, now());
  }

  app.openapi(addRoute, async (c) => {
    const { id, tag } = c.req.valid('param');
    return c.json(await note(c.var.siteId, id, tag, TAG_ADDED), 200);
  });
  app.openapi(removeRoute, async (c) => {
    const { id, tag } = c.req.valid('param');
    return c.json(await note(c.var.siteId, id, tag, TAG_REMOVED), 200);
  });
}
