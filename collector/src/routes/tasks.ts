/** What people should do, and how fast they do it. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { responseTimesByOwner, responseTimesOf } from '../follow-ups/response-times.ts';
import { iso, isoOrNull } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { TaskRecord } from '../store/follow-ups.ts';
import type { Env, Services } from './context.ts';
import { answers, jsonBody, listOf, listQuery, page, parseCursor } from './lists.ts';
import { responseTimesSchema, taskSchema } from './schemas.ts';

const owner = { tags: ['Follow-ups'], security: [{ secretKey: [] }] };
const params = z.object({ id: z.string().max(100) });
const DEFAULT_PERIOD_MS = 30 * 86_400_000;
const time = z.iso.datetime({ offset: true });

const listRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/tasks',
  summary: 'What a person should do, the most urgent first',
  request: {
    query: z.strictObject({
      ...listQuery,
      status: taskSchema.shape.status.optional(),
      owner: z.string().max(100).optional(),
      sort: z.enum(['dueAt']).default('dueAt'),
    }),
  },
  responses: answers(listOf(taskSchema), 'A page of tasks.'),
});
const doneRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/tasks/{id}/done',
  summary: 'Mark a task done; again changes nothing',
  request: { params },
  responses: answers(taskSchema, 'The task.'),
});
const snoozeRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/tasks/{id}/snooze',
  summary: 'Put a task off: it is due, and overdue, from then on; what was promised stays promised',
  request: { params, body: jsonBody(z.strictObject({ until: time })) },
  responses: answers(taskSchema, 'The task.'),
});
const assignRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/tasks/{id}/assign',
  summary: 'Say whose task it is',
  request: {
    params,
    body: jsonBody(z.strictObject({ owner: z.string().trim().min(1).max(100).nullable() })),
  },
  responses: answers(taskSchema, 'The task.'),
});
const timesRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/tasks/response-times',
  summary: 'How fast tasks are done: median, 90th percentile, share within the promised time, by owner',
  request: { query: z.strictObject({ from: time.optional(), to: time.optional() }) },
  responses: answers(
    responseTimesSchema.extend({
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      byOwner: z.array(responseTimesSchema.extend({ owner: z.string().nullable() })),
    }),
    'Of tasks made in this time. [from=30 days before `to`] [to=now]',
  ),
});

export function taskRoutes(app: OpenAPIHono<Env>, { store, now }: Services): void {
  app.openapi(listRoute, async (c) => {
    const { limit, cursor, status, owner: whose } = c.req.valid('query');
    const filter = { status: status ?? null, owner: whose ?? null };
    const rows = await store.tasks.list(c.var.siteId, filter, limit, parseCursor(cursor));
    const at = now();
    return c.json(
      page(rows, (row) => taskView(row, at)),
      200,
    );
  });

  app.openapi(timesRoute, async (c) => {
    const query = c.req.valid('query');
    const to = query.to === undefined ? now() : Date.parse(query.to);
    const from = query.from === undefined ? to - DEFAULT_PERIOD_MS : Date.parse(query.from);
    const timings = await store.tasks.timings(c.var.siteId, from, to);
    const byOwner = responseTimesByOwner(timings, now());
    return c.json({ from: iso(from), to: iso(to), ...responseTimesOf(timings, now()), byOwner }, 200);
  });

  app.openapi(doneRoute, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(view(await store.tasks.complete(c.var.siteId, id, now()), id), 200);
  });
  app.openapi(snoozeRoute, async (c) => {
    const { id } = c.req.valid('param');
    const until = Date.parse(c.req.valid('json').until);
    if (until <= now()) {
      throw new Problem(400, 'invalid_parameter', 'until: expected a time to come', { field: 'until' });
    }
    return c.json(view(await store.tasks.snooze(c.var.siteId, id, until), id), 200);
  });
  app.openapi(assignRoute, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(view(await store.tasks.assign(c.var.siteId, id, c.req.valid('json').owner), id), 200);
  });

  function view(task: TaskRecord | null, id: string) {
    if (!task) throw new Problem(404, 'not_found', `no task ${id}`);
    return taskView(task, now());
  }
}

function taskView(task: TaskRecord, now: number) {
  const { dueAt, promisedAt, createdAt, doneAt } = task;
  return {
    ...task,
    status: doneAt === null ? ('open' as const) : ('done' as const),
    overdue: doneAt === null && dueAt < now,
    snoozed: doneAt === null && dueAt > promisedAt && dueAt >= now,
    dueAt: iso(dueAt),
    promisedAt: iso(promisedAt),
    createdAt: iso(createdAt),
    doneAt: isoOrNull(doneAt),
  };
}
