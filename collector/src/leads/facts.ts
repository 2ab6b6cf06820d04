/** What a condition may ask of a lead: its state, the touchpoint at hand, and nothing else. */
import { type Facts, holds, passesAll, valueAt } from '@handrail/sdk/condition';
import type { AnswerCondition, Condition, Temperature, TouchpointCondition } from '@handrail/sdk/protocol';
import type { CompiledSite } from '../site/compile.ts';
import { decayed } from './heat.ts';
import { happened } from './memory.ts';
import type { StandingCondition } from './standing-condition.ts';
import { type FlagNote, type LeadState, temperatureOf } from './state.ts';
import { changesOf } from './timed-changes.ts';
import type { Touchpoint } from './touchpoint.ts';

export interface Moment {
  lead: LeadState;
  /** `null`: asked with no touchpoint at hand, as before a send. */
  touchpoint: Touchpoint | null;
  temperature: Temperature;
  now: number;
}

/** The lead at a time at which nothing happens. */
export function momentOf(lead: LeadState, now: number, site: CompiledSite): Moment {
  const score = decayed(lead.score, now - lead.scoredAt, site.halfLifeMs);
  return { lead, touchpoint: null, temperature: temperatureOf(score, site.site.scoring.thresholds), now };
}

/** The facts follow the moment: a fold sets its temperature once the points are in. */
export const factsOf = (moment: Moment, site: CompiledSite): Facts => new LeadFacts(moment, site);

/** A class rather than closures: one is made for almost every touchpoint, and few of its questions are asked. */
class LeadFacts implements Facts {
  private readonly moment: Moment;
  private readonly site: CompiledSite;

  constructor(moment: Moment, site: CompiledSite) {
    this.moment = moment;
    this.site = site;
  }

  touchpoint(condition: TouchpointCondition): boolean {
    const { lead, touchpoint, now } = this.moment;
    const test = this.site.testOf(condition);
    if (test.count === 1 && touchpoint && test.matches(touchpoint)) return true;
    return happened(lead.memory[test.memoryKey], test.count, test.withinMs, now);
  }
  answer(condition: AnswerCondition['answer']): boolean {
    return hasAnswered(this.moment.lead, condition);
  }
  trait(path: string): unknown {
    return traitAt(this.moment.lead, path);
  }
  page(path: string): unknown {
    return valueAt(this.moment.lead.page, path);
  }
  cart(path: string): unknown {
    const { lead } = this.moment;
    return path === 'count' ? cartCount(lead) : valueAt(lead.cart, path);
  }
  source(path: string): unknown {
    return valueAt(this.moment.lead.source?.last, path);
  }
  session(path: string): number | undefined {
    const { sessionCount, sessions } = this.moment.lead;
    if (path === 'number') return sessionCount;
    return path === 'pageViews' ? (sessions[0]?.pageViews ?? 0) : undefined;
  }
  consent(path: string): unknown {
    return valueAt({ analytics: 'pending', marketing: 'pending', ...this.moment.lead.consent }, path);
  }
  device(): string | undefined {
    return this.moment.lead.device ?? undefined;
  }
  stage(): string {
    return this.moment.lead.stage;
  }
  temperature(): string {
    return this.moment.temperature;
  }
  /** By its note, or else by its condition: flags.ts says which outweighs which. */
  flag(name: string): boolean {
    const { lead, now } = this.moment;
    const kept = keptBy(lead, name);
    if (kept === 'up') return true;
    const flag = this.site.flagById.get(name);
    return this.stands(flag) && (kept === null || hasFallen(flag, lead, now, this.site));
  }
  tag(name: string): boolean {
    return Object.hasOwn(this.moment.lead.tags, name);
  }
  segment(id: string): boolean {
    return this.stands(this.site.segmentById.get(id));
  }

  /** A flag or a segment holds while its condition does; site/check.ts lets none lead back to itself. */
  private stands<Named extends { when: Condition }>(named: Named | undefined): named is Named {
    return named !== undefined && holds(named.when, this);
  }
}

/** What a note keeps a flag. */
export function keptBy({ flagNotes }: LeadState, flag: string): FlagNote['keeps'] {
  return (Object.hasOwn(flagNotes, flag) && flagNotes[flag]?.keeps) || null;
}

/** Whether its condition has ceased to hold since the lead's latest touchpoint, be it for a while. */
export function hasFallen(
  { when, timed }: StandingCondition,
  lead: LeadState,
  now: number,
  site: CompiledSite,
): boolean {
  return changesOf(timed, lead, site).some(
    (at) => at > lead.scoredAt && at <= now && !holds(when, factsOf(momentOf(lead, at, site), site)),
  );
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

/** Whether it holds by something that comes at one moment; else by how the lead is, as by its stage. */
export function asksOfTouchpoints(condition: Condition): boolean {
  if ('touchpoint' in condition || 'answer' in condition) return true;
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
  return parts.some(asksOfTouchpoints);
}

function answers({ prompt, question }: AnswerCondition['answer'], { name, properties }: Touchpoint): boolean {
  return (
    name === 'prompt_answered' &&
    properties.promptId === prompt &&
    (question === undefined || properties.questionId === question)
  );
}

export function traitAt(lead: LeadState, path: string): unknown {
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
