/**
 * The condition language: data, not code. One language serves scoring, stages, targeting, triggers and
 * sequences, in the browser and in the collector. Pure: everything a condition may ask comes in as `Facts`.
 */

import type { AnswerCondition, Condition, TouchpointCondition, ValueTest, ValueTests } from './protocol.ts';

/** What a condition may ask of the world. Each answers for one moment; none may have effects. */
export interface Facts {
  touchpoint(condition: TouchpointCondition): boolean;
  answer(condition: AnswerCondition['answer']): boolean;
  trait(path: string): unknown;
  page(path: string): unknown;
  cart(path: string): unknown;
  source(path: string): unknown;
  session(path: string): unknown;
  consent(path: string): unknown;
  device(): string | undefined;
  stage(): string | undefined;
  temperature(): string | undefined;
  flag(name: string): boolean;
  tag(name: string): boolean;
  segment(id: string): boolean;
}

export function holds(condition: Condition, facts: Facts): boolean {
  if ('all' in condition) return condition.all.every((each) => holds(each, facts));
  if ('any' in condition) return condition.any.some((each) => holds(each, facts));
  if ('not' in condition) return !holds(condition.not, facts);
  if ('touchpoint' in condition) return facts.touchpoint(condition);
  if ('answer' in condition) return facts.answer(condition.answer);
  if ('trait' in condition) return passesAll(condition.trait, (path) => facts.trait(path));
  if ('page' in condition) return passesAll(condition.page, (path) => facts.page(path));
  if ('cart' in condition) return passesAll(condition.cart, (path) => facts.cart(path));
  if ('source' in condition) return passesAll(condition.source, (path) => facts.source(path));
  if ('session' in condition) return passesAll(condition.session, (path) => facts.session(path));
  if ('consent' in condition) return passesAll(condition.consent, (path) => facts.consent(path));
  if ('device' in condition) return facts.device() === condition.device;
  if ('stage' in condition) return facts.stage() === condition.stage;
  if ('temperature' in condition) return facts.temperature() === condition.temperature;
  if ('flag' in condition) return facts.flag(condition.flag);
  if ('tag' in condition) return facts.tag(condition.tag);
  return facts.segment(condition.segment);
}

export function passesAll(tests: ValueTests, valueAt: (path: string) => unknown): boolean {
  return Object.keys(tests).every((path) => passes(tests[path] as ValueTest, valueAt(path)));
}

export function passes(test: ValueTest, value: unknown): boolean {
  if (typeof test === 'string')
    return (typeof value === 'string' || typeof value === 'number') && matchesGlob(test, String(value));
  if (typeof test !== 'object') return value === test;
  const { exists, in: allowed, gte, gt, lte, lt } = test;
  if (exists !== undefined && exists !== (value !== undefined && value !== null)) return false;
  if (allowed !== undefined && !allowed.some((each) => passes(each, value))) return false;
  if ((gte ?? gt ?? lte ?? lt) === undefined) return true;
  return (
    typeof value === 'number' &&
    (gte === undefined || value >= gte) &&
    (gt === undefined || value > gt) &&
    (lte === undefined || value <= lte) &&
    (lt === undefined || value < lt)
  );
}

/**
 * Reads a path with dots from data that came off the network: own properties only, so that a path such as
 * `constructor.name` finds nothing. A key that itself contains the dots wins.
 */
export function valueAt(data: unknown, path: string): unknown {
  let value = data;
  if (hasOwn(value, path)) return value[path];
  for (const key of path.split('.')) {
    if (!hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function hasOwn(value: unknown, key: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

/** `*` stands for any run of characters, also none; case does not count. */
export function matchesGlob(glob: string, text: string): boolean {
  return globMatcher(glob)(text.toLowerCase());
}

/**
 * The same, prepared for many texts, which must be in lower case.
 * Each literal piece is looked for once, from left to right, so the time is linear in the text for each piece
 * and no pattern can make it explode.
 */
export function globMatcher(glob: string): (lowerText: string) => boolean {
  const [first = '', ...rest] = glob.toLowerCase().split('*');
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let from = first.length;
    for (const piece of rest) {
      const at = text.indexOf(piece, from);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return text.length - last.length >= from && text.endsWith(last);
  };
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/** Milliseconds; `undefined` for a text that is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return unit === undefined ? undefined : Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
