/** Sequences ready to switch on in a site file. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { SEQUENCE_PRESETS } from '../site/sequence-presets/index.ts';
import type { Env } from './context.ts';
import { answers } from './lists.ts';
import { sequencePresetSchema } from './schemas.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/v1/sequence-presets',
  tags: ['Follow-ups'],
  security: [{ secretKey: [] }],
  summary: 'Sequences ready to switch on, with the texts of their mails',
  description:
    'Name one as `{ "preset": "welcome" }` among the site’s `sequences`, with any key of your own beside it, and give a template of the same id where you want other words.',
  responses: answers(z.object({ data: z.array(sequencePresetSchema), next: z.null() }), 'All of them.'),
});

export function sequencePresetRoutes(app: OpenAPIHono<Env>): void {
  app.openapi(listRoute, (c) => c.json({ data: SEQUENCE_PRESETS.map(asListed), next: null }, 200));
}

const asListed = ({
  id,
  name,
  purpose,
  expects,
  sequence,
  templates,
}: (typeof SEQUENCE_PRESETS)[number]) => ({
  id,
  name,
  purpose,
  expects: {
    touchpoints: [...expects.touchpoints],
    traits: [...expects.traits],
    prompts: [...expects.prompts],
  },
  sequence: { id, ...sequence },
  templates,
});
