/** The time machine: sequences tried on history before they go live. Nothing here writes or sends anything. */
import type { JsonObject } from '@handrail/sdk/protocol';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { REASONS } from '../follow-ups/reason-words.ts';
import { STEP_OUTCOMES } from '../follow-ups/walk.ts';
import { describe } from '../ingest/decode.ts';
import { iso } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import { withKeptSecrets } from '../site/document.ts';
import type { Site } from '../site/schema.ts';
import { readJson } from './body.ts';
import type { Env, HandrailContext, Services } from './context.ts';
import { answers, problem } from './lists.ts';
import { siteFrom } from './site-config.ts';

const MAX_DAYS = 365;
const DEFAULT_DAYS = 90;

const time = z.iso.datetime();
const reason = z.enum(REASONS);
const stopped = z.array(z.object({ reason, messages: z.int() }));
const stepSchema = z.object({
  id: z.string(),
  step: z.int(),
  kind: z.enum(['message', 'effect', 'end', 'wait', 'branch', 'split']),
  channel: z.string().nullable(),
  sent: z.int(),
  putOff: z.int(),
  stopped,
  outcomes: z.array(
    z.object({ outcome: z.enum(STEP_OUTCOMES), detail: z.string().nullable(), runs: z.int() }),
  ),
});
const previewSchema = z
  .object({
    at: time,
    from: time,
    days: z.number(),
    timezone: z.string(),
    leads: z.int(),
    touchpoints: z.int(),
    cutShort: z.int(),
    sequences: z.array(
      z.object({
        id: z.string(),
        paused: z.boolean(),
        started: z.int(),
        heldOut: z.int(),
        goalsMet: z.int(),
        ended: z.object({ completed: z.int(), goal_met: z.int(), exited: z.int() }),
        underWay: z.int(),
        steps: z.array(stepSchema),
      }),
    ),
    sent: z.int(),
    byChannel: z.array(z.object({ channel: z.string(), messages: z.int() })),
    stopped,
    byDay: z.array(z.object({ date: z.iso.date(), messages: z.int(), toPeople: z.int() })),
    perPerson: z.object({
      leads: z.int(),
      p50: z.int(),
      p90: z.int(),
      max: z.int(),
      most: z.array(z.object({ id: z.string(), email: z.string().nullable(), messages: z.int() })),
    }),
    sample: z.array(
      z.object({
        id: z.string(),
        email: z.string().nullable(),
        messages: z.array(
          z.object({
            at: time,
            sequenceId: z.string(),
            stepId: z.string(),
            step: z.int(),
            channel: z.string(),
            what: z.string(),
            status: z.enum(['sent', 'skipped', 'failed']),
            reason: reason.nullable(),
          }),
        ),
        more: z.int(),
      }),
    ),
    assumptions: z.array(z.string()),
  })
  .openapi('SequencePreview');

/** What is in it is for the site's own check, which is not to be overflown by nesting. */
const object = z.custom<JsonObject>(isObject, { error: 'expected an object' });
const bodySchema = z
  .strictObject({
    sequence: object.optional(),
    sequences: z.array(object).optional(),
    document: object.optional(),
    templates: object.optional(),
    days: z.number().min(1).max(MAX_DAYS).default(DEFAULT_DAYS),
  })
  .refine(
    ({ sequence, sequences, document }) =>
      [sequence, sequences, document].filter((each) => each !== undefined).length <= 1,
    { error: 'expected one of sequence, sequences and document', path: ['document'] },
  );

const previewRoute = createRoute({
  method: 'post',
  path: '/v1/sequences/preview',
  tags: ['Follow-ups'],
  security: [{ secretKey: [] }],
  summary:
    'Who would have got what, and what would have been stopped, had the draft been live; sends nothing',
  description:
    'Lives the last days of stored history again under a draft: one sequence in the place of its like, all of them, or a whole document; none of these tries the configuration that was published last. `assumptions` says what the figures take for granted.',
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object' as const,
          properties: {
            sequence: {
              type: 'object' as const,
              description: 'In the place of the one of its id, or added.',
            },
            sequences: {
              type: 'array' as const,
              items: { type: 'object' as const },
              description: 'In the place of all.',
            },
            document: { type: 'object' as const, description: 'A draft. [document=what was published last]' },
            templates: { type: 'object' as const, description: "By id, besides the document's own." },
            days: { type: 'number' as const, description: `At most ${MAX_DAYS}. [days=${DEFAULT_DAYS}]` },
          },
        },
      },
    },
  },
  responses: {
    ...answers(previewSchema, 'Nothing was written, and nothing sent.'),
    422: problem('Not valid; `errors` names the path of everything wrong.'),
  },
});

export function sequencePreviewRoutes(app: OpenAPIHono<Env>, { store, variables, now }: Services): void {
  async function question(c: HandrailContext): Promise<{ draft: Site; days: number }> {
    const body = bodySchema.safeParse((await readJson(c.req.raw)).value);
    if (!body.success) {
      const field = body.error.issues[0]?.path.join('.') || 'body';
      throw new Problem(400, 'invalid_body', describe(body.error.issues), { field });
    }
    const { document, sequence, sequences, templates, days } = body.data;
    const stored = (await store.sites.latest(c.var.siteId))?.document ?? {};
    const base = document ? withKeptSecrets(document, stored) : stored;
    const filled = { ...base, ...(sequences && { sequences }), ...withTemplates(base, templates) };
    const { draft, nameOf } = sequence
      ? withSequence(filled, sequence)
      : { draft: filled, nameOf: undefined };
    return { draft: siteFrom(draft, variables, nameOf), days };
  }

  app.openapi(previewRoute, async (c) => {
    const { draft, days } = await question(c);
    const job = { kind: 'sequences' as const, siteId: c.var.siteId, draft, days, now: now() };
    const { at, from, sample, assumptions, ...report } = await store.histories.previewSequences(job);
    const leads = sample.map((lead) => ({
      ...lead,
      messages: lead.messages.map((message) => ({ ...message, at: iso(message.at) })),
    }));
    return c.json(
      { at: iso(at), from: iso(from), ...report, sample: leads, assumptions: [...assumptions] },
      200,
    );
  });
}

function withTemplates({ templates: own }: JsonObject, templates: JsonObject | undefined): JsonObject {
  return templates ? { templates: { ...(isObject(own) ? own : {}), ...templates } } : {};
}

/** @returns with the draft, how its sender calls the place of the sequence */
function withSequence(document: JsonObject, sequence: JsonObject) {
  const all = Array.isArray(document.sequences) ? document.sequences : [];
  const known = all.findIndex((each) => isObject(each) && each.id === sequence.id);
  const index = known < 0 ? all.length : known;
  const place = `sequences[${index}]`;
  return {
    draft: { ...document, sequences: all.toSpliced(index, 1, sequence) },
    nameOf: (path: string) => (path.startsWith(place) ? `sequence${path.slice(place.length)}` : path),
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
