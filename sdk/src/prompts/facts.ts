import { type Facts, passes, valueAt } from '../condition.ts';
import type { AnswerCondition, AnswerValue, Cart, Consent, Device, PageContext } from '../protocol.ts';
import type { Memory } from './memory.ts';
import { hasHappened } from './touchpoint-tests.ts';

export interface KnownToBrowser {
  page: PageContext;
  cart: Cart | null;
  /** What the host told of the person on this page. */
  traits: Record<string, unknown>;
  consent: Consent;
  device: Device;
  memory: Memory;
}

/**
 * What a prompt's condition may ask. `onLead` is called where it asks what only the collector knows, and is told
 * whether that is known yet: until then no such test can be relied on, least of all one that says `not`.
 */
export function factsOf(
  { page, cart, traits, consent, device, memory }: KnownToBrowser,
  now: number,
  onLead: (isKnown: boolean) => void,
): Facts {
  const { session, lead, leadSessionId } = memory;
  /** What is told anew for each session holds for that one only. */
  const ofLead = (isOfSession = false) => {
    const isKnown = lead !== undefined && (!isOfSession || leadSessionId === session.id);
    onLead(isKnown);
    return isKnown ? lead : undefined;
  };
  const utm = new URLSearchParams(session.search);
  return {
    page: (path) => valueAt(page, path),
    cart: (path) => (path === 'count' ? itemCount(cart) : valueAt(cart, path)),
    trait: (path) => valueAt(traits, path),
    consent: (path) => valueAt(consent, path),
    device: () => device,
    // The session's own address is known at once.
    source: (path) => utm.get(`utm_${path}`) ?? valueAt(ofLead(true)?.source, path),
    session: (path) => (path === 'number' ? ofLead(true)?.sessionCount : valueAt(session, path)),
    stage: () => ofLead()?.stage,
    temperature: () => ofLead()?.temperature,
    flag: (name) => ofLead()?.flags.includes(name) ?? false,
    tag: (name) => ofLead()?.tags.includes(name) ?? false,
    segment(id) {
      // A condition of a newer collector's ends up here, without one.
      if (id === undefined) onLead(false);
      return ofLead()?.segments.includes(id) ?? false;
    },
    touchpoint: (condition) => hasHappened(condition, memory, 0, now),
    // One that was given here needs nobody's word.
    answer: (condition) => hasAnswer(memory.answers, condition) || hasAnswer(ofLead()?.answers, condition),
  };
}

function itemCount(cart: Cart | null): number {
  return cart?.items.reduce((sum, { quantity = 1 }) => sum + quantity, 0) ?? 0;
}

function hasAnswer(
  answers: { [question: string]: AnswerValue } | undefined,
  { prompt, question = '', equals, ...bounds }: AnswerCondition['answer'],
): boolean {
  const asked = `${prompt}/${question}`;
  return Object.entries(answers ?? {}).some(
    ([key, value]) =>
      (question ? key === asked : key.startsWith(asked)) &&
      [value].flat().some((each) => (equals === undefined || passes(equals, each)) && passes(bounds, each)),
  );
}
