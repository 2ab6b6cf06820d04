/** What the owner asks about sequences: who is in them, and what they bring. */
import { parseDuration } from '@handrail/sdk/condition';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { because } from '../follow-ups/reason-words.ts';
import { saysOfOutcome, whatOf } from '../follow-ups/words.ts';
import {
  countRuns,
  newSequenceTally,
  type Plan,
  type SequenceResult,
  sequenceResult,
  tallyRun,
} from '../insights/sequence-results.ts';
import { Problem } from '../problem.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { CompiledSequence } from '../site/compile-sequences.ts';
import { durationMs } from '../site/durations.ts';
import type { RunGroup, SequenceStore } from '../store/sequences.ts';
import type { Cursor, Slice } from '../store/store.ts';
import type { Env, Services } from './context.ts';
import { answers, listOf } from './lists.ts';
import { periodOf, periodQuery } from './period.ts';
import { sequenceResultsSchema, sequenceSummarySchema } from './sequence-schemas.ts';

const DEFAULT_DAYS = 90;
/** Runs read at a time: a few milliseconds. */
const PART = 500;
/** The same, where they are only counted. */
const GROUPED = 2_000;

const owner = { tags: ['Follow-ups'], security: [{ secretKey: [] }] };

const listRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/sequences',
  summary: "The site's sequences, with who has been in them",
  responses: answers(listOf(sequenceSummarySchema), 'All of them, as the site has them.'),
});
const resultsRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/sequences/{id}/results',
  summary: 'What a sequence brings; days are UTC, the last 90 unless given',
  description:
    'Of the runs that started in these days. `lift` and `splits` compare people, each counted once and by the first run, and only those whose whole time for the goal (`within`) is over: whom we count is then settled before anything is sent, and cannot hang on the outcome. Intervals are of 95 %, each with its method; where there are too few people, `needs` says how many it takes. Money is that of the goals within that time, for each person, also those who reached none.',
  request: {
    params: z.object({ id: z.string().max(100) }),
    query: z.strictObject({
      ...periodQuery,
      within: z
        .string()
        .max(20)
        .refine((text) => (parseDuration(text) ?? 0) > 0, {
          error: 'expected a duration such as "12h", "7d" or "30d"',
        })
        .default('30d')
        .openapi({ description: 'How long a person has to reach the goal.' }),
    }),
  },
  responses: answers(sequenceResultsSchema, 'The results.'),
});

export function sequenceResultRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  app.openapi(listRoute, async (c) => {
    const { siteId } = c.var;
    const { site, sequences } = (await sites(siteId)).site;
    const own = new Set(site.sequences.map(({ id }) => id));
    const data = [];
    for (const { id, paused, holdout, program } of sequences.filter((each) => own.has(each.id))) {
      const runs = await readCounts(store.sequences, siteId, id);
      data.push({ id, paused, holdout, steps: program.length, ...runs });
    }
    return c.json({ data, next: null }, 200);
  });

  app.openapi(resultsRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { within, ...days } = c.req.valid('query');
    const { siteId } = c.var;
    const { site } = await sites(siteId);
    const sequence = site.sequences.find((each) => each.id === id);
    if (!sequence && !(await store.sequences.isKnown(siteId, id))) {
      throw new Problem(404, 'not_found', `no sequence ${id}`);
    }
    const period = periodOf(days, DEFAULT_DAYS, now());
    const tally = newSequenceTally();
    const runs = allOf((after) => store.sequences.runs(siteId, id, period, PART, after));
    for await (const run of runs) tallyRun(tally, run, durationMs(within), now());
    const result = sequenceResult(tally, planOf(sequence, site));
    const { currency } = site.site;
    return c.json({ sequenceId: id, ...period.days, within, currency, ...resultView(result, sequence) }, 200);
  });
}

async function* allOf<Row>(load: (after: Cursor | null) => Promise<Slice<Row>>): AsyncGenerator<Row> {
  let after: Cursor | null = null;
  do {
    const { rows, next }: Slice<Row> = await load(after);
    yield* rows;
    after = next;
  } while (after);
}

async function readCounts(store: SequenceStore, siteId: number, id: string) {
  const { counts } = newSequenceTally();
  const versions = new Map<number, number>();
  let due = 0;
  for await (const group of allOf<RunGroup>((after) => store.groups(siteId, id, GROUPED, after))) {
    const { status, version, runs } = group;
    countRuns(counts, group, runs);
    due += group.due;
    if (status === 'active') versions.set(version, (versions.get(version) ?? 0) + runs);
  }
  return {
    counts: { ...counts, due },
    versions: [...versions]
      .map(([version, active]) => ({ version, active }))
      .sort((a, b) => b.version - a.version),
  };
}

function planOf(sequence: CompiledSequence | undefined, { site }: CompiledSite): Plan {
  const { trackClicks = true, trackOpens = false } = site.email ?? {};
  return {
    steps: (sequence?.program ?? []).map((node) => ({
      id: node.id,
      arms: node.kind === 'split' ? node.arms.map(({ id }) => id) : null,
    })),
    holdout: sequence?.holdout ?? 0,
    tracks: (channel) => ({
      opens: channel === 'email' && trackOpens,
      clicks: channel === 'email' && trackClicks,
    }),
  };
}

function resultView({ ended, steps, ...result }: SequenceResult, sequence: CompiledSequence | undefined) {
  return {
    ...result,
    ended: ended.map((each) => ({ ...each, says: because('Over', each.reason) })),
    steps: steps.map((step) => {
      const node = sequence?.program.find(({ id }) => id === step.stepId);
      return {
        ...step,
        what: node ? whatOf(node) : (step.channel ?? step.stepId),
        isLive: node !== undefined,
        stopped: step.stopped.map((each) => ({ ...each, says: because('Not sent', each.reason) })),
        outcomes: step.outcomes.map((each) => ({
          ...each,
          says: saysOfOutcome(each.outcome, each.detail),
        })),
      };
    }),
  };
}
