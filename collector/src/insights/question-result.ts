/** What the answers to one question come to, by its kind. */
import type { AnswerValue, Question } from '@handrail/sdk/protocol';
import { SCALES } from '../site/scales.ts';
import { type Measure, mean, nps, topShare } from './scores.ts';
import { rateOf, type Share, WILSON } from './shares.ts';

/** A question as the results speak of it. */
export interface AskedQuestion {
  id: string;
  type: Question['type'];
  /** As it is asked now; `null` where the site no longer asks it. */
  text: string | null;
  /** Of a choice; what is not among them counts as other. */
  options: readonly string[];
}

/** Everything that is needed of the answers to one question, however many they are. */
export interface QuestionTally {
  /** Impressions in which it was answered. */
  answers: number;
  /** How often each score was given, or each option chosen; `null` is anything else. */
  values: Map<number | string | null, number>;
}

export const newQuestionTally = (): QuestionTally => ({ answers: 0, values: new Map() });

/** @returns whether the value is an answer to such a question */
export function count(tally: QuestionTally, { type, options }: AskedQuestion, value: AnswerValue): boolean {
  const scale = SCALES[type];
  if (scale) {
    if (typeof value !== 'number' || value < scale.lowest || value > scale.highest) return false;
    add(tally, [value]);
  } else if (type === 'text') {
    if (typeof value !== 'string') return false;
    add(tally, []);
  } else {
    const chosen = typeof value === 'number' ? [] : [value].flat();
    if (chosen.length === 0 && !Array.isArray(value)) return false;
    const offered: readonly string[] = type === 'thumbs' ? THUMBS : options;
    add(tally, [...new Set(chosen.map((each) => (offered.includes(each) ? each : null)))]);
  }
  return true;
}

const THUMBS = ['up', 'down'];

function add(tally: QuestionTally, values: (number | string | null)[]): void {
  tally.answers++;
  for (const value of values) tally.values.set(value, (tally.values.get(value) ?? 0) + 1);
}

export interface QuestionResult {
  questionId: string;
  questionType: Question['type'];
  text: string | null;
  answers: number;
  /** How many answers it takes to say more; `null`: there are enough. */
  needs: number | null;
  /** `null` where there are not enough answers, or the kind of question has none. */
  measures: Measure[] | null;
  /** Each score or option, also such as nobody gave; `value: null` is "other". */
  distribution: ({ value: number | string | null } & Portion)[];
  /** How the intervals of the distribution were reckoned. */
  method: string;
}

/** `percent` and its interval are of the answers, and `null` where there are too few. */
interface Portion {
  count: number;
  percent: number | null;
  low: number | null;
  high: number | null;
}

/**
 * With fewer, an NPS is known to no better than ±36 points, and the normal approximation of a mean cannot be trusted
 * (the usual n ≥ 30).
 */
export const MIN_ANSWERS = 30;

export function resultOf(question: AskedQuestion, { answers, values }: QuestionTally): QuestionResult {
  const isEnough = answers >= MIN_ANSWERS;
  return {
    questionId: question.id,
    questionType: question.type,
    text: question.text,
    answers,
    needs: isEnough ? null : MIN_ANSWERS,
    measures: isEnough ? measuresOf(question, values) : null,
    distribution: offeredBy(question, values).map((value) => ({
      value,
      ...portion({ count: values.get(value) ?? 0, of: answers }, isEnough),
    })),
    method: WILSON,
  };
}

function portion(share: Share, isEnough: boolean): Portion {
  const rate = isEnough ? rateOf(share) : null;
  return {
    count: share.count,
    percent: rate?.percent ?? null,
    low: rate?.low ?? null,
    high: rate?.high ?? null,
  };
}

/** CSAT: % of 4 and 5 of 1 to 5. CES (2.0): 1 to 7, the mean, and % of 5 to 7. Likert: % of 4 and 5 of 1 to 5. */
function measuresOf({ type }: AskedQuestion, values: QuestionTally['values']): Measure[] | null {
  const scores = new Map([...values].filter((each): each is [number, number] => typeof each[0] === 'number'));
  switch (type) {
    case 'nps':
      return [nps(scores)];
    case 'csat':
      return [topShare(scores, 'satisfied', 4, 5), mean(scores)];
    case 'ces':
      return [mean(scores), topShare(scores, 'easy', 5, 7)];
    case 'likert':
      return [topShare(scores, 'agree', 4, 5), mean(scores)];
    case 'thumbs': {
      const up = rateOf({
        count: values.get('up') ?? 0,
        of: (values.get('up') ?? 0) + (values.get('down') ?? 0),
      });
      if (!up) return null;
      const { percent: value, low, high } = up;
      return [{ name: 'thumbs_up', unit: 'percent', value, low, high, method: `% of thumbs up; ${WILSON}` }];
    }
    default:
      return null;
  }
}

function offeredBy(
  { type, options }: AskedQuestion,
  values: QuestionTally['values'],
): (number | string | null)[] {
  const scale = SCALES[type];
  if (scale) {
    return Array.from({ length: scale.highest - scale.lowest + 1 }, (_, index) => scale.lowest + index);
  }
  if (type === 'text') return [];
  const offered = type === 'thumbs' ? THUMBS : options;
  return values.has(null) ? [...offered, null] : [...offered];
}
