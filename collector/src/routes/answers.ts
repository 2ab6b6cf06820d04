/** What visitors answered, one by one. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { inOwnWords, questionOf } from '../leads/answers.ts';
import { iso } from '../leads/view.ts';
import type { Site } from '../site/schema.ts';
import type { AnswerFilter, StoredAnswer } from '../store/prompts.ts';
import type { Cursor } from '../store/store.ts';
import type { Env, Services } from './context.ts';
import { asFile, type Columns, exportContent } from './export.ts';
import { answers, listOf, listQuery, page, parseCursor } from './lists.ts';
import { endOfDay, periodQuery } from './period.ts';
import { answerSchema } from './schemas.ts';

const score = z.coerce.number().min(-1000).max(1000).optional();
const listRoute = createRoute({
  method: 'get',
  path: '/v1/answers',
  tags: ['Prompts'],
  security: [{ secretKey: [] }],
  summary: 'What visitors answered, latest first: with the person, the way to it and the trouble on it',
  description:
    '`from` and `to` are days (UTC), both included. `q` is looked for in the answers, without regard to case. With `Accept: text/csv` or `application/x-ndjson` the whole list.',
  request: {
    query: z.strictObject({
      ...listQuery,
      ...periodQuery,
      promptId: z.string().max(64).optional(),
      questionId: z.string().max(64).optional(),
      questionType: z
        .enum(['nps', 'csat', 'ces', 'thumbs', 'likert', 'choice', 'multiple_choice', 'text'])
        .optional(),
      minScore: score,
      maxScore: score,
      leadId: z.string().max(100).optional(),
      q: z.string().min(1).max(200).optional(),
    }),
  },
  responses: answers(listOf(answerSchema), 'A page of answers.', exportContent),
});

export function answerRoutes(app: OpenAPIHono<Env>, { store, sites }: Services): void {
  app.openapi(listRoute, async (c) => {
    const { limit, cursor, from, to, q, ...filter } = c.req.valid('query');
    const { site } = (await sites(c.var.siteId)).site;
    const load = (size: number, after: Cursor | null) =>
      store.prompts.answers(
        c.var.siteId,
        {
          ...filter,
          text: q,
          ...(from !== undefined && { from: Date.parse(from) }),
          ...(to !== undefined && { to: endOfDay(to) }),
        } satisfies AnswerFilter,
        size,
        after,
      );
    const view = (row: StoredAnswer) => answerView(row, site);
    return (
      asFile(c, 'answers', load, view, COLUMNS) ??
      c.json(page(await load(limit, parseCursor(cursor)), view), 200)
    );
  });
}

type AnswerView = ReturnType<typeof answerView>;

function answerView({ id, touchpoint, value, questionType, ...answer }: StoredAnswer, site: Site) {
  const prompt = site.prompts.find((each) => each.id === answer.promptId);
  const question = prompt && questionOf(prompt, answer.questionId);
  const { promptType, question: words } = touchpoint.properties;
  return {
    ...answer,
    id: `ans_${id}`,
    value: prompt && question ? inOwnWords(value, prompt, question) : value,
    questionText: typeof words === 'string' ? words : (question?.text ?? null),
    promptType: typeof promptType === 'string' ? promptType : (prompt?.type ?? null),
    questionType: questionType ?? question?.type ?? null,
    timestamp: iso(touchpoint.at),
    page: touchpoint.page,
  };
}

const COLUMNS: Columns<AnswerView> = {
  id: (answer) => answer.id,
  timestamp: (answer) => answer.timestamp,
  promptId: (answer) => answer.promptId,
  questionId: (answer) => answer.questionId,
  questionType: (answer) => answer.questionType,
  question: (answer) => answer.questionText,
  value: ({ value }) => (Array.isArray(value) ? value.join('; ') : value),
  leadId: (answer) => answer.leadId,
  name: (answer) => answer.leadName,
  email: (answer) => answer.leadEmail,
  path: (answer) => answer.page?.path,
  pathsBefore: (answer) => answer.pathsBefore.join(' '),
  cartValue: (answer) => answer.cartValue,
  friction: (answer) =>
    Object.entries(answer.friction)
      .map(([name, count]) => `${name} ${count}`)
      .join('; '),
};
