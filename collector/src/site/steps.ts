/** The steps of a sequence as its owner wrote them, some inside of others. Pure. */
import type { Condition } from '@handrail/sdk/protocol';
import type { BranchStep, SplitStep, Step, WaitStep } from './schema/sequence.ts';

/** A step that holds others. */
export type Nesting = WaitStep | BranchStep | SplitStep;

export interface Inner {
  /** From the step on: `branch[0].steps`. */
  path: string;
  /** In the ids of the steps inside. */
  name: string;
  steps: readonly Step[];
}

export const isNesting = (step: Step): step is Nesting =>
  'waitFor' in step || 'branch' in step || 'split' in step;

/** The lists of steps inside of a step; none where it holds none. */
export function innerOf(step: Step): Inner[] {
  if ('waitFor' in step) {
    return [
      { path: 'steps', name: 'came', steps: step.steps },
      { path: 'else', name: 'else', steps: step.else },
    ];
  }
  if ('split' in step) {
    return step.split.map(({ id, steps }, index) => ({ path: `split[${index}].steps`, name: id, steps }));
  }
  if ('branch' in step) {
    const cases = step.branch.map(({ steps }, index) => ({
      path: `branch[${index}].steps`,
      name: String(index),
      steps,
    }));
    return [...cases, { path: 'else', name: 'else', steps: step.else }];
  }
  return [];
}

export interface PlacedStep {
  step: Step;
  path: string;
}

/** All of the steps, each before those inside of it. */
export const stepsIn = (steps: readonly Step[], path: string): PlacedStep[] =>
  steps.flatMap((step, index) => [
    { step, path: `${path}[${index}]` },
    ...innerOf(step).flatMap((inner) => stepsIn(inner.steps, `${path}[${index}].${inner.path}`)),
  ]);

/** What a step itself asks, and not those inside of it. */
export function conditionsOf({ step, path }: PlacedStep): { path: string; condition: Condition }[] {
  if ('waitFor' in step) return [{ path: `${path}.waitFor`, condition: step.waitFor }];
  if ('branch' in step) {
    return step.branch.map((each, index) => ({ path: `${path}.branch[${index}].if`, condition: each.if }));
  }
  return 'if' in step && step.if ? [{ path: `${path}.if`, condition: step.if }] : [];
}
