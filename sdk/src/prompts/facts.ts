import { type Facts, parseDuration, passes, passesAll, valueAt } from '../condition.ts';
import type { AnswerCondition, Cart, PageContext, TouchpointCondition } from '../protocol.ts';
import type { Touchpoint } from '../touchpoint-log.ts';
import type { Shown } from './history.ts';

export interface KnownToBrowser {
  page: PageContext;
  cart: Cart | null;
  traits: Record<string, unknown>;
  touchpoints: readonly Touchpoint[];
  history: readonly Shown[];
}

/** What a prompt's condition may ask. Stage and temperature are the collector's: unknown here, no test of them holds. */
export function factsOf({ page, cart, traits, touchpoints, history }: KnownToBrowser, now: number): Facts {
  return {
    page: (path) => valueAt(page, path),
    cart: (path) => valueAt(cart, path),
    trait: (path) => valueAt(traits, path),
    source: () => undefined,
    session: () => undefined,
    consent: () => undefined,
    device: () => undefined,
    stage: () => undefined,
    temperature: () => undefined,
    flag: () => false,
    tag: () => false,
    segment: () => false,
    touchpoint: (condition) => {
      const matching = touchpoints.filter((touchpoint) => matches(touchpoint, condition, now));
      return matching.length >= (condition.count?.gte ?? 1);
    },
    answer: (condition) => history.some((shown) => hasAnswer(shown, condition)),
  };
}

function matches(
  touchpoint: Touchpoint,
  { touchpoint: name, where, within }: TouchpointCondition,
  now: number,
): boolean {
  const { page, properties } = touchpoint;
  if (touchpoint.name !== name) return false;
  if (within !== undefined && now - touchpoint.at > (parseDuration(within) ?? 0)) return false;
  return !where || passesAll(where, (path) => valueAt(page, path) ?? valueAt(properties, path));
}

function hasAnswer(
  shown: Shown,
  { prompt, question, equals, ...bounds }: AnswerCondition['answer'],
): boolean {
  if (shown.promptId !== prompt) return false;
  return Object.entries(shown.answers).some(
    ([questionId, value]) =>
      (question === undefined || question === questionId) &&
      (equals === undefined || passes(equals, value)) &&
      passes(bounds, value),
  );
}
