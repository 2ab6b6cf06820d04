/** What is to be done, and what went wrong: deliveries, tasks, rejected messages. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { iso, isoOrNull } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { RejectedRecord, TaskRecord } from '../store/store.ts';
import type { Env, Services } from './context.ts';
import { replay } from './ingest.ts';
import { answers, listOf, listQuery, page, parseCursor } from './lists.ts';
import { deliverySchema, rejectedSchema, taskSchema } from './schemas.ts';

const security = [{ secretKey: [] }];

const deliveriesRoute = createRoute({
  method: 'get',
  path: '/v1/deliveries',
  tags: ['Follow-ups'],
  security,
  summary: 'What was sent, what was not and why, what is due; latest first',
  request: {
    query: z.strictObject({
      ...listQuery,
      status: deliverySchema.shape.status.optional(),
      leadId: z.string().max(100).optional(),
    }),
  },
  responses: answers(listOf(deliverySchema), 'A page of deliveries.'),
});
const tasksRoute = createRoute({
  method: 'get',
  path: '/v1/tasks',
  tags: ['Follow-ups'],
  security,
  summary: 'What a person should do, the most urgent first',
  request: {
    query: z.strictObject({
      ...listQuery,
      status: taskSchema.shape.status.optional(),
      sort: z.enum(['dueAt']).default('dueAt'),
    }),
  },
  responses: answers(listOf(taskSchema), 'A page of tasks.'),
});
const doneRoute = createRoute({
  method: 'post',
  path: '/v1/tasks/{id}/done',
  tags: ['Follow-ups'],
  security,
  summary: 'Mark a task done; again changes nothing',
  request: { params: z.object({ id: z.string().max(100) }) },
  responses: answers(taskSchema, 'The task.'),
});
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

export function workRoutes(app: OpenAPIHono<Env>, services: Services): void {
  const { store, now } = services;

  app.openapi(deliveriesRoute, async (c) => {
    const { limit, cursor, status, leadId } = c.req.valid('query');
    const filter = { status: status ?? null, leadId: leadId ?? null };
    const rows = await store.followUps.deliveries(c.var.siteId, filter, limit, parseCursor(cursor));
    return c.json(
      page(rows, (row) => ({ ...row, dueAt: iso(row.dueAt), sentAt: isoOrNull(row.sentAt) })),
      200,
    );
  });

  app.openapi(tasksRoute, async (c) => {
    const { limit, cursor, status } = c.req.valid('query');
    const rows = await store.followUps.tasks(c.var.siteId, status ?? null, limit, parseCursor(cursor));
    const at = now();
    return c.json(
      page(rows, (row) => taskView(row, at)),
      200,
    );
  });

  app.openapi(doneRoute, async (c) => {
    const { id } = c.req.valid('param');
    const task = await store.followUps.completeTask(c.var.siteId, id, now());
    if (!task) throw new Problem(404, 'not_found', `no task ${id}`);
    return c.json(taskView(task, now()), 200);
  });

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

function taskView(task: TaskRecord, now: number) {
  const { dueAt, createdAt, doneAt } = task;
  return {
    ...task,
    status: doneAt === null ? ('open' as const) : ('done' as const),
    overdue: doneAt === null && dueAt < now,
    dueAt: iso(dueAt),
    createdAt: iso(createdAt),
    doneAt: isoOrNull(doneAt),
  };
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
