/**
 * A sequence's steps, nested as its owner wrote them, laid out one after the other: each knows which one comes next. There
 * are no loops, so a run comes to each at most once, and its place is what "once" is kept by. Pure.
 */
import type { Condition } from '@handrail/sdk/protocol';
import type { TimeOfDay } from '../leads/local-time.ts';
import { durationMs } from '../site/durations.ts';
import type { EffectStep, MessageStep, Send, Step, TaskStep } from '../site/schema/sequence.ts';
import type { Site } from '../site/schema.ts';
import { innerOf, isNesting, type Nesting } from '../site/steps.ts';
import { type Route, routeOf } from './routes.ts';

interface Placed {
  /** Its place; `step` in the store. */
  index: number;
  /** The same over edits, where the owner has named it. */
  id: string;
  /** In the site's document, from the sequence on: `steps[2].branch[0].steps[1]`. */
  path: string;
  /** After the run's anchor. */
  afterMs: number;
  at: TimeOfDay | undefined;
  /** Where the run goes on once the step is done, or skipped; `null`: it is over. */
  next: number | null;
}
export interface MessageNode extends Placed {
  kind: 'message';
  step: MessageStep;
  route: Route;
  expiresMs: number;
}
export interface EffectNode extends Placed {
  kind: 'effect';
  step: EffectStep;
}
export interface EndNode extends Placed {
  kind: 'end';
  if: Condition | undefined;
}
export interface WaitNode extends Placed {
  kind: 'wait';
  condition: Condition;
  withinMs: number;
  /** Where it has come … */
  came: number | null;
  /** … and where it has not. */
  else: number | null;
}
export interface BranchNode extends Placed {
  kind: 'branch';
  cases: { if: Condition; to: number | null }[];
  else: number | null;
}
export interface SplitNode extends Placed {
  kind: 'split';
  arms: { id: string; share: number; to: number | null }[];
}
/** What is no message is done by the store itself, in one transaction with what follows from it. */
export type FlowNode = EffectNode | EndNode | WaitNode | BranchNode | SplitNode;
export type Node = MessageNode | FlowNode;
export type Program = readonly Node[];

/** @param unlessMs no step comes sooner: until then the `unless` of the start may still make all of it needless */
export function programOf(steps: readonly Step[], unlessMs: number, site: Site): Program {
  return lay(steps, { path: 'steps', id: '', index: 0, next: null, floorMs: unlessMs }, site);
}

interface Place {
  path: string;
  /** Of the steps around it, with a dot at its end. */
  id: string;
  /** Of the first of them. */
  index: number;
  /** Where the run goes on after the last of them. */
  next: number | null;
  floorMs: number;
}

function lay(steps: readonly Step[], { path, id, index, next, floorMs }: Place, site: Site): Node[] {
  const nodes: Node[] = [];
  let floor = floorMs;
  for (const [place, step] of steps.entries()) {
    const at = index + nodes.length;
    const own = {
      path: `${path}[${place}]`,
      id: `${id}${place}`,
      index: at,
      next: place === steps.length - 1 ? next : at + sizeOf(step),
      floorMs: floor,
    };
    nodes.push(...layOne(step, own, site));
    // Times are counted from the end of a wait, by when the start is long decided.
    if (waits(step)) floor = 0;
  }
  return nodes;
}

/** The step itself first, then what it holds. */
function layOne(step: Step, place: Place, site: Site): Node[] {
  const id = step.id ?? place.id;
  const placed: Placed = {
    index: place.index,
    id,
    path: place.path,
    afterMs: 'waitFor' in step ? 0 : Math.max(durationMs(step.after), place.floorMs),
    at: 'waitFor' in step ? undefined : step.at,
    next: place.next,
  };
  if ('send' in step || 'task' in step) {
    const route = routeOf(step, site);
    return [{ ...placed, kind: 'message', step, route, expiresMs: durationMs(step.expires) }];
  }
  if ('end' in step) return [{ ...placed, kind: 'end', if: step.if }];
  if (!isNesting(step)) return [{ ...placed, kind: 'effect', step }];

  const nodes: Node[] = [];
  const starts = innerOf(step).map(({ path, name, steps }) => {
    const index = place.index + 1 + nodes.length;
    const floorMs = 'waitFor' in step ? 0 : place.floorMs;
    nodes.push(
      ...lay(
        steps,
        { path: `${place.path}.${path}`, id: `${id}.${name}.`, index, next: place.next, floorMs },
        site,
      ),
    );
    return steps.length === 0 ? place.next : index;
  });
  const to = (index: number) => starts[index] ?? null;
  return [flowOf(step, placed, to), ...nodes];
}

/** @param to where the steps inside of it begin, in the order of `innerOf` */
function flowOf(step: Nesting, placed: Placed, to: (index: number) => number | null): FlowNode {
  if ('waitFor' in step) {
    const { waitFor: condition, within } = step;
    return { ...placed, kind: 'wait', condition, withinMs: durationMs(within), came: to(0), else: to(1) };
  }
  if ('split' in step) {
    const arms = step.split.map((arm, index) => ({ id: arm.id, share: arm.share, to: to(index) }));
    return { ...placed, kind: 'split', arms };
  }
  const cases = step.branch.map((each, index) => ({ if: each.if, to: to(index) }));
  return { ...placed, kind: 'branch', cases, else: to(cases.length) };
}

const sizeOf = (step: Step): number =>
  1 +
  innerOf(step)
    .flatMap(({ steps }) => steps.map(sizeOf))
    .reduce((sum, size) => sum + size, 0);

const waits = (step: Step): boolean =>
  'waitFor' in step || innerOf(step).some(({ steps }) => steps.some(waits));

/** The step that sends something; `undefined` where there is none, or one of another kind. */
export function messageAt(sequence: { program: Program } | undefined, step: number): MessageNode | undefined {
  const node = sequence?.program[step];
  return node?.kind === 'message' ? node : undefined;
}

/** What it sends, as its channel is told. */
export const sendOf = ({ step }: MessageNode): Send | TaskStep['task'] =>
  'task' in step ? step.task : step.send;
