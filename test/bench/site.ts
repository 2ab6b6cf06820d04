import type { JsonObject, JsonValue } from '@handrail/sdk/protocol';

/**
 * A shop with 50 score rules, the most that an owner will write by hand: most watch paths, and so are asked at every
 * page view. Its e-mails fall due long after a bench has ended.
 */
export const SITE = {
  name: 'Bench',
  scoring: { rules: scoreRules() },
  stages: [
    { id: 'awareness' },
    {
      id: 'consideration',
      when: {
        any: [
          { touchpoint: 'page_view', where: { path: '/compare/*' } },
          { touchpoint: 'view_item', count: { gte: 3 }, within: '7d' },
        ],
      },
    },
    {
      id: 'decision',
      when: { touchpoint: 'page_view', where: { path: '/pricing*' }, count: { gte: 2 }, within: '7d' },
    },
    { id: 'purchase', when: { touchpoint: 'purchase' } },
    { id: 'retention', when: { touchpoint: 'purchase', count: { gte: 2 } } },
  ],
  email: { from: 'Bench <bench@shop.example>' },
  templates: { reminder: { subject: 'Your cart', text: 'It is still here.' } },
  sequences: [
    {
      id: 'abandoned-cart',
      start: { touchpoint: 'add_to_cart', unless: { touchpoint: 'purchase', within: '1h' } },
      goal: { touchpoint: 'purchase' },
      holdout: 0,
      steps: [{ after: '1h', send: { channel: 'email', template: 'reminder' } }],
    },
  ],
} satisfies JsonObject;

function scoreRules(): JsonValue[] {
  const daily = { times: 3, per: '1d' };
  const paths = ['/pricing*', '/compare/*', '/careers*', ...sequence(27).map((n) => `/blog/topic-${n}/*`)];
  const rules = [
    ...paths.map((path) => ({ when: { touchpoint: 'page_view', where: { path } }, points: 3 })),
    ...sequence(14).map((n) => ({
      when: { touchpoint: 'view_item', where: { 'items.0.item_id': `oil-${n}` } },
      points: 2,
    })),
    ...['add_to_cart', 'begin_checkout', 'purchase', 'sign_up'].map((touchpoint) => ({
      when: { touchpoint },
      points: 8,
    })),
    {
      when: {
        all: [{ touchpoint: 'purchase' }, { touchpoint: 'purchase', count: { gte: 2 }, within: '30d' }],
      },
      points: 20,
    },
    { when: { all: [{ touchpoint: 'page_view' }, { cart: { value: { gte: 50 } } }] }, points: 1 },
  ];
  return rules.map((rule, index) => ({ id: `rule-${index}`, limit: daily, ...rule }));
}

function sequence(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
