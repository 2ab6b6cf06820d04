/** What the owner asks about prompts: what became of them, and why they were shown or not. */
import type { PromptReason } from '@handrail/sdk/protocol';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { REASON_WORDS } from '../insights/prompt-reasons.ts';
import { newPromptTally, promptResult, SPLITS, TRENDS, tallyImpression } from '../insights/prompt-results.ts';
import { questionsOf, resolver } from '../insights/same-questions.ts';
import { recordOf } from '../leads/lead-facts.ts';
import { NO_MEMORY } from '../leads/prompt-records.ts';
import { iso } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import { PROMPT_TEMPLATES } from '../site/prompt-templates.ts';
import type { PromptDocument } from '../site/schema/prompt.ts';
import type { Env, Services } from './context.ts';
import { answers, listOf } from './lists.ts';
import { dayOf, periodOf, periodQuery } from './period.ts';
import { impressionsOf, readLift, readResults } from './prompt-reading.ts';
import {
  eligibilitySchema,
  leadPromptSchema,
  promptSummarySchema,
  resultsSchema,
  templateSchema,
} from './prompt-schemas.ts';

const DEFAULT_DAYS = 90;
const MAX_MERGED = 20;

const owner = { tags: ['Prompts'], security: [{ secretKey: [] }] };
const params = z.object({ id: z.string().max(100) });

const listRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/prompts',
  summary: "The site's prompts, with what came of them; days are UTC, the last 90 unless given",
  request: { query: z.strictObject(periodQuery) },
  responses: answers(listOf(promptSummarySchema), 'All prompts, in order of priority.'),
});
const resultsRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/prompts/{id}/results',
  summary:
    'What became of a prompt and what was answered, with intervals; days are UTC, the last 90 unless given',
  description:
    'Counts belong to the day on which the prompt was shown. Each figure comes with its interval of 95 % and its method, or with how many answers it still needs. `splitBy` and `trend` tell the same for parts; `with` adds what other prompts that ask the same were answered (ids, with commas between). `lift` compares those it was shown to with those it was held back from, by the goal that the prompt names.',
  request: {
    params,
    query: z.strictObject({
      ...periodQuery,
      splitBy: z.enum(SPLITS).optional(),
      trend: z.enum(TRENDS).optional(),
      with: z.string().min(1).max(2_000).optional(),
    }),
  },
  responses: answers(resultsSchema, 'The results.'),
});
const eligibilityRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/prompts/{id}/eligibility',
  summary: 'Why a prompt was shown or not, how often, by day (UTC); the last 90 unless given',
  description: 'As browsers count it, by the day on which they told it.',
  request: { params, query: z.strictObject(periodQuery) },
  responses: answers(eligibilitySchema, 'The reasons, the most frequent first.'),
});
const leadPromptsRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/leads/{id}/prompts',
  summary: 'What became of each prompt with one person, and why it was shown or not',
  request: { params },
  responses: answers(listOf(leadPromptSchema), 'All prompts, in order of priority.'),
});
const templatesRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/prompt-templates',
  summary: "Ready prompts for the moments that matter: copy one into the site's `prompts`",
  responses: answers(listOf(templateSchema), 'All templates.'),
});

export function promptRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  const promptsOf = async (siteId: number) => (await sites(siteId)).site.site.prompts;

  /** One that the site no longer has is known by its impressions, or by nothing. */
  async function promptOrProblem(siteId: number, id: string): Promise<PromptDocument | undefined> {
    const prompt = (await promptsOf(siteId)).find((each) => each.id === id);
    if (!prompt && !(await store.prompts.isKnown(siteId, id)))
      throw new Problem(404, 'not_found', `no prompt ${id}`);
    return prompt;
  }

  app.openapi(listRoute, async (c) => {
    const period = periodOf(c.req.valid('query'), DEFAULT_DAYS, now());
    const data = [];
    for (const prompt of await promptsOf(c.var.siteId)) {
      const tally = newPromptTally([]);
      const impressions = impressionsOf(store.prompts, c.var.siteId, [prompt.id], period);
      for await (const each of impressions) tallyImpression(tally, each, () => null);
      const { counts, responseRate } = promptResult(tally);
      const { id, type, holdout = 0 } = prompt;
      data.push({ id, type, title: titleOf(prompt), counts, responseRate, holdout });
    }
    return c.json({ data, next: null }, 200);
  });

  app.openapi(resultsRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { splitBy, trend, with: others = '', ...days } = c.req.valid('query');
    const { siteId } = c.var;
    const prompt = await promptOrProblem(siteId, id);
    const promptIds = [...new Set([id, ...others.split(',').filter(Boolean)])];
    if (promptIds.length > MAX_MERGED) {
      const detail = `with: expected fewer than ${MAX_MERGED} prompts`;
      throw new Problem(400, 'invalid_parameter', detail, { field: 'with' });
    }
    for (const each of promptIds) await promptOrProblem(siteId, each);
    const period = periodOf(days, DEFAULT_DAYS, now());
    const prompts = new Map((await promptsOf(siteId)).map((each) => [each.id, each]));
    const questions = questionsOf(prompt);
    const results = await readResults(
      impressionsOf(store.prompts, siteId, promptIds, period),
      questions,
      resolver(questions, id, prompts),
      { splitBy, trend },
    );
    const lift =
      prompt?.goal && prompt.holdout
        ? await readLift(
            store.prompts,
            impressionsOf(store.prompts, siteId, [id], period),
            prompt.goal,
            prompt.holdout,
          )
        : null;
    return c.json({ promptIds, ...period.days, ...results, lift }, 200);
  });

  app.openapi(eligibilityRoute, async (c) => {
    const { id } = c.req.valid('param');
    await promptOrProblem(c.var.siteId, id);
    const period = periodOf(c.req.valid('query'), DEFAULT_DAYS, now());
    const counted = await store.prompts.decisions(c.var.siteId, id, period);
    const totals = new Map<PromptReason, number>();
    const days = new Map<string, { [reason in PromptReason]?: number }>();
    for (const { day, reason, count } of counted) {
      totals.set(reason, (totals.get(reason) ?? 0) + count);
      days.set(dayOf(day), { ...days.get(dayOf(day)), [reason]: count });
    }
    return c.json(
      {
        promptId: id,
        ...period.days,
        reasons: [...totals]
          .sort(([, a], [, b]) => b - a)
          .map(([reason, count]) => ({ reason, words: REASON_WORDS[reason], count })),
        days: [...days].map(([day, reasons]) => ({ day, reasons })),
      },
      200,
    );
  });

  app.openapi(leadPromptsRoute, async (c) => {
    const { id } = c.req.valid('param');
    const lead = await store.leads.get(c.var.siteId, id);
    if (!lead) throw new Problem(404, 'not_found', `no lead ${id}`);
    const told = await store.prompts.decisionsOf(c.var.siteId, id);
    const data = (await promptsOf(c.var.siteId)).map((prompt) => {
      const reasons = told
        .filter(({ promptId }) => promptId === prompt.id)
        .map(({ reason, count, lastAt }) => ({
          reason,
          words: REASON_WORDS[reason],
          count,
          toldAt: iso(lastAt),
        }));
      const [latest] = reasons;
      return {
        promptId: prompt.id,
        promptType: prompt.type,
        ...recordOf(lead.state.prompts[prompt.id] ?? NO_MEMORY),
        decision: latest ? { reason: latest.reason, words: latest.words, toldAt: latest.toldAt } : null,
        reasons,
      };
    });
    return c.json({ data, next: null }, 200);
  });

  app.openapi(templatesRoute, (c) => c.json({ data: [...PROMPT_TEMPLATES], next: null }, 200));
}

/** What an owner would know it by. */
function titleOf(prompt: PromptDocument): string {
  return 'questions' in prompt ? (prompt.questions[0]?.text ?? prompt.id) : prompt.title;
}
