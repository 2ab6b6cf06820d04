/** What a condition may ask of a lead: its state, the touchpoint at hand, and nothing else. */
import { type Facts, holds, passesAll, valueAt } from '@handrail/sdk/condition';
import type { AnswerCondition, Condition, Temperature, TouchpointCondition } from '@handrail/sdk/protocol';
import type { CompiledSite } from '../site/compile.ts';
import { happened } from './memory.ts';
import type { LeadState } from './state.ts';
import type { Touchpoint } from './touchpoint.ts';

export interface Moment {
  lead: LeadState;
  /** `null`: asked with no touchpoint at hand, as before a send. */
  touchpoint: Touchpoint | null;
  temperature: Temperature;
  now: number;
}

/** The facts follow the moment: a fold sets its temperature once the points are in. */
export function factsOf(moment: Moment, site: CompiledSite): Facts {
  const { lead, touchpoint, now } = moment;
  const facts: Facts = {
    touchpoint(condition: TouchpointCondition) {
      const test = site.testOf(condition);
      if (test.count === 1 && touchpoint && test.matches(touchpoint)) return true;
      return happened(lead.memory[test.memoryKey], test.count, test.withinMs, now);
    },
    answer: (condition) => hasAnswered(lead, condition),
    trait: (path) => traitAt(lead, path),
    page: (path) => valueAt(lead.page, path),
    cart: (path) => (path === 'count' ? cartCount(lead) : valueAt(lead.cart, path)),
    source: (path) => valueAt(lead.source?.last, path),
    session: (path) => sessionAt(lead, path),
    consent: (path) => valueAt({ analytics: 'pending', marketing: 'pending', ...lead.consent }, path),
    device: () => lead.device ?? undefined,
    stage: () => lead.stage,
    temperature: () => moment.temperature,
    flag: (name) => stands(site.flagById.get(name), facts),
    tag: (name) => Object.hasOwn(lead.tags, name),
    segment: (id) => stands(site.segmentById.get(id), facts),
  };
  return facts;
}

/** A flag or a segment holds while its condition does; site/check.ts lets none lead back to itself. */
const stands = (named: { when: Condition } | undefined, facts: Facts): boolean =>
  named !== undefined && holds(named.when, facts);

function sessionAt(lead: LeadState, path: string): number | undefined {
  if (path === 'number') return lead.sessionCount;
  return path === 'pageViews' ? (lead.sessions[0]?.pageViews ?? 0) : undefined;
}

/**
 * Whether the touchpoint at hand is one that the condition speaks of. A condition can hold for ever after; what it
 * brings about (points, the start of a sequence) comes only with such a touchpoint.
 */
export function isAbout(condition: Condition, touchpoint: Touchpoint, site: CompiledSite): boolean {
  if ('touchpoint' in condition) return site.testOf(condition).matches(touchpoint);
  if ('answer' in condition) return answers(condition.answer, touchpoint);
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
  return parts.some((part) => isAbout(part, touchpoint, site));
}

function answers({ prompt, question }: AnswerCondition['answer'], { name, properties }: Touchpoint): boolean {
  return (
    name === 'prompt_answered' &&
    properties.promptId === prompt &&
    (question === undefined || properties.questionId === question)
  );
}

function traitAt(lead: LeadState, path: string): unknown {
  const [name = '', ...rest] = path.split('.');
  const whole = Object.hasOwn(lead.traits, path) ? lead.traits[path] : undefined;
  if (whole) return whole.value;
  const trait = Object.hasOwn(lead.traits, name) ? lead.traits[name] : undefined;
  return rest.length === 0 ? trait?.value : valueAt(trait?.value, rest.join('.'));
}

function cartCount(lead: LeadState): number {
  return lead.cart?.items.reduce((sum, item) => sum + (item.quantity ?? 1), 0) ?? 0;
}

function hasAnswered(lead: LeadState, condition: AnswerCondition['answer']): boolean {
  const { prompt, question, equals, ...bounds } = condition;
  const asked = question === undefined ? `${prompt}/` : `${prompt}/${question}`;
  return Object.entries(lead.answers).some(
    ([key, value]) =>
      (question === undefined ? key.startsWith(asked) : key === asked) &&
      // Of several options chosen, one is enough.
      [value].flat().some((each) => passesAll({ value: equals ?? bounds }, () => each)),
  );
}
