import type { Prompt, QuestionPrompt } from '@handrail/sdk/protocol';
import { describe, expect, test } from 'vitest';
import { eligibility, type Situation } from '../../sdk/src/prompts/eligibility.ts';
import { factsOf, type KnownToBrowser } from '../../sdk/src/prompts/facts.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const BUDGET = { perSession: 1, cooldown: '7d' } as const;

const KNOWN: KnownToBrowser = {
  page: { path: '/pricing', search: '' },
  cart: { items: [{ item_id: 'oil', price: 25 }], value: 25, currency: 'GBP' },
  traits: { plan: 'team' },
  touchpoints: [
    { name: 'page_view', properties: {}, page: { path: '/' }, at: NOW - 60_000 },
    { name: 'view_item', properties: { brand: 'Olive' }, page: { path: '/oil' }, at: NOW - 30_000 },
    { name: 'page_view', properties: {}, page: { path: '/pricing' }, at: NOW },
  ],
  history: [{ promptId: 'nps', sessionId: 's0', at: NOW - 30 * DAY_MS, answers: { score: 9, why: '' } }],
};
const POLL: QuestionPrompt = {
  id: 'pricing-exit',
  type: 'exit_poll',
  on: { exitIntent: true },
  if: { page: { path: '/pricing*' } },
  questions: [{ id: 'why', type: 'choice', text: 'Why?', options: ['Price'] }],
};
const NUDGE: Prompt = {
  id: 'cart',
  type: 'cart_nudge',
  on: { idle: '90s' },
  title: 'Still thinking?',
  action: { label: 'Cart', href: '/cart' },
};
const SITUATION: Situation = {
  facts: factsOf(KNOWN, NOW),
  cart: KNOWN.cart,
  history: KNOWN.history,
  sessionId: 's1',
  otherPrompt: false,
  hidden: false,
  typing: false,
  dialogOpen: false,
};
const shown = (sessionId: string, agoMs: number) => [
  { promptId: 'x', sessionId, at: NOW - agoMs, answers: {} },
];

describe('eligibility', () => {
  test.each([POLL, NUDGE])('$type in a fitting situation', (prompt) => {
    expect(eligibility(prompt, SITUATION, BUDGET, NOW)).toEqual({ eligible: true });
  });

  test.each<[string, Prompt, Partial<Situation>]>([
    ['unknown_type', { ...POLL, type: 'lead_form' as 'survey' }, {}],
    ['unknown_type', { ...POLL, questions: [{ id: 'q', type: 'matrix' as 'text', text: '' }] }, {}],
    ['condition', { ...POLL, if: { page: { path: '/about' } } }, {}],
    ['empty_cart', NUDGE, { cart: null }],
    ['budget', POLL, { history: shown('s1', 60_000) }],
    ['cooldown', POLL, { history: shown('s0', 7 * DAY_MS - 1) }],
    ['other_prompt', POLL, { otherPrompt: true }],
    ['hidden', POLL, { hidden: true }],
    ['typing', POLL, { typing: true }],
    ['open_dialog', POLL, { dialogOpen: true }],
  ])('%s', (reason, prompt, change) => {
    expect(eligibility(prompt, { ...SITUATION, ...change }, BUDGET, NOW)).toEqual({
      eligible: false,
      reason,
    });
  });

  test('the cooldown is over exactly after seven days, also where the site sets none', () => {
    const situation = { ...SITUATION, history: shown('s0', 7 * DAY_MS) };
    expect(eligibility(POLL, situation, BUDGET, NOW).eligible).toBe(true);
    expect(eligibility(POLL, { ...SITUATION, history: shown('s0', 6 * DAY_MS) }, {}, NOW).eligible).toBe(
      false,
    );
  });

  test('a site may allow more in a session', () => {
    const situation = { ...SITUATION, history: shown('s1', 60_000) };
    expect(eligibility(POLL, situation, { perSession: 2, cooldown: '1s' }, NOW).eligible).toBe(true);
  });
});

describe('conditions that the browser can answer', () => {
  const holdsWith = (condition: NonNullable<Prompt['if']>) =>
    eligibility({ ...POLL, if: condition }, SITUATION, BUDGET, NOW).eligible;

  test.each<[NonNullable<Prompt['if']>, boolean]>([
    [{ touchpoint: 'page_view' }, true],
    [{ touchpoint: 'page_view', count: { gte: 3 } }, false],
    [{ touchpoint: 'page_view', count: { gte: 2 }, within: '30s' }, false],
    [{ touchpoint: 'page_view', where: { path: '/pricing' } }, true],
    [{ touchpoint: 'view_item', where: { brand: 'olive' } }, true],
    [{ touchpoint: 'view_item', where: { brand: 'other' } }, false],
    [{ trait: { plan: 'team' } }, true],
    [{ cart: { value: { gte: 20 } } }, true],
    [{ answer: { prompt: 'nps', gte: 9 } }, true],
    [{ answer: { prompt: 'nps', question: 'why', gte: 9 } }, false],
    [{ not: { answer: { prompt: 'nps' } } }, false],
    [{ answer: { prompt: 'other' } }, false],
    [{ stage: 'decision' }, false],
    [{ temperature: 'hot' }, false],
  ])('%j: %s', (condition, expected) => {
    expect(holdsWith(condition)).toBe(expected);
  });
});
