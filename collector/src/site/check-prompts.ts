/** What a schema cannot say of a prompt: that a visitor can get through it, and that its words fit together. */
import type { AnswerTest, Question } from '@handrail/sdk/protocol';
import { fieldsOf, type MessageTemplate } from '../follow-ups/channels/template.ts';
import type { SiteProblem } from './check.ts';
import { nearest } from './nearest.ts';
import { SCALES } from './scales.ts';
import type { PromptDocument, Translation } from './schema/prompt.ts';

const END = 'end';
/** An exit poll meets people on their way out: one question, and its why. */
const MAX_EXIT_QUESTIONS = 2;

/** The mail that asks for a confirmation must have the link that confirms; see follow-ups/transactional.ts. */
export function checkConfirmMail(templates: { [id: string]: MessageTemplate }): SiteProblem[] {
  const template = templates['confirm-email'];
  if (!template || fieldsOf(template).some((field) => field.valid && field.path === 'confirmUrl')) return [];
  return [
    { path: 'templates.confirm-email.text', message: 'expected {{confirmUrl}}, the link that confirms' },
  ];
}

export function checkPrompt(path: string, prompt: PromptDocument): SiteProblem[] {
  const problems: SiteProblem[] = [];
  if ('questions' in prompt) {
    problems.push(...checkQuestions(`${path}.questions`, prompt.questions));
    problems.push(...checkRecalls(`${path}.thanks`, prompt.thanks, idsOf(prompt.questions)));
    if (prompt.type === 'exit_poll' && prompt.questions.length > MAX_EXIT_QUESTIONS) {
      problems.push({
        path: `${path}.questions`,
        message: 'an exit poll asks one question, and at most its why: two in all',
      });
    }
  }
  if (prompt.type === 'message') {
    problems.push(...checkNamed(path, prompt));
    for (const [index, variant] of (prompt.variants ?? []).entries()) {
      problems.push(...checkNamed(`${path}.variants[${index}]`, variant));
    }
  }
  for (const [language, translation] of Object.entries(prompt.translations ?? {})) {
    problems.push(...checkTranslation(`${path}.translations.${language}`, translation, prompt));
  }
  return problems;
}

function checkQuestions(path: string, questions: Question[]): SiteProblem[] {
  const ids = idsOf(questions);
  const reached = new Set([0]);
  return questions.flatMap((question, index) => {
    const at = `${path}[${index}]`;
    const problems = [
      ...checkOptions(at, question),
      ...checkRecalls(`${at}.text`, question.text, ids.slice(0, index)),
      ...checkBranches(`${at}.next`, question, index, ids),
    ];
    if (question.id === END)
      problems.push({ path: `${at}.id`, message: `"${END}" is taken: branches to it end the prompt` });
    if (ids.indexOf(question.id) !== index)
      problems.push({ path: `${at}.id`, message: `"${question.id}" is used twice` });
    if (!reached.has(index)) problems.push({ path: at, message: 'no answer leads to this question' });
    for (const { to } of question.next ?? []) reached.add(ids.indexOf(to));
    if (!question.next?.some((branch) => branch.if === undefined)) reached.add(index + 1);
    return problems;
  });
}

function checkOptions(path: string, question: Question): SiteProblem[] {
  if (!('options' in question)) return [];
  const seen = new Set<string>();
  return question.options.flatMap((option, index) => {
    const same = option.trim().toLowerCase();
    if (!seen.has(same)) {
      seen.add(same);
      return [];
    }
    return [{ path: `${path}.options[${index}]`, message: `"${option}" is there twice` }];
  });
}

function checkBranches(path: string, question: Question, index: number, ids: string[]): SiteProblem[] {
  let isDecided = false;
  return (question.next ?? []).flatMap((branch, branchIndex) => {
    const at = `${path}[${branchIndex}]`;
    const problems: SiteProblem[] = [];
    if (isDecided) problems.push({ path: at, message: 'never comes up: the branch before it fits always' });
    isDecided ||= branch.if === undefined;
    const target = ids.indexOf(branch.to);
    if (branch.to !== END && target < 0) {
      const later = [...ids.slice(index + 1), END];
      problems.push({
        path: `${at}.to`,
        message: `no question "${branch.to}"${nearest(branch.to, later)}`,
      });
    } else if (branch.to !== END && target <= index) {
      problems.push({
        path: `${at}.to`,
        message: `"${branch.to}" does not come later: a branch back would be a loop`,
      });
    }
    const message = branch.if && whyNever(branch.if, question);
    if (message) problems.push({ path: `${at}.if`, message });
    return problems;
  });
}

/** Why no answer to the question passes the test; `undefined` where one may. */
function whyNever(test: AnswerTest, question: Question): string | undefined {
  if ('skipped' in test) return undefined;
  if ('option' in test) {
    const options =
      'options' in question ? question.options : question.type === 'thumbs' ? ['up', 'down'] : undefined;
    if (!options) return `a ${question.type} question has no options`;
    if (options.includes(test.option)) return undefined;
    return `no option "${test.option}"${nearest(test.option, options)}`;
  }
  const scale = SCALES[question.type];
  if (!scale) return `a ${question.type} question has no score to compare`;
  if (Object.keys(test).length === 0) return 'expected gte, gt, lte, lt, option or skipped';
  const { gte = -Infinity, gt = -Infinity, lte = Infinity, lt = Infinity } = test;
  for (let score = scale.lowest; score <= scale.highest; score++) {
    if (score >= gte && score > gt && score <= lte && score < lt) return undefined;
  }
  return `no score from ${scale.lowest} to ${scale.highest} is in these bounds`;
}

/** `{{question|what to say without its answer}}` */
function checkRecalls(path: string, words: string | undefined, known: string[]): SiteProblem[] {
  return fieldsIn(path, words, ({ path: field }) =>
    known.includes(field) ? undefined : `{{${field}}} recalls no question that comes before`,
  );
}

/** Traits that the page has told; nobody can say which. */
function checkNamed(path: string, { title, text }: Pick<Translation, 'title' | 'text'>): SiteProblem[] {
  return [...fieldsIn(`${path}.title`, title), ...fieldsIn(`${path}.text`, text)];
}

function fieldsIn(
  path: string,
  words: string | undefined,
  refuse: (field: { path: string }) => string | undefined = () => undefined,
): SiteProblem[] {
  return fieldsOf({ subject: '', text: words ?? '' }).flatMap((field) => {
    if (!field.valid) return [{ path, message: field.message }];
    const message =
      refuse(field) ??
      (field.fallback === undefined
        ? `{{${field.path}}} needs words for where there is none: {{${field.path}|…}}`
        : undefined);
    return message ? [{ path, message }] : [];
  });
}

function checkTranslation(path: string, translation: Translation, prompt: PromptDocument): SiteProblem[] {
  const problems: SiteProblem[] = [];
  for (const key of Object.keys(translation) as (keyof Translation)[]) {
    if (!Object.hasOwn(prompt, key))
      problems.push({ path: `${path}.${key}`, message: `the prompt has no ${key} to translate` });
  }
  if (!('questions' in prompt)) {
    const variants = prompt.type === 'message' ? (prompt.variants ?? []) : [];
    if ((translation.variants?.length ?? 0) > variants.length)
      problems.push({ path: `${path}.variants`, message: `the prompt has ${variants.length}` });
    return prompt.type === 'message' ? [...problems, ...checkNamed(path, translation)] : problems;
  }
  const ids = idsOf(prompt.questions);
  problems.push(...checkRecalls(`${path}.thanks`, translation.thanks, ids));
  for (const [id, words] of Object.entries(translation.questions ?? {})) {
    const at = `${path}.questions.${id}`;
    const index = ids.indexOf(id);
    const question = prompt.questions[index];
    if (!question) {
      problems.push({ path: at, message: `no question "${id}"${nearest(id, ids)}` });
      continue;
    }
    problems.push(...checkRecalls(`${at}.text`, words.text, ids.slice(0, index)));
    if (!words.options) continue;
    const count = 'options' in question ? question.options.length : 0;
    if (words.options.length !== count)
      problems.push({ path: `${at}.options`, message: `expected ${count}, in the question's order` });
    problems.push(...checkOptions(at, { ...question, options: words.options } as Question));
  }
  return problems;
}

const idsOf = (questions: Question[]): string[] => questions.map(({ id }) => id);
