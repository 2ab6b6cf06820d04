/** What is wrong with a condition though its form is right: it names what is not there, or nothing could ever meet it. */
import type { Comparison, Condition, ValueTest, ValueTests } from '@handrail/sdk/protocol';
import type { SiteProblem } from './check.ts';
import { startsBy } from './compile-sequences.ts';
import { nearest } from './nearest.ts';
import type { Site } from './schema.ts';
import { conditionsOf, stepsIn } from './steps.ts';

interface Placed {
  path: string;
  condition: Condition;
}

export function checkConditions(site: Site): SiteProblem[] {
  return [
    ...conditionsIn(site).flatMap((each) => partsOf(each).flatMap((part) => checkPart(part, site))),
    ...checkCycles(site),
    ...checkConversion(site),
  ];
}

function checkConversion({ scoring }: Site): SiteProblem[] {
  const message = 'a conversion cannot be a temperature: the score would foretell itself';
  return partsOf({ path: 'scoring.conversion', condition: scoring.conversion })
    .filter(({ condition }) => 'temperature' in condition)
    .map(({ path }) => ({ path, message }));
}

/** Every condition of the site, with the path it stands at. */
function conditionsIn(site: Site): Placed[] {
  const placed = (path: string, condition: Condition | undefined): Placed[] =>
    condition ? [{ path, condition }] : [];
  const whens = (path: string, all: readonly { when?: Condition | undefined }[]) =>
    all.flatMap(({ when }, index) => placed(`${path}[${index}].when`, when));
  return [
    ...whens('scoring.rules', site.scoring.rules),
    ...whens('scoring.fit', site.scoring.fit),
    ...placed('scoring.conversion', site.scoring.conversion),
    ...whens('stages', site.stages),
    ...site.stages.flatMap(({ back }, index) => placed(`stages[${index}].back`, back)),
    ...whens('flags', site.flags),
    ...whens('tags', site.tags),
    ...whens('segments', site.segments),
    ...site.prompts.flatMap((prompt, index) => [
      ...placed(`prompts[${index}].if`, prompt.if),
      ...(prompt.type === 'message' ? (prompt.variants ?? []) : []).flatMap((variant, place) =>
        placed(`prompts[${index}].variants[${place}].if`, variant.if),
      ),
    ]),
    ...site.sequences.flatMap(({ start, goal, exit, steps }, index) => {
      const begins = startsBy(start);
      return [
        ...placed(`sequences[${index}].start`, 'condition' in begins ? begins.condition : undefined),
        ...placed(`sequences[${index}].goal`, goal),
        ...placed(`sequences[${index}].exit`, exit),
        ...stepsIn(steps, `sequences[${index}].steps`).flatMap(conditionsOf),
      ];
    }),
  ];
}

/** The condition itself and all that it is made of. */
function partsOf({ path, condition }: Placed): Placed[] {
  const inner: Placed[] =
    'all' in condition
      ? condition.all.map((part, index) => ({ path: `${path}.all[${index}]`, condition: part }))
      : 'any' in condition
        ? condition.any.map((part, index) => ({ path: `${path}.any[${index}]`, condition: part }))
        : 'not' in condition
          ? [{ path: `${path}.not`, condition: condition.not }]
          : [];
  return [{ path, condition }, ...inner.flatMap(partsOf)];
}

/** What may be asked under these keys; a cart's and a trait's own fields may be any. */
const FIELDS = {
  page: ['url', 'path', 'title', 'referrer', 'search'],
  cart: ['items', 'value', 'currency', 'count', 'since', 'changedAt'],
  source: ['channel', 'source', 'medium', 'campaign', 'term', 'content'],
  session: ['number', 'pageViews'],
  consent: ['analytics', 'marketing'],
} as const;
const CONSENT_STATES = ['granted', 'denied', 'pending'];

function checkPart({ path, condition }: Placed, site: Site): SiteProblem[] {
  const exists = (at: string, name: string, kind: string, known: readonly string[]): SiteProblem[] =>
    known.includes(name) ? [] : [{ path: at, message: `no ${kind} "${name}"${nearest(name, [...known])}` }];
  const ids = (named: readonly { id: string }[]) => named.map(({ id }) => id);

  if ('stage' in condition) return exists(`${path}.stage`, condition.stage, 'stage', ids(site.stages));
  if ('flag' in condition) return exists(`${path}.flag`, condition.flag, 'flag', ids(site.flags));
  if ('tag' in condition) return exists(`${path}.tag`, condition.tag, 'tag', ids(site.tags));
  if ('segment' in condition) {
    return exists(`${path}.segment`, condition.segment, 'segment', ids(site.segments));
  }
  if ('answer' in condition) {
    const { prompt, question, equals: _, ...bounds } = condition.answer;
    const asked = site.prompts.find(({ id }) => id === prompt);
    const questions = asked && 'questions' in asked ? ids(asked.questions) : [];
    return [
      ...exists(`${path}.answer.prompt`, prompt, 'prompt', ids(site.prompts)),
      ...(asked && question !== undefined
        ? exists(`${path}.answer.question`, question, 'question', questions)
        : []),
      ...checkBounds(`${path}.answer`, bounds),
    ];
  }
  if ('touchpoint' in condition) return checkTests(`${path}.where`, condition.where ?? {});
  if ('trait' in condition) return checkTests(`${path}.trait`, condition.trait);
  if ('all' in condition) return checkTogether(path, condition.all);
  for (const kind of ['page', 'cart', 'source', 'session', 'consent'] as const) {
    const tests: ValueTests | undefined =
      kind in condition ? (condition as Record<typeof kind, ValueTests>)[kind] : undefined;
    if (!tests) continue;
    const known = FIELDS[kind];
    return [
      ...Object.keys(tests).flatMap((field) =>
        exists(`${path}.${kind}.${field}`, field.split('.', 1)[0] ?? field, `${kind} field`, known),
      ),
      ...(kind === 'consent' ? checkStates(`${path}.consent`, tests) : []),
      ...checkTests(`${path}.${kind}`, tests),
    ];
  }
  return [];
}

function checkStates(path: string, tests: ValueTests): SiteProblem[] {
  return Object.entries(tests).flatMap(([purpose, test]) =>
    typeof test === 'string' && !CONSENT_STATES.includes(test)
      ? [{ path: `${path}.${purpose}`, message: `no consent "${test}"${nearest(test, CONSENT_STATES)}` }]
      : [],
  );
}

const checkTests = (path: string, tests: ValueTests): SiteProblem[] =>
  Object.entries(tests).flatMap(([field, test]) =>
    typeof test === 'object' ? checkBounds(`${path}.${field}`, test) : [],
  );

interface Interval {
  from: number;
  to: number;
  /** Neither end belongs to it, where it is said so. */
  isFromOut: boolean;
  isToOut: boolean;
}

const intervalOf = ({ gte, gt, lte, lt }: Comparison): Interval => ({
  from: Math.max(gte ?? Number.NEGATIVE_INFINITY, gt ?? Number.NEGATIVE_INFINITY),
  to: Math.min(lte ?? Number.POSITIVE_INFINITY, lt ?? Number.POSITIVE_INFINITY),
  isFromOut: gt !== undefined && gt >= (gte ?? gt),
  isToOut: lt !== undefined && lt <= (lte ?? lt),
});
const isEmpty = ({ from, to, isFromOut, isToOut }: Interval): boolean =>
  from > to || (from === to && (isFromOut || isToOut));

function checkBounds(path: string, test: Comparison): SiteProblem[] {
  const { exists, in: allowed, ...bounds } = test;
  const isBounded = Object.values(bounds).some((bound) => bound !== undefined);
  if (isEmpty(intervalOf(bounds))) {
    return [{ path, message: `no number is ${inWords(bounds)}: did you mean "any" of two conditions?` }];
  }
  if (exists === false && (isBounded || allowed !== undefined)) {
    return [{ path, message: 'what does not exist has no value: leave "exists" out, or the rest' }];
  }
  return [];
}

function inWords({ gte, gt, lte, lt }: Comparison): string {
  const words = { 'at least': gte, 'more than': gt, 'at most': lte, 'less than': lt };
  return Object.entries(words)
    .flatMap(([word, bound]) => (bound === undefined ? [] : [`${word} ${bound}`]))
    .join(' and ');
}

/** Each part could be met by itself, but not all of them by one lead at one time. */
function checkTogether(path: string, parts: readonly Condition[]): SiteProblem[] {
  const problems: SiteProblem[] = [];
  const hint = 'did you mean "any"?';
  for (const kind of ['stage', 'temperature', 'device'] as const) {
    const values = parts.flatMap((part) =>
      kind in part ? [(part as Record<typeof kind, string>)[kind]] : [],
    );
    const [first, second] = [...new Set(values)];
    if (second !== undefined) {
      problems.push({
        path: `${path}.all`,
        message: `no lead has the ${kind} "${first}" and "${second}" at once: ${hint}`,
      });
    }
  }
  const texts = parts.map((part) => JSON.stringify(part));
  parts.forEach((part, index) => {
    if ('not' in part && texts.includes(JSON.stringify(part.not))) {
      problems.push({
        path: `${path}.all[${index}]`,
        message: `this and its opposite cannot both hold: ${hint}`,
      });
    }
  });
  for (const [field, tests] of boundsByField(parts)) {
    const alone = tests.filter((test) => !isEmpty(intervalOf(test)));
    if (alone.length > 1 && isEmpty(alone.map(intervalOf).reduce(intersection))) {
      const words = alone.map(inWords).join(' and ');
      problems.push({ path: `${path}.all`, message: `no ${field} is ${words}: ${hint}` });
    }
  }
  return problems;
}

function boundsByField(parts: readonly Condition[]): Map<string, Comparison[]> {
  const fields = new Map<string, Comparison[]>();
  for (const kind of ['trait', 'page', 'cart', 'source', 'session'] as const) {
    for (const part of parts) {
      if (!(kind in part)) continue;
      const tests = Object.entries<ValueTest>((part as Record<typeof kind, ValueTests>)[kind]);
      for (const [field, test] of tests) {
        if (typeof test === 'object')
          fields.set(`${kind} ${field}`, [...(fields.get(`${kind} ${field}`) ?? []), test]);
      }
    }
  }
  return fields;
}

function intersection(a: Interval, b: Interval): Interval {
  const from =
    a.from === b.from
      ? { isOut: a.isFromOut || b.isFromOut }
      : { isOut: (a.from > b.from ? a : b).isFromOut };
  const to = a.to === b.to ? { isOut: a.isToOut || b.isToOut } : { isOut: (a.to < b.to ? a : b).isToOut };
  return {
    from: Math.max(a.from, b.from),
    to: Math.min(a.to, b.to),
    isFromOut: from.isOut,
    isToOut: to.isOut,
  };
}

/** Flags and segments are asked for each other's conditions: none may lead back to itself. */
function checkCycles(site: Site): SiteProblem[] {
  const nodes = new Map<string, { path: string; next: string[] }>();
  for (const kind of ['flag', 'segment'] as const) {
    site[`${kind}s`].forEach(({ id, when }, index) => {
      const path = `${kind}s[${index}].when`;
      nodes.set(`${kind} ${id}`, { path, next: when ? referencesIn({ path, condition: when }) : [] });
    });
  }
  for (const start of nodes.keys()) {
    const way = wayBack(start, start, nodes, new Set());
    if (!way) continue;
    const path = nodes.get(start)?.path ?? '';
    return [{ path, message: `leads back to itself: ${[start, ...way].join(' → ')}` }];
  }
  return [];
}

const referencesIn = (placed: Placed): string[] =>
  partsOf(placed).flatMap(({ condition }) => {
    if ('flag' in condition) return [`flag ${condition.flag}`];
    return 'segment' in condition ? [`segment ${condition.segment}`] : [];
  });

function wayBack(
  from: string,
  to: string,
  nodes: ReadonlyMap<string, { next: string[] }>,
  seen: Set<string>,
): string[] | null {
  for (const next of nodes.get(from)?.next ?? []) {
    if (next === to) return [next];
    if (seen.has(next)) continue;
    seen.add(next);
    const rest = wayBack(next, to, nodes, seen);
    if (rest) return [next, ...rest];
  }
  return null;
}
