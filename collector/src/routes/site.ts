/** What pages and editors read of a site: its prompts, the schema of its configuration. */

import type { DurationText, PromptsDocument } from '@handrail/sdk/protocol';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { etag } from 'hono/etag';
import { z as plainZod } from 'zod';
import { hashOf } from '../keys.ts';
import { Problem } from '../problem.ts';
import { siteSchema } from '../site/schema.ts';
import type { Env, Services } from './context.ts';
import { answers } from './lists.ts';

const CACHE_SECONDS = 60;
const STALE_SECONDS = 86_400;

const promptsRoute = createRoute({
  method: 'get',
  path: '/v1/sites/{writeKey}/prompts',
  tags: ['Prompts'],
  summary: 'The prompts a page may show, in order of priority; read by the SDK',
  request: { params: z.object({ writeKey: z.string().max(300) }) },
  responses: answers(
    z.object({
      prompts: z.array(z.custom<PromptsDocument['prompts'][number]>().openapi({ type: 'object' })),
      contactBudget: z.object({
        perSession: z.int(),
        cooldown: z.custom<DurationText>().openapi({ type: 'string' }),
      }),
    }),
    'Cacheable; has an ETag.',
  ),
});

export function siteRoutes(app: OpenAPIHono<Env>, { store, sites }: Services): void {
  app.use('/v1/sites/*', etag());
  app.openapi(promptsRoute, async (c) => {
    const found = await store.sites.findKey(hashOf(c.req.valid('param').writeKey));
    if (!found) throw new Problem(404, 'not_found', 'writeKey: no such site');
    const { site } = (await sites(found.siteId)).site;
    c.header('Cache-Control', `public, max-age=${CACHE_SECONDS}, stale-while-revalidate=${STALE_SECONDS}`);
    const document = { prompts: site.prompts, contactBudget: site.contactBudget.prompts };
    return c.json(document satisfies PromptsDocument, 200);
  });

  const schema = plainZod.toJSONSchema(siteSchema, { io: 'input', unrepresentable: 'any' });
  app.get('/site.schema.json', (c) => c.json(schema, 200, { 'Cache-Control': 'public, max-age=3600' }));
}
