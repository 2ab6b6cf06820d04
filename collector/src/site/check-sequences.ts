/** What is wrong with a sequence though its form is right: it names what is not there, or a step nobody could come to. */
import { templateIds } from '../follow-ups/templates.ts';
import type { SiteProblem } from './check.ts';
import { nearest } from './nearest.ts';
import type { Send, Step } from './schema/sequence.ts';
import type { Sequence, Site } from './schema.ts';
import { innerOf, type PlacedStep, stepsIn } from './steps.ts';

/** A run knows its place by one number, and each of them costs a look. */
const MAX_STEPS_IN_ALL = 200;
/** For what is lost in adding up tenths. */
const TOLERANCE = 1e-9;

export const checkSequences = (site: Site): SiteProblem[] =>
  site.sequences.flatMap((sequence, index) => checkSequence(sequence, `sequences[${index}]`, site));

function checkSequence({ steps }: Sequence, path: string, site: Site): SiteProblem[] {
  const all = stepsIn(steps, `${path}.steps`);
  return [
    ...(all.length > MAX_STEPS_IN_ALL
      ? [
          {
            path: `${path}.steps`,
            message: `${all.length} steps in all, and at most ${MAX_STEPS_IN_ALL} fit`,
          },
        ]
      : []),
    ...all.flatMap((each) => checkStep(each, site)),
    ...checkReach(steps, `${path}.steps`),
    ...checkIds(all),
  ];
}

function checkStep({ step, path }: PlacedStep, site: Site): SiteProblem[] {
  if ('send' in step) return checkSend(step.send, path, site);
  if ('flag' in step) {
    const flag = 'set' in step.flag ? step.flag.set : step.flag.clear;
    const known = site.flags.map(({ id }) => id);
    if (known.includes(flag)) return [];
    return [{ path: `${path}.flag`, message: `no flag "${flag}"${nearest(flag, known)}` }];
  }
  if ('branch' in step) {
    const texts = step.branch.map((each) => JSON.stringify(each.if));
    return texts.flatMap((text, index) =>
      texts.indexOf(text) === index
        ? []
        : [
            {
              path: `${path}.branch[${index}]`,
              message: 'can never be reached: an earlier one has the same "if"',
            },
          ],
    );
  }
  if ('split' in step) {
    const sum = step.split.reduce((total, { share }) => total + share, 0);
    if (Math.abs(sum - 1) > TOLERANCE) {
      return [{ path: `${path}.split`, message: `the shares make ${+sum.toFixed(4)}, and must make 1` }];
    }
    const ids = step.split.map(({ id }) => id);
    return ids.flatMap((id, index) =>
      ids.indexOf(id) === index
        ? []
        : [{ path: `${path}.split[${index}].id`, message: `"${id}" is used twice` }],
    );
  }
  return [];
}

function checkSend({ channel, endpoint, template }: Send, path: string, site: Site): SiteProblem[] {
  const exists = (key: string, name: unknown, kind: string, known: string[]): SiteProblem[] =>
    typeof name !== 'string' || known.includes(name)
      ? []
      : [{ path: `${path}.send.${key}`, message: `no ${kind} "${name}"${nearest(name, known)}` }];
  return [
    ...exists('endpoint', endpoint, 'endpoint', Object.keys(site.endpoints)),
    ...exists('template', template, 'template', templateIds(site)),
    ...(channel === 'email' && !site.email
      ? [{ path: 'email.from', message: `missing: ${path} sends e-mail and needs a sender` }]
      : []),
  ];
}

/** A step after the end of every way to it. */
function checkReach(steps: readonly Step[], path: string): SiteProblem[] {
  const end = steps.findIndex(isEnd);
  const beyond = end !== -1 && end < steps.length - 1 ? end + 1 : null;
  return [
    ...(beyond === null
      ? []
      : [{ path: `${path}[${beyond}]`, message: 'can never be reached: every way ends before it' }]),
    ...steps.flatMap((step, index) =>
      innerOf(step).flatMap((inner) => checkReach(inner.steps, `${path}[${index}].${inner.path}`)),
    ),
  ];
}

/** Whether no run goes on after it. */
function isEnd(step: Step): boolean {
  if ('end' in step) return step.if === undefined;
  const inner = innerOf(step);
  return inner.length > 0 && inner.every(({ steps }) => steps.some(isEnd));
}

/** Those the owner has given; a place could be the same by chance. */
function checkIds(all: readonly PlacedStep[]): SiteProblem[] {
  const ids = all.map(({ step }) => step.id);
  return all.flatMap(({ path }, index) => {
    const id = ids[index];
    return id === undefined || ids.indexOf(id) === index
      ? []
      : [{ path: `${path}.id`, message: `"${id}" is used twice` }];
  });
}
