/** Turns a document into a valid `Site`, or into errors an owner can act on: path, expectation, nearest right key. */
import { z } from 'zod';
import { fieldsOf } from '../follow-ups/channels/template.ts';
import { checkConfirmMail, checkPrompt } from './check-prompts.ts';
import { nearest } from './nearest.ts';
import { type Site, siteSchema } from './schema.ts';

export interface SiteProblem {
  /** `scoring.rules[2].points`; empty for the document itself. */
  path: string;
  message: string;
}
export type SiteCheck = { ok: true; site: Site } | { ok: false; problems: SiteProblem[] };

export function checkSite(document: unknown): SiteCheck {
  const forbidden = prototypeKeys(document);
  if (forbidden.length > 0) return { ok: false, problems: forbidden };
  const parsed = siteSchema.safeParse(document, { error: nameTheNearestKey, reportInput: true });
  if (!parsed.success)
    return { ok: false, problems: parsed.error.issues.flatMap((issue) => explain(issue, [])) };
  const problems = checkReferences(parsed.data);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, site: parsed.data };
}

/** Zod leaves such a key out without a word, and a rule whose only test it was would then match everything. */
function prototypeKeys(node: unknown, path: PropertyKey[] = []): SiteProblem[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, child]) => {
    const childPath = [...path, Array.isArray(node) ? Number(key) : key];
    return key === '__proto__'
      ? [{ path: pathText(childPath), message: 'a key cannot have this name' }]
      : prototypeKeys(child, childPath);
  });
}

function nameTheNearestKey(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `missing: expected ${issue.expected}`;
  if (issue.code !== 'unrecognized_keys' || !(issue.inst instanceof z.ZodObject)) return undefined;
  const known = Object.keys(issue.inst.shape);
  return issue.keys.map((key) => `unknown key "${key}"${nearest(key, known)}`).join('; ');
}

function explain(issue: z.core.$ZodIssue, prefix: PropertyKey[]): SiteProblem[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_key')
    return [{ path: pathText(path), message: issue.issues[0]?.message ?? issue.message }];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0)
    return [{ path: pathText(path), message: issue.message }];
  // Of all the forms the value might have had, tell about the one it is nearest to.
  const [best = []] = [...issue.errors].sort((a, b) => misfit(a) - misfit(b));
  return best.flatMap((each) => explain(each, path));
}

function misfit(issues: z.core.$ZodIssue[]): number {
  let total = 0;
  for (const issue of issues) {
    const guessed = issue.message.includes('did you mean') ? 0.5 : 0;
    total += (issue.code === 'unrecognized_keys' ? issue.keys.length : 1) - guessed;
    // A problem further in means that the outer keys fitted.
    if (issue.path.length > 1) total -= 0.75;
  }
  return total;
}

function pathText(path: PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  );
}

/** What a schema cannot say: ids are unique, and whatever is named exists. */
function checkReferences(site: Site): SiteProblem[] {
  const problems: SiteProblem[] = [];
  const unique = (path: string, ids: string[]) =>
    ids.forEach((each, index) => {
      if (ids.indexOf(each) !== index)
        problems.push({ path: `${path}[${index}].id`, message: `"${each}" is used twice` });
    });
  const exists = (path: string, name: string, kind: string, known: string[]) => {
    if (!known.includes(name))
      problems.push({ path, message: `no ${kind} "${name}"${nearest(name, known)}` });
  };
  const stages = site.stages.map((stage) => stage.id);
  const prompts = site.prompts.map((prompt) => prompt.id);

  unique(
    'scoring.rules',
    site.scoring.rules.map((rule) => rule.id),
  );
  unique('stages', stages);
  unique(
    'flags',
    site.flags.map((flag) => flag.id),
  );
  unique('prompts', prompts);
  unique(
    'sequences',
    site.sequences.map((sequence) => sequence.id),
  );
  site.prompts.forEach((prompt, index) => {
    problems.push(...checkPrompt(`prompts[${index}]`, prompt));
  });

  const checkCondition = (path: string, condition: unknown): void => {
    if (typeof condition !== 'object' || condition === null) return;
    if ('stage' in condition) exists(`${path}.stage`, String(condition.stage), 'stage', stages);
    if ('answer' in condition) {
      const { prompt, question } = condition.answer as { prompt: string; question?: string };
      exists(`${path}.answer.prompt`, prompt, 'prompt', prompts);
      const asked = site.prompts.find((each) => each.id === prompt);
      const questions = asked && 'questions' in asked ? asked.questions.map((each) => each.id) : [];
      if (asked && question !== undefined) exists(`${path}.answer.question`, question, 'question', questions);
    }
    if ('not' in condition) checkCondition(`${path}.not`, condition.not);
    for (const key of ['all', 'any'] as const) {
      const parts: unknown = key in condition ? (condition as Record<string, unknown>)[key] : undefined;
      if (!Array.isArray(parts)) continue;
      for (const [index, part] of parts.entries()) checkCondition(`${path}.${key}[${index}]`, part);
    }
  };

  site.scoring.rules.forEach((rule, index) => {
    const path = `scoring.rules[${index}].when`;
    checkCondition(path, rule.when);
    if (!namesSomethingThatHappens(rule.when)) {
      problems.push({
        path,
        message:
          'a score rule needs a touchpoint or an answer to score; traits alone belong under scoring.fit',
      });
    }
  });
  for (const [index, stage] of site.stages.entries()) checkCondition(`stages[${index}].when`, stage.when);
  for (const [index, flag] of site.flags.entries()) checkCondition(`flags[${index}].when`, flag.when);
  for (const [index, prompt] of site.prompts.entries()) {
    checkCondition(`prompts[${index}].if`, prompt.if);
    const variants = prompt.type === 'message' ? (prompt.variants ?? []) : [];
    for (const [variantIndex, variant] of variants.entries())
      checkCondition(`prompts[${index}].variants[${variantIndex}].if`, variant.if);
  }
  site.sequences.forEach((sequence, index) => {
    const path = `sequences[${index}]`;
    checkCondition(`${path}.start`, sequence.start);
    checkCondition(`${path}.goal`, sequence.goal);
    sequence.steps.forEach((step, stepIndex) => {
      const stepPath = `${path}.steps[${stepIndex}]`;
      checkCondition(`${stepPath}.if`, step.if);
      if (!('send' in step)) return;
      if (step.send.channel === 'webhook') {
        exists(`${stepPath}.send.endpoint`, step.send.endpoint, 'endpoint', Object.keys(site.endpoints));
      } else {
        exists(`${stepPath}.send.template`, step.send.template, 'template', Object.keys(site.templates));
        if (!site.email)
          problems.push({
            path: 'email.from',
            message: `missing: ${stepPath} sends e-mail and needs a sender`,
          });
      }
    });
  });
  problems.push(...checkConfirmMail(site.templates));
  for (const [name, template] of Object.entries(site.templates)) {
    for (const field of fieldsOf(template)) {
      if (!field.valid) problems.push({ path: `templates.${name}`, message: field.message });
    }
  }
  return problems;
}

function namesSomethingThatHappens(condition: object): boolean {
  if ('touchpoint' in condition || 'answer' in condition) return true;
  const parts = Object.values(condition).flat() as unknown[];
  const isCombination = 'all' in condition || 'any' in condition;
  return (
    isCombination &&
    parts.some((part) => typeof part === 'object' && part !== null && namesSomethingThatHappens(part))
  );
}
