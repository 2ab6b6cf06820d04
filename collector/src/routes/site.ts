/** What pages and editors read of a site: its prompts, the schema of its configuration. */

import type { PromptsDocument } from '@handrail/sdk/protocol';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { etag } from 'hono/etag';
import { hashOf } from '../keys.ts';
import { Problem } from '../problem.ts';
import { siteJsonSchema } from '../site/json-schema.ts';
import { promptsDocument } from '../site/translate.ts';
import { acceptedLanguages } from './accept-language.ts';
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
      contactBudget: z.custom<PromptsDocument['contactBudget']>().openapi({ type: 'object' }),
      theme: z.custom<NonNullable<PromptsDocument['theme']>>().openapi({ type: 'object' }).optional(),
    }),
    'In the languages that `Accept-Language` asks for, as far as there are such. Cacheable; has an ETag.',
  ),
});

export function siteRoutes(app: OpenAPIHono<Env>, { store, sites }: Services): void {
  app.use('/v1/sites/*', etag());
  app.openapi(promptsRoute, async (c) => {
    const found = await store.sites.findKey(hashOf(c.req.valid('param').writeKey));
    if (!found) throw new Problem(404, 'not_found', 'writeKey: no such site');
    const { site } = (await sites(found.siteId)).site;
    c.header('Cache-Control', `public, max-age=${CACHE_SECONDS}, stale-while-revalidate=${STALE_SECONDS}`);
    c.header('Vary', 'Accept-Language');
    return c.json(promptsDocument(site, acceptedLanguages(c)), 200);
  });

  const schema = siteJsonSchema();
  app.get('/site.schema.json', (c) => c.json(schema, 200, { 'Cache-Control': 'public, max-age=3600' }));
}
