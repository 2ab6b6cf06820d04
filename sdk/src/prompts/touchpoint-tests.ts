import { parseDuration, passesAll, valueAt } from '../condition.ts';
import { writeJson } from '../json.ts';
import type { Prompt, Trigger, ValueTests } from '../protocol.ts';
import type { Touchpoint } from '../touchpoint-log.ts';
import type { Memory } from './memory.ts';

/** What conditions and triggers ask of touchpoints. */
export interface TouchpointTest {
  touchpoint: string;
  where?: ValueTests | undefined;
  count?: { gte: number } | undefined;
  within?: string | undefined;
}

/** No more times are kept of each test. */
const MAX_TIMES = 100;

type TaskTrigger = Extract<Trigger, { task: string }>;

/** How a task ends is a touchpoint like any other. */
export function taskTest({ task, name = '*' }: TaskTrigger): TouchpointTest {
  return { touchpoint: `task_${task}`, where: { task: name } };
}

/** All that the prompts ask of touchpoints, wherever they do: only that is remembered, so that what is kept is small. */
export function testsIn(prompts: readonly Prompt[]): TouchpointTest[] {
  const tests = new Map<string, TouchpointTest>();
  function visit(node: unknown) {
    if (typeof node !== 'object' || node === null) return;
    const test = 'task' in node ? taskTest(node as TaskTrigger) : (node as TouchpointTest);
    if (typeof test.touchpoint === 'string') tests.set(keyOf(test), test);
    Object.values(node).forEach(visit);
  }
  visit(prompts);
  return [...tests.values()];
}

export function isMatch(
  { name, page, properties }: Touchpoint,
  { touchpoint, where }: TouchpointTest,
): boolean {
  if (name !== touchpoint) return false;
  return !where || passesAll(where, (path) => valueAt(page, path) ?? valueAt(properties, path));
}

/** Notes when it happened, under each test that it passes. */
export function noteTouchpoint(
  touchpoint: Touchpoint,
  tests: readonly TouchpointTest[],
  memory: Memory,
): void {
  const { name, at } = touchpoint;
  const { session, times } = memory;
  if (name === 'page_view') session.pageViews += 1;
  if (isCartChange(name)) memory.cartChangedAt = at;
  for (const test of tests) {
    const key = keyOf(test);
    if (isMatch(touchpoint, test)) times[key] = [...(times[key] ?? []), at].slice(-MAX_TIMES);
  }
}

/** Of those that tell about the cart, which change it. */
export function isCartChange(name: string): boolean {
  return name === 'add_to_cart' || name === 'remove_from_cart';
}

/** Whether it has happened often enough: `within` the time that the test names, else since then. */
export function hasHappened(test: TouchpointTest, { times }: Memory, since: number, now: number): boolean {
  const from = now - (parseDuration(test.within ?? '') ?? now - since);
  return (times[keyOf(test)] ?? []).filter((at) => at >= from).length >= (test.count?.gte ?? 1);
}

const keyOf = ({ touchpoint, where }: TouchpointTest) => writeJson([touchpoint, where]);
