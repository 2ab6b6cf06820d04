import type { Condition, LeadFacts, Prompt, PromptBudget, QuestionPrompt } from '@handrail/sdk/protocol';
import { describe, expect, test } from 'vitest';
import { holds } from '../../sdk/src/condition.ts';
import { eligibility, type Situation } from '../../sdk/src/prompts/eligibility.ts';
import { factsOf, type KnownToBrowser } from '../../sdk/src/prompts/facts.ts';
import type { Memory } from '../../sdk/src/prompts/memory.ts';
import { whyNotHere } from '../../sdk/src/prompts/page-fit.ts';
import { noteTouchpoint, testsIn } from '../../sdk/src/prompts/touchpoint-tests.ts';

const NOW = Date.UTC(2026, 5, 1);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const BUDGET: PromptBudget = { perSession: 1, cooldown: '7d' };

const POLL: QuestionPrompt = {
  id: 'pricing-exit',
  type: 'exit_poll',
  on: { exitIntent: true },
  questions: [{ id: 'why', type: 'choice', text: 'Why?', options: ['Price'] }],
};
const NUDGE: Prompt = {
  id: 'cart',
  type: 'cart_nudge',
  on: { idle: '90s' },
  title: 'Still thinking?',
  action: { label: 'Cart', href: '/cart' },
};
const NOTE: Prompt = { id: 'note', type: 'message', on: { page: '/' }, title: 'Hello' };
const PROMPTS = [POLL, NUDGE, NOTE];

const MEMORY: Memory = {
  visitorId: 'v1',
  session: { id: 's1', startedAt: NOW - 10 * MINUTE_MS, pageViews: 3, shown: 0, search: '?utm_source=news' },
  times: {},
  due: {},
  prompts: {},
  contacts: [],
  answers: {},
};
const LEAD: LeadFacts = {
  // This browser's clock is a day behind the collector's.
  now: new Date(NOW + DAY_MS).toISOString(),
  stage: 'decision',
  temperature: 'hot',
  flags: ['at_risk'],
  tags: ['pricing'],
  segments: ['vip'],
  source: { channel: 'email', source: 'news', medium: 'email', campaign: 'spring' },
  sessionCount: 2,
  answers: { 'nps/score': 9, 'nps/why': '', 'needs/what': ['Speed', 'Price'] },
  prompts: {},
  contacts: [],
};
const collectorTime = (agoMs: number) => new Date(NOW + DAY_MS - agoMs).toISOString();
const own = (record: Partial<Memory['prompts'][string]>) => ({
  shown: 1,
  lastShownAt: NOW - 60 * DAY_MS,
  answeredAt: 0,
  dismissedAt: 0,
  arm: 'shown' as const,
  ...record,
});
const told = (record: Partial<LeadFacts['prompts'][string]>) => ({
  shown: 1,
  lastShownAt: collectorTime(60 * DAY_MS),
  answeredAt: null,
  dismissedAt: null,
  arm: 'shown' as const,
  ...record,
});
const withLead = (lead: Partial<LeadFacts>): Memory => ({
  ...MEMORY,
  lead: { ...LEAD, ...lead },
  leadAt: NOW,
  leadSessionId: 's1',
});

const SITUATION: Situation = {
  consent: { analytics: 'granted', marketing: 'pending' },
  holds: () => true,
  memory: MEMORY,
  cart: { items: [{ item_id: 'oil', price: 25 }], value: 25, currency: 'GBP' },
  hasSlot: () => true,
  otherPrompt: false,
  hidden: false,
  typing: false,
  dialogOpen: false,
};

interface Change {
  prompt?: Prompt;
  situation?: Partial<Situation>;
  memory?: Partial<Memory>;
  budget?: Partial<PromptBudget>;
}
function decide({ prompt = POLL, situation, memory, budget }: Change = {}) {
  const all = { ...SITUATION, memory: { ...MEMORY, ...memory }, ...situation };
  return eligibility(prompt, all, { prompts: PROMPTS, contactBudget: { ...BUDGET, ...budget } }, NOW);
}

describe('eligibility', () => {
  test.each(PROMPTS)('$type is shown in a fitting situation', (prompt) => {
    expect(decide({ prompt })).toBe('shown');
  });

  test.each<[string, Change]>([
    ['no_consent', { prompt: { ...POLL, consent: 'marketing' } }],
    ['condition', { prompt: { ...POLL, if: { stage: 'decision' } }, situation: { holds: () => false } }],
    ['empty_cart', { prompt: NUDGE, situation: { cart: null } }],
    [
      'no_slot',
      {
        prompt: { ...NOTE, slot: { name: 'hero', fallback: 'none' } } as Prompt,
        situation: { hasSlot: () => false },
      },
    ],
    ['sampled_out', { prompt: { ...POLL, sample: 0 } }],
    ['answered', { memory: { prompts: { [POLL.id]: own({ answeredAt: NOW - 900 * DAY_MS }) } } }],
    ['max_shown', { memory: { prompts: { [POLL.id]: own({ shown: 3 }) } } }],
    ['dismissed', { memory: { prompts: { [POLL.id]: own({ dismissedAt: NOW - 30 * DAY_MS + 1 }) } } }],
    ['budget', { memory: { session: { ...MEMORY.session, shown: 1 } } }],
    ['cooldown', { memory: { prompts: { another: own({ lastShownAt: NOW - 7 * DAY_MS + 1 }) } } }],
    ['lower_priority', { situation: { otherPrompt: true } }],
    ['hidden', { situation: { hidden: true } }],
    ['typing', { situation: { typing: true } }],
    ['open_dialog', { situation: { dialogOpen: true } }],
    ['holdout', { prompt: { ...POLL, holdout: 1 } }],
  ])('%s', (reason, change) => {
    expect(decide(change)).toBe(reason);
  });

  test('of several reasons the first of the list is told', () => {
    const change: Change = {
      prompt: { ...POLL, sample: 0, holdout: 1 },
      situation: { typing: true, otherPrompt: true },
      memory: { session: { ...MEMORY.session, shown: 1 } },
    };
    expect(decide(change)).toBe('sampled_out');
    expect(decide({ ...change, prompt: { ...POLL, holdout: 1 } })).toBe('budget');
    expect(decide({ ...change, prompt: { ...POLL, holdout: 1 }, memory: {} })).toBe('lower_priority');
  });

  test('a message whose slot is not there, but which may be a card, is shown', () => {
    const prompt = { ...NOTE, slot: { name: 'hero', fallback: 'card' } } as Prompt;
    expect(decide({ prompt, situation: { hasSlot: () => false } })).toBe('shown');
  });
});

describe('the contact budget', () => {
  test.each<[string, Change]>([
    ['the cooldown, to the moment', { memory: { prompts: { x: own({ lastShownAt: NOW - 7 * DAY_MS }) } } }],
    [
      '30 days after a dismissal',
      { memory: { prompts: { [POLL.id]: own({ dismissedAt: NOW - 30 * DAY_MS }) } } },
    ],
    [
      'a pause after a dismissal that the site sets',
      {
        memory: { prompts: { [POLL.id]: own({ dismissedAt: NOW - 8 * DAY_MS }) } },
        budget: { afterDismissal: '8d' },
      },
    ],
    [
      'asking again, where the prompt may',
      {
        prompt: { ...POLL, askAgain: '90d' },
        memory: { prompts: { [POLL.id]: own({ answeredAt: NOW - 90 * DAY_MS }) } },
      },
    ],
    [
      'more than three times, where the prompt may',
      { prompt: { ...POLL, maxShown: 4 }, memory: { prompts: { [POLL.id]: own({ shown: 3 }) } } },
    ],
    ['two in a session', { memory: { session: { ...MEMORY.session, shown: 1 } }, budget: { perSession: 2 } }],
    [
      'a cooldown of another kind',
      {
        memory: { prompts: { [NUDGE.id]: own({ lastShownAt: NOW - 8 * DAY_MS }) } },
        budget: { cooldowns: { cart_nudge: '14d' } },
      },
    ],
    [
      'contacts of more than a week ago',
      { memory: { contacts: [NOW - 7 * DAY_MS, NOW - 8 * DAY_MS] }, budget: { perWeek: 1 } },
    ],
    [
      'a clock that was set back two years',
      { memory: { prompts: { x: own({ lastShownAt: NOW + 730 * DAY_MS }) } } },
    ],
  ])('lets through: %s', (_, change) => {
    expect(decide(change)).toBe('shown');
  });

  test.each<[string, string, Change]>([
    [
      'answered',
      'asked again too soon',
      {
        prompt: { ...POLL, askAgain: '90d' },
        memory: { prompts: { [POLL.id]: own({ answeredAt: NOW - 90 * DAY_MS + 1 }) } },
      },
    ],
    [
      'cooldown',
      'of its kind, longer than that of all',
      {
        prompt: NUDGE,
        memory: { prompts: { [NUDGE.id]: own({ lastShownAt: NOW - 8 * DAY_MS }) } },
        budget: { cooldowns: { cart_nudge: '14d' } },
      },
    ],
    [
      'budget',
      'as many this week as there may be',
      { memory: { contacts: [NOW - DAY_MS] }, budget: { perWeek: 1 } },
    ],
    [
      'budget',
      'messages count too, by the clock of the collector',
      {
        memory: withLead({ contacts: [collectorTime(DAY_MS), collectorTime(7 * DAY_MS - 1)] }),
        budget: { perWeek: 2 },
      },
    ],
    [
      'answered',
      'on another device',
      { memory: withLead({ prompts: { [POLL.id]: told({ answeredAt: collectorTime(DAY_MS) }) } }) },
    ],
    [
      'dismissed',
      'on another device',
      { memory: withLead({ prompts: { [POLL.id]: told({ dismissedAt: collectorTime(30 * DAY_MS - 1) }) } }) },
    ],
    [
      'max_shown',
      'on all devices together',
      { memory: withLead({ prompts: { [POLL.id]: told({ shown: 3 }) } }) },
    ],
    [
      'cooldown',
      'another prompt, on another device',
      { memory: withLead({ prompts: { x: told({ lastShownAt: collectorTime(DAY_MS) }) } }) },
    ],
  ])('%s: %s', (reason, _, change) => {
    expect(decide(change)).toBe(reason);
  });

  test('what another device did long enough ago is over, by the clock of the collector', () => {
    const memory = withLead({ prompts: { x: told({ lastShownAt: collectorTime(7 * DAY_MS) }) } });
    expect(decide({ memory })).toBe('shown');
  });

  test('where the document has none, there is one prompt in a session and a cooldown of seven days', () => {
    const ask = (memory: Partial<Memory>) =>
      eligibility(
        POLL,
        { ...SITUATION, memory: { ...MEMORY, ...memory } },
        { prompts: PROMPTS } as never,
        NOW,
      );
    expect(ask({})).toBe('shown');
    expect(ask({ session: { ...MEMORY.session, shown: 1 } })).toBe('budget');
    expect(ask({ prompts: { x: own({ lastShownAt: NOW - 6 * DAY_MS }) } })).toBe('cooldown');
  });
});

describe('sample and holdout', () => {
  const visitors = Array.from({ length: 10_000 }, (_, index) => `01900000-0000-7000-8000-${index}`);
  const shareWith = (reason: string, prompt: Prompt) =>
    visitors.filter((visitorId) => decide({ prompt, memory: { visitorId } }) === reason).length /
    visitors.length;

  test('as many as was asked for, of those who are asked at all', () => {
    // Three standard deviations of 10,000 draws.
    expect(shareWith('sampled_out', { ...POLL, sample: 0.3 })).toBeCloseTo(0.7, 1);
    expect(Math.abs(shareWith('sampled_out', { ...POLL, sample: 0.3 }) - 0.7)).toBeLessThan(0.014);
    expect(Math.abs(shareWith('holdout', { ...POLL, holdout: 0.1 }) - 0.1)).toBeLessThan(0.009);
    // The two draws have nothing to do with each other.
    expect(Math.abs(shareWith('holdout', { ...POLL, sample: 0.5, holdout: 0.2 }) - 0.1)).toBeLessThan(0.009);
  });

  test('the same person is drawn the same, however often, and apart for each prompt', () => {
    const heldOut = (id: string) =>
      visitors
        .slice(0, 500)
        .map((visitorId) => decide({ prompt: { ...POLL, id, holdout: 0.5 }, memory: { visitorId } }));
    expect(heldOut('a')).toEqual(heldOut('a'));
    expect(heldOut('a')).not.toEqual(heldOut('b'));
  });

  test('who was shown it, or held out, before stays so; the collector knows best', () => {
    const prompts = (arm: 'shown' | 'holdout') => ({
      prompts: { [POLL.id]: own({ shown: 0, lastShownAt: 0, arm }) },
    });
    expect(decide({ memory: prompts('holdout') })).toBe('holdout');
    expect(decide({ prompt: { ...POLL, holdout: 1, sample: 0 }, memory: prompts('shown') })).toBe('shown');
    const lead = withLead({ prompts: { [POLL.id]: told({ shown: 0, lastShownAt: null, arm: 'holdout' }) } });
    expect(decide({ memory: { ...lead, ...prompts('shown') } })).toBe('holdout');
  });
});

describe('what a condition may ask', () => {
  const SEEN = [
    { name: 'page_view', properties: {}, page: { path: '/' }, at: NOW - MINUTE_MS },
    { name: 'view_item', properties: { brand: 'Olive' }, page: { path: '/oil' }, at: NOW - 30_000 },
    { name: 'page_view', properties: {}, page: { path: '/pricing' }, at: NOW },
  ];
  const KNOWN: KnownToBrowser = {
    page: { path: '/pricing', search: '' },
    cart: { items: [{ item_id: 'oil', price: 25, quantity: 2 }], value: 50, currency: 'GBP' },
    traits: { plan: 'team' },
    consent: SITUATION.consent,
    device: 'desktop',
    memory: withLead({}),
  };
  /** As the decision has it: unsure is as good as no. */
  function isMet(condition: Condition, memory: Memory = KNOWN.memory): boolean {
    const known = { ...memory, times: {}, session: { ...memory.session } };
    for (const touchpoint of SEEN) noteTouchpoint(touchpoint, testsIn([{ ...POLL, if: condition }]), known);
    let isCertain = true;
    const facts = factsOf({ ...KNOWN, memory: known }, NOW, (isKnown) => {
      isCertain &&= isKnown;
    });
    return holds(condition, facts) && isCertain;
  }

  test.each<[Condition, boolean]>([
    [{ touchpoint: 'page_view' }, true],
    [{ touchpoint: 'page_view', count: { gte: 3 } }, false],
    [{ touchpoint: 'page_view', count: { gte: 2 }, within: '30s' }, false],
    [{ touchpoint: 'page_view', count: { gte: 2 }, within: '60s' }, true],
    [{ touchpoint: 'page_view', where: { path: '/pricing' } }, true],
    [{ touchpoint: 'view_item', where: { brand: 'olive' } }, true],
    [{ touchpoint: 'view_item', where: { brand: 'other' } }, false],
    [{ not: { touchpoint: 'purchase' } }, true],
    [{ trait: { plan: 'team' } }, true],
    [{ cart: { value: { gte: 20 }, count: 2 } }, true],
    [{ cart: { count: { gt: 2 } } }, false],
    [{ source: { source: 'news' } }, true],
    [{ source: { channel: 'email' } }, true],
    [{ source: { channel: 'direct' } }, false],
    [{ session: { number: 2, pageViews: 5 } }, true],
    [{ session: { number: 1 } }, false],
    [{ consent: { marketing: 'pending' } }, true],
    [{ consent: { marketing: 'granted' } }, false],
    [{ device: 'desktop' }, true],
    [{ device: 'phone' }, false],
    [{ stage: 'decision' }, true],
    [{ stage: 'awareness' }, false],
    [{ temperature: 'hot' }, true],
    [{ temperature: 'cold' }, false],
    [{ flag: 'at_risk' }, true],
    [{ flag: 'other' }, false],
    [{ tag: 'pricing' }, true],
    [{ tag: 'other' }, false],
    [{ segment: 'vip' }, true],
    [{ segment: 'other' }, false],
    [{ answer: { prompt: 'nps', gte: 9 } }, true],
    [{ answer: { prompt: 'nps', question: 'score', gte: 10 } }, false],
    [{ answer: { prompt: 'nps', question: 'why' } }, true],
    [{ answer: { prompt: 'needs', equals: 'price' } }, true],
    [{ answer: { prompt: 'needs', equals: 'colour' } }, false],
    [{ answer: { prompt: 'other' } }, false],
    [{ not: { answer: { prompt: 'other' } } }, true],
    [{ hologram: true } as unknown as Condition, false],
    [{ not: { hologram: true } } as unknown as Condition, false],
  ])('%j: %s', (condition, expected) => {
    expect(isMet(condition)).toBe(expected);
  });

  test.each<Condition>([
    { stage: 'decision' },
    { not: { stage: 'purchase' } },
    { temperature: 'cold' },
    { not: { flag: 'at_risk' } },
    { not: { tag: 'x' } },
    { not: { segment: 'x' } },
    { session: { number: 1 } },
    { source: { channel: 'email' } },
    { not: { answer: { prompt: 'nps' } } },
  ])('before the first acknowledgement nothing is known of the person: %j', (condition) => {
    expect(isMet(condition, MEMORY)).toBe(false);
  });

  test.each<Condition>([
    { source: { source: 'news' } },
    { answer: { prompt: 'poll', equals: 'Price' } },
    { touchpoint: 'view_item' },
  ])('what the page itself knows needs none: %j', (condition) => {
    expect(isMet(condition, { ...MEMORY, answers: { 'poll/why': 'Price' } })).toBe(true);
  });

  test('number and source of the session before are not those of this one', () => {
    const memory = { ...KNOWN.memory, leadSessionId: 's0' };
    expect(isMet({ session: { number: 2 } }, memory)).toBe(false);
    expect(isMet({ source: { channel: 'email' } }, memory)).toBe(false);
    expect(isMet({ stage: 'decision' }, memory)).toBe(true);
  });
});

describe('whether a prompt is for this page', () => {
  const PAGE = { path: '/pricing/team', title: 'Pricing' };
  test.each<[string | undefined, Prompt]>([
    [undefined, POLL],
    [undefined, { ...POLL, on: { page: '/pricing*' }, if: { page: { title: 'Pri*' } } }],
    ['wrong_page', { ...POLL, on: { page: '/' } }],
    ['wrong_page', { ...POLL, on: { any: [{ page: '/' }, { page: '/about' }] } }],
    [undefined, { ...POLL, on: { any: [{ page: '/' }, { idle: '1s' }] } }],
    ['wrong_page', { ...POLL, if: { page: { path: '/' } } }],
    ['wrong_page', { ...POLL, if: { all: [{ stage: 'decision' }, { page: { path: '/' } }] } }],
    // Whether it is another page or something else that speaks against it cannot be told.
    [undefined, { ...POLL, if: { any: [{ stage: 'decision' }, { page: { path: '/' } }] } }],
    ['unknown_type', { ...POLL, type: 'hologram' as 'survey' }],
    ['unknown_type', { ...POLL, questions: [{ id: 'q', type: 'matrix' as 'text', text: '' }] }],
    ['unknown_type', { ...POLL, if: { all: 'of them' as never } }],
  ])('%s: %j', (reason, prompt) => {
    expect(whyNotHere(prompt, PAGE, prompt.on)).toBe(reason);
  });
});
