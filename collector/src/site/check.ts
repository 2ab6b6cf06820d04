/** Turns a document into a valid `Site`, or into errors an owner can act on: path, expectation, nearest right key. */
import { z } from 'zod';
import { templateProblems } from '../follow-ups/channels/template-check.ts';
import { checkConditions } from './check-conditions.ts';
import { checkLinks } from './check-links.ts';
import { checkConfirmMail, checkPrompt } from './check-prompts.ts';
import { checkSequences } from './check-sequences.ts';
import { nearest } from './nearest.ts';
import { withPreset } from './presets.ts';
import { type Site, siteSchema } from './schema.ts';
import { toldOfPreset, withSequencePresets } from './sequence-presets/expand.ts';

export interface SiteProblem {
  /** `scoring.rules[2].points`; empty for the document itself. */
  path: string;
  message: string;
}
export type SiteCheck = { ok: true; site: Site } | { ok: false; problems: SiteProblem[] };

export function checkSite(document: unknown): SiteCheck {
  const forbidden = prototypeKeys(document);
  if (forbidden.length > 0) return { ok: false, problems: forbidden };
  const expanded = withSequencePresets(withPreset(document));
  if (expanded.problems.length > 0) return { ok: false, problems: expanded.problems };
  const parsed = parseStrictly(siteSchema, expanded.document);
  if (!parsed.ok) return parsed;
  const site = parsed.value;
  if (site.preset !== undefined && Object.hasOwn(Object(document), 'stages')) {
    const message = 'a preset is for a file without stages of its own: leave one of them out';
    return { ok: false, problems: [{ path: 'preset', message }] };
  }
  const problems = [...checkReferences(site), ...checkLinks(site), ...checkConditions(site)];
  if (problems.length === 0) return { ok: true, site };
  return { ok: false, problems: problems.map((each) => toldOfPreset(each, document)) };
}

/** Of any document that a person has written by hand. */
export function parseStrictly<Schema extends z.ZodType>(
  schema: Schema,
  document: unknown,
): { ok: true; value: z.output<Schema> } | { ok: false; problems: SiteProblem[] } {
  const parsed = schema.safeParse(document, { error: nameTheNearestKey, reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, problems: parsed.error.issues.flatMap((issue) => explain(issue, [])) };
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
  const idsOf = (all: readonly { id: string }[]) => all.map(({ id }) => id);
  for (const [path, all] of Object.entries({
    'scoring.rules': site.scoring.rules,
    'scoring.groups': site.scoring.groups,
    stages: site.stages,
    flags: site.flags,
    tags: site.tags,
    segments: site.segments,
    prompts: site.prompts,
    sequences: site.sequences,
  })) {
    unique(path, idsOf(all));
  }
  site.prompts.forEach((prompt, index) => {
    problems.push(...checkPrompt(`prompts[${index}]`, prompt));
  });

  site.scoring.rules.forEach(({ when, group }, index) => {
    const path = `scoring.rules[${index}]`;
    if (group !== undefined) exists(`${path}.group`, group, 'group', idsOf(site.scoring.groups));
    if (!namesSomethingThatHappens(when)) {
      problems.push({
        path: `${path}.when`,
        message:
          'a score rule needs a touchpoint or an answer to score; traits alone belong under scoring.fit',
      });
    }
  });
  if (site.scoring.fit.length > 0 && !site.scoring.fit.some(({ points }) => points > 0)) {
    problems.push({
      path: 'scoring.fit',
      message: 'no points above 0 are to be had, so that everybody would be a D',
    });
  }
  site.stages.forEach(({ when, back }, index) => {
    const path = `stages[${index}]`;
    if (index > 0 && !when && !back) {
      problems.push({ path: `${path}.when`, message: 'missing: nobody could get to this stage' });
    }
    if (back && index === site.stages.length - 1) {
      problems.push({ path: `${path}.back`, message: 'no stage comes after the last one to lead back from' });
    }
  });
  problems.push(...checkSequences(site));
  problems.push(...checkConfirmMail(site.templates));
  const topics = site.email?.topics.map((topic) => topic.id) ?? [];
  unique('email.topics', topics);
  for (const [name, template] of Object.entries(site.templates)) {
    for (const message of templateProblems(template)) problems.push({ path: `templates.${name}`, message });
    if (template.topic !== undefined) exists(`templates.${name}.topic`, template.topic, 'topic', topics);
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
