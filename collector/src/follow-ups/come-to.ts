/** When a run comes to its next step. Pure. */
import { type Facts, holds } from '@handrail/sdk/condition';
import { asksOfTouchpoints } from '../leads/facts.ts';
import { nextTimeOfDay } from '../leads/local-time.ts';
import type { MessageNode, Node, Program, WaitNode } from './program.ts';
import type { Route } from './routes.ts';

export interface PlannedStep {
  /** Its place in the program. */
  step: number;
  stepId: string;
  dueAt: number;
  /** `null`: it sends nothing. */
  route: Route | null;
  /** Of its sequence. */
  priority: number;
}

/** What of a sequence says when its steps come. */
interface Steps {
  program: Program;
  priority: number;
}

/** Where a run is. */
export interface Standing {
  /** What times are counted from. */
  anchorAt: number;
  now: number;
  /** The lead's, else the site's. */
  timezone: string;
  /** Of the lead, now. [facts=unknown: what is waited for is taken not to be so yet] */
  facts?: Facts;
}

/** Whether the lead is already as is waited for. A touchpoint that is waited for is to come yet. */
export const isSoAlready = ({ condition }: WaitNode, facts: Facts): boolean =>
  !asksOfTouchpoints(condition) && holds(condition, facts);

/** @param index `null`: there is no further step */
export function comeTo(
  { program, priority }: Steps,
  index: number | null,
  standing: Standing,
): PlannedStep | null {
  const node = index === null ? undefined : program[index];
  if (!node) return null;
  const route = node.kind === 'message' ? node.route : null;
  return { step: node.index, stepId: node.id, dueAt: dueAt(node, standing), route, priority };
}

function dueAt(node: Node, { anchorAt, now, timezone, facts }: Standing): number {
  if (node.kind === 'wait') return facts && isSoAlready(node, facts) ? now : now + node.withinMs;
  const earliest = anchorAt + node.afterMs;
  return node.at ? nextTimeOfDay(node.at, earliest, timezone) : earliest;
}

/** What a tick may come late by without anybody's noticing. */
const UNNOTICED_MS = 60_000;

/** Where a run goes on from one of its steps. */
export interface Onward {
  /** What the times of the steps to come are counted from. */
  anchorAt: number;
  /** `null`: that was the last step. */
  next: PlannedStep | null;
}

/**
 * From a message that was sent, or skipped. One that was sent late moves all that is after it, so that two messages a
 * day apart do not come within an hour once a quiet night is over.
 */
export function onwardFrom(
  sequence: Steps,
  node: MessageNode,
  standing: Standing,
  wasSkipped: boolean,
): Onward {
  const lateMs = standing.now - dueAt(node, standing);
  const anchorAt = standing.anchorAt + (!wasSkipped && lateMs > UNNOTICED_MS ? lateMs : 0);
  return { anchorAt, next: comeTo(sequence, node.next, { ...standing, anchorAt }) };
}
