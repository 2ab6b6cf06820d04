/** A draft tried on history before it goes live, and points learnt from it. Nothing here writes anything. */
import type { JsonObject } from '@handrail/sdk/protocol';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { describe } from '../ingest/decode.ts';
import { iso } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import { withKeptSecrets } from '../site/document.ts';
import type { Site } from '../site/schema.ts';
import { readJson } from './body.ts';
import type { Env, HandrailContext, Services } from './context.ts';
import { answers, problem } from './lists.ts';
import { asDocument, siteFrom } from './site-config.ts';

const time = z.iso.datetime();
const share = z.object({ leads: z.int(), converted: z.int() });
const counted = { leads: z.int(), conversions: z.int() };
const crossing = z.object({
  leads: z.int(),
  sample: z.array(
    z.object({
      id: z.string(),
      email: z.string().nullable(),
      scoreBefore: z.number(),
      scoreAfter: z.number(),
    }),
  ),
});
const bothWays = z.object({ up: crossing, down: crossing });
const forecast = z.object({
  hot: z.int(),
  precision: z.number().nullable(),
  converted: z.int(),
  recall: z.number().nullable(),
});
const previewSchema = z
  .object({
    at: time,
    days: z.number(),
    leads: z.int(),
    touchpoints: z.int(),
    conversions: z.object({ leads: z.int(), unforeseeable: z.int(), judged: share }),
    thresholds: z.object({ warm: bothWays, hot: bothWays }),
    stages: z.array(z.object({ id: z.string(), before: z.int(), after: z.int() })),
    stageMoves: z.int(),
    rules: z.array(
      z.object({
        id: z.string(),
        leads: z.int(),
        having: share,
        lacking: share,
        lift: z.object({
          ratio: z.number().nullable(),
          interval: z.object({ from: z.number(), to: z.number() }).nullable(),
        }),
      }),
    ),
    neverFire: z.array(z.string()),
    alwaysFire: z.array(z.string()),
    hot: z.object({ live: forecast, draft: forecast }),
    auc: z.object({ live: z.number().nullable(), draft: z.number().nullable() }),
  })
  .openapi('Preview');
const suggestionSchema = z
  .discriminatedUnion('outcome', [
    z.object({
      outcome: z.literal('suggested'),
      ...counted,
      points: z.array(
        z.object({ ruleId: z.string(), current: z.number(), suggested: z.number(), leads: z.int() }),
      ),
      untouched: z.array(
        z.object({ ruleId: z.string(), points: z.number(), reason: z.enum(['is_conversion', 'too_rare']) }),
      ),
      splitAt: time,
      earlier: z.object(counted),
      later: z.object(counted),
      auc: z.object({ current: z.number().nullable(), suggested: z.number().nullable() }),
      calibration: z.object({
        brier: z.number(),
        brierOfShare: z.number(),
        bins: z.array(z.object({ leads: z.int(), predicted: z.number(), observed: z.number() })),
      }),
      scale: z.number(),
    }),
    z.object({
      outcome: z.literal('not_enough_conversions'),
      ...counted,
      needed: z.int(),
      laterConversions: z.int(),
      laterNeeded: z.int(),
    }),
    z.object({ outcome: z.literal('no_signal'), ...counted }),
  ])
  .openapi('Suggestion');

const bodySchema = z.strictObject({
  document: z.unknown().optional(),
  days: z.number().min(1).max(365).default(30),
  conversion: z.unknown().optional(),
});
const requestBody = {
  required: true,
  content: {
    'application/json': {
      schema: {
        type: 'object' as const,
        properties: {
          document: { type: 'object' as const, description: 'A draft. [document=what was published last]' },
          days: { type: 'number' as const, description: 'How soon a conversion must follow. [days=30]' },
          conversion: {
            type: 'object' as const,
            description: "A condition. [conversion=the document's scoring.conversion]",
          },
        },
      },
    },
  },
};
const owner = { tags: ['Site'], security: [{ secretKey: [] }], requestBody };
const refusals = { 422: problem('Not a valid site; `errors` names the path of everything wrong.') };

const previewRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/site/preview',
  summary: 'What a draft would change, and how well it would have foretold conversions',
  responses: { ...answers(previewSchema, 'Nothing was written.'), ...refusals },
});
const suggestRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/site/suggest',
  summary: 'Points for the score rules, learnt from who converted',
  responses: { ...answers(suggestionSchema, 'Nothing was written.'), ...refusals },
});

export function sitePreviewRoutes(app: OpenAPIHono<Env>, services: Services): void {
  const { store, sites, variables, now } = services;

  async function question(c: HandrailContext): Promise<{ draft: Site; days: number }> {
    const body = bodySchema.safeParse((await readJson(c.req.raw)).value);
    if (!body.success) {
      const field = body.error.issues[0]?.path.join('.') || 'body';
      throw new Problem(400, 'invalid_body', describe(body.error.issues), { field });
    }
    const { document, days, conversion } = body.data;
    const latest = await store.sites.latest(c.var.siteId);
    const stored = latest?.document ?? {};
    const draft = document === undefined ? stored : withKeptSecrets(asDocument(document), stored);
    return { draft: siteFrom(withConversion(draft, conversion), variables), days };
  }

  app.openapi(previewRoute, async (c) => {
    const { draft, days } = await question(c);
    const { site } = await sites(c.var.siteId);
    const { at, ...report } = await store.histories.preview({
      kind: 'preview',
      siteId: site.id,
      live: site.site,
      draft,
      days,
      now: now(),
    });
    return c.json({ at: iso(at), ...report }, 200);
  });

  app.openapi(suggestRoute, async (c) => {
    const { draft, days } = await question(c);
    const suggestion = await store.histories.suggest({
      kind: 'suggest',
      siteId: c.var.siteId,
      site: draft,
      days,
      now: now(),
    });
    return c.json(
      suggestion.outcome === 'suggested' ? { ...suggestion, splitAt: iso(suggestion.splitAt) } : suggestion,
      200,
    );
  });
}

function withConversion(document: JsonObject, conversion: unknown): JsonObject {
  if (conversion === undefined) return document;
  const { scoring } = document;
  const known = typeof scoring === 'object' && scoring !== null && !Array.isArray(scoring) ? scoring : {};
  return { ...document, scoring: { ...known, conversion: conversion as JsonObject } };
}
