/** Sequences by hand: a lead begins one, and those under way go over to how it is now. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { emailOf } from '../ingest/addresses.ts';
import { Problem } from '../problem.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { EnrollOutcome, LeadName } from '../store/follow-ups.ts';
import type { Env, Services } from './context.ts';
import { answers, jsonBody, problem } from './lists.ts';

const owner = { tags: ['Follow-ups'], security: [{ secretKey: [] }] };
const params = z.object({ id: z.string().max(100) });
const name = z.string().trim().min(1).max(320);

const enrollmentSchema = z.object({ sequenceId: z.string(), leadId: z.string() }).openapi('Enrollment');
const movedSchema = z
  .object({
    moved: z.int().openapi({ description: 'Go on by the sequence as it is now.' }),
    kept: z.int().openapi({
      description:
        'Finish as they began: the step they stand at is no more, or one that is done would come again.',
    }),
  })
  .openapi('MovedRuns');

const { 200: enrolled, ...problems } = answers(enrollmentSchema, 'The lead is in the sequence.');
const enrollRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/sequences/{id}/enrollments',
  summary: 'Let a lead begin a sequence, whatever the sequence starts by',
  request: {
    params,
    body: jsonBody(
      z.union([
        z.strictObject({ leadId: name }),
        z.strictObject({ userId: name }),
        z.strictObject({ email: name }),
      ]),
    ),
  },
  responses: {
    201: enrolled,
    ...problems,
    409: problem(
      'It may not begin now: the lead is in it (`active`), or has been of late (`too_soon`), or nobody enters (`paused`).',
    ),
  },
});
const moveRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/sequences/{id}/move',
  summary: 'Let runs that began under an earlier configuration go on by the live one',
  description: 'Each stays at the step where it is, found by its `id`. Moving again changes nothing.',
  request: { params },
  responses: answers(movedSchema, 'How many were moved.'),
});

type Refusal = Exclude<EnrollOutcome, { outcome: 'started' | 'no_lead' }>['outcome'];
const WHY_NOT: Record<Refusal, string> = {
  active: 'the lead is in it already',
  too_soon: 'the lead has been in it, and may not enter again yet: see its "reentry"',
  paused: 'the sequence is paused: nobody enters',
};

export function enrollmentRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  app.openapi(enrollRoute, async (c) => {
    const { id } = c.req.valid('param');
    const advance = await sites(c.var.siteId);
    mustHave(advance.site, id);
    const who = nameFrom(c.req.valid('json'));
    const result = await store.followUps.enroll(advance, who, id, now());
    if (result.outcome === 'no_lead') {
      throw new Problem(404, 'not_found', `no lead ${who.value}`, { field: who.kind });
    }
    if (result.outcome !== 'started') throw new Problem(409, result.outcome, WHY_NOT[result.outcome]);
    return c.json({ sequenceId: id, leadId: result.leadId }, 201);
  });

  app.openapi(moveRoute, async (c) => {
    const { id } = c.req.valid('param');
    const advance = await sites(c.var.siteId);
    mustHave(advance.site, id);
    return c.json(await store.followUps.moveRuns(advance, id, now()), 200);
  });
}

/** The owner's own: what a prompt promises starts with its answer, and asks for no consent but that. */
function mustHave({ site }: CompiledSite, sequenceId: string): void {
  if (!site.sequences.some(({ id }) => id === sequenceId)) {
    throw new Problem(404, 'not_found', `no sequence ${sequenceId}`);
  }
}

function nameFrom(body: { leadId: string } | { userId: string } | { email: string }): LeadName {
  if ('leadId' in body) return { kind: 'leadId', value: body.leadId };
  if ('userId' in body) return { kind: 'userId', value: body.userId };
  return { kind: 'email', value: emailOf(body.email) ?? body.email };
}
