/** What went wrong: rejected messages. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { iso, isoOrNull } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { RejectedRecord } from '../store/store.ts';
import type { Env, Services } from './context.ts';
import { replay } from './ingest.ts';
import { answers, listOf, listQuery, page, parseCursor } from './lists.ts';
import { rejectedSchema } from './schemas.ts';

const security = [{ secretKey: [] }];

const rejectedRoute = createRoute({
  method: 'get',
  path: '/v1/rejected',
  tags: ['Ingest'],
  security,
  summary: 'Messages that were refused, kept as they came; latest first',
  request: { query: z.strictObject(listQuery) },
  responses: answers(listOf(rejectedSchema), 'A page of rejected messages.'),
});
const replayRoute = createRoute({
  method: 'post',
  path: '/v1/rejected/{id}/replay',
  tags: ['Ingest'],
  security,
  summary: 'Send a rejected message again',
  request: {
    params: z.object({ id: z.string().regex(/^rej_\d{1,15}$/, { error: 'expected an id such as rej_17' }) }),
  },
  responses: answers(
    z.object({ accepted: z.int(), duplicates: z.int() }),
    'It is stored now. A message that is refused again answers 400 and stays in the list.',
  ),
});

export function rejectedRoutes(app: OpenAPIHono<Env>, services: Services): void {
  const { store, now } = services;

  app.openapi(rejectedRoute, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const rows = await store.rejected.list(c.var.siteId, limit, parseCursor(cursor));
    return c.json(page(rows, rejectedView), 200);
  });

  app.openapi(replayRoute, async (c) => {
    const { id } = c.req.valid('param');
    const key = Number(id.slice('rej_'.length));
    const rejected = await store.rejected.get(c.var.siteId, key);
    if (!rejected) throw new Problem(404, 'not_found', `no rejected message ${id}`);
    if (rejected.replayedAt !== null) throw new Problem(409, 'already_replayed', `${id} has been stored`);
    const { accepted, duplicates, rejection } = await replay(services, c.var.siteId, rejected);
    if (rejection) {
      const field = rejection.message.split(':', 1)[0] ?? 'message';
      throw new Problem(400, rejection.code, rejection.message, { field });
    }
    await store.rejected.markReplayed(c.var.siteId, key, now());
    return c.json({ accepted, duplicates }, 200);
  });
}

function rejectedView({ id, messageId, code, message, receivedAt, replayedAt, body }: RejectedRecord) {
  return {
    id: `rej_${id}`,
    messageId,
    code,
    message,
    receivedAt: iso(receivedAt),
    replayedAt: isoOrNull(replayedAt),
    body,
  };
}
