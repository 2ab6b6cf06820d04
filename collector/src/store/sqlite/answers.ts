/** The list of answers, each with the way that led to it. */
import type { Database, Statement } from 'better-sqlite3';
import type { AnswerFilter, PromptStore, StoredAnswer } from '../prompts.ts';
import { valueFrom } from './impressions.ts';
import { byId, LEAD_NAME, type LeadName, slice } from './leads.ts';
import { idFrom, TOUCHPOINT_COLUMNS, type TouchpointRow, touchpointFrom } from './rows.ts';

type AnswerRow = TouchpointRow &
  LeadName & {
    visitor_id: number;
    promptId: string;
    questionId: string;
    questionType: string | null;
    value: string | number | Buffer;
    cartValue: number | null;
  };

interface SessionRow {
  id: number;
  name: string;
  path: string | null;
}

/** What each filter asks of a row; all that are given must hold. */
const CONDITIONS: { readonly [filter in keyof AnswerFilter]-?: string } = {
  promptId: 'answers.prompt_id = $promptId',
  questionId: 'question_id = $questionId',
  questionType: 'question_type = $questionType',
  minScore: `typeof(value) IN ('integer', 'real') AND value >= $minScore`,
  maxScore: `typeof(value) IN ('integer', 'real') AND value <= $maxScore`,
  from: 'touchpoints.at >= $from',
  to: 'touchpoints.at < $to',
  leadId: `leads.id = (SELECT coalesce(merged_into, id) FROM leads AS named
    WHERE named.site_id = $siteId AND named.public_id = $leadId)`,
  text: 'instr(lower_case(CAST(value AS TEXT)), lower_case($text)) > 0',
};

/** What tells of trouble on the way. */
const FRICTION = [
  'rage_click',
  'dead_click',
  'form_abandon',
  'form_failed',
  'interaction_failed',
  'task_failed',
];
/** Of one session. A longer one is no person's. */
const MAX_TOUCHPOINTS_READ = 1_000;
const MAX_PATHS_SHOWN = 50;

export function answerReader(db: Database): PromptStore['answers'] {
  // SQLite's own lower() knows ASCII only.
  db.function('lower_case', { deterministic: true }, (text: unknown) => String(text).toLowerCase());
  const statements = new Map<string, Statement<object, AnswerRow>>();
  const selectSession = db.prepare<[number, Buffer | string, number], SessionRow>(
    `SELECT id, name, json_extract(data, '$.page.path') AS path FROM touchpoints
     WHERE visitor_id = ? AND session_id = ? ORDER BY id LIMIT ?`,
  );

  function statementFor(filters: (keyof AnswerFilter)[]): Statement<object, AnswerRow> {
    const name = filters.join();
    const known = statements.get(name);
    if (known) return known;
    const statement = db.prepare<object, AnswerRow>(
      `SELECT ${TOUCHPOINT_COLUMNS}, answers.visitor_id, leads.public_id AS leadId, leads.email AS leadEmail,
         ${LEAD_NAME}, prompt_id AS promptId, question_id AS questionId, question_type AS questionType, value,
         cart_value AS cartValue
       FROM answers JOIN touchpoints ON touchpoints.id = answers.id
       JOIN visitors ON visitors.id = answers.visitor_id JOIN leads ON leads.id = visitors.lead_id
       JOIN lead_states ON lead_states.lead_id = leads.id
       WHERE ${['answers.site_id = $siteId', 'answers.id < $before', ...filters.map((each) => CONDITIONS[each])].join(' AND ')}
       ORDER BY answers.id DESC LIMIT $limit`,
    );
    statements.set(name, statement);
    return statement;
  }

  /** A prompt's answers come from one session, which is then read once. */
  function sessionReader(): (row: AnswerRow) => SessionRow[] {
    const read = new Map<string, SessionRow[]>();
    return ({ visitor_id, session_id }) => {
      if (session_id === null) return [];
      const key = `${visitor_id}/${idFrom(session_id)}`;
      const rows = read.get(key) ?? selectSession.all(visitor_id, session_id, MAX_TOUCHPOINTS_READ);
      read.set(key, rows);
      return rows;
    };
  }

  return async (siteId, filter, limit, after) => {
    const filters = (Object.keys(CONDITIONS) as (keyof AnswerFilter)[]).filter(
      (each) => filter[each] !== undefined,
    );
    const given = Object.fromEntries(filters.map((each) => [each, filter[each]]));
    const before = after?.id ?? Number.MAX_SAFE_INTEGER;
    const sessionOf = sessionReader();
    const rows = statementFor(filters).all({ ...given, siteId, before, limit: limit + 1 });
    return slice(
      rows,
      limit,
      byId,
      (row): StoredAnswer => ({
        id: row.id,
        leadId: row.leadId,
        leadName: row.leadName,
        leadEmail: row.leadEmail,
        promptId: row.promptId,
        questionId: row.questionId,
        questionType: row.questionType,
        value: valueFrom(row.value),
        touchpoint: touchpointFrom(row),
        cartValue: row.cartValue,
        ...contextOf(row, sessionOf(row)),
      }),
    );
  };
}

function contextOf({ id }: AnswerRow, session: SessionRow[]): Pick<StoredAnswer, 'pathsBefore' | 'friction'> {
  const friction: StoredAnswer['friction'] = {};
  for (const { name } of session) {
    if (FRICTION.includes(name)) friction[name] = (friction[name] ?? 0) + 1;
  }
  const pathsBefore = session
    .filter((each) => each.name === 'page_view' && each.id < id && each.path !== null)
    .map(({ path }) => path ?? '')
    .slice(-MAX_PATHS_SHOWN);
  return { pathsBefore, friction };
}
