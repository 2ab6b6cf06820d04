/** How many have refused to be known, and where they were. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../leads/view.ts';
import type { Env, Services } from './context.ts';
import { answers } from './lists.ts';

const DEFAULT_DAYS = 30;
const DAY_MS = 86_400_000;

const dayQuery = z.iso.date().optional();
const cookielessRoute = createRoute({
  method: 'get',
  path: '/v1/cookieless',
  tags: ['Insights'],
  security: [{ secretKey: [] }],
  summary: 'Visitors who have refused: how many, and which pages, by day (UTC); latest first',
  description:
    'Counted where the SDK is told `whenDenied: cookieless`. A visitor is told from another by a hash of address and browser, salted anew each day; the salt is deleted as the day ends, so nobody is recognised the day after, or as a lead. `from` is 29 days before `to`, and `to` is today, unless given.',
  request: { query: z.strictObject({ from: dayQuery, to: dayQuery }) },
  responses: answers(
    z.object({
      data: z.array(
        z.object({
          day: z.iso.date(),
          visitors: z.int(),
          views: z.int(),
          touchpoints: z.int(),
          paths: z.array(z.object({ path: z.string(), views: z.int() })),
        }),
      ),
      next: z.null(),
    }),
    'The days on which there were any.',
  ),
});

export function cookielessRoutes(app: OpenAPIHono<Env>, { store, now }: Services): void {
  app.openapi(cookielessRoute, async (c) => {
    const { from, to = dayOf(now()) } = c.req.valid('query');
    const first = from ?? dayOf(Date.parse(to) - (DEFAULT_DAYS - 1) * DAY_MS);
    return c.json({ data: await store.cookieless.days(c.var.siteId, first, to), next: null }, 200);
  });
}

const dayOf = (at: number): string => iso(at).slice(0, 10);
