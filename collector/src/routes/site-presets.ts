/** Journeys ready to use in a site file. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { PRESET_IDS, PRESETS } from '../site/presets.ts';
import type { Env } from './context.ts';
import { answers } from './lists.ts';
import { sitePresetSchema } from './schemas.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/v1/site-presets',
  tags: ['Site'],
  security: [{ secretKey: [] }],
  summary: 'Journeys ready to use, with stages and flags',
  description: 'Name one as `preset` in the site file, or copy what you like of it.',
  responses: answers(z.object({ data: z.array(sitePresetSchema), next: z.null() }), 'All of them.'),
});

export function sitePresetRoutes(app: OpenAPIHono<Env>): void {
  app.openapi(listRoute, (c) => c.json({ data: PRESET_IDS.map((id) => PRESETS[id]), next: null }, 200));
}
