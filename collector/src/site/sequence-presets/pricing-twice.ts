import type { SequencePreset } from './preset.ts';

export const pricingTwice: SequencePreset = {
  id: 'pricing-twice',
  name: 'Prices seen twice',
  purpose:
    'Offers an answer to who has looked at the prices twice in a week, and a call by a person to who is hot.',
  expects: { touchpoints: ['demo_booked', 'subscription_started'], traits: ['name'], prompts: [] },
  sequence: {
    start: { touchpoint: 'page_view', where: { path: '/pricing*' }, count: { gte: 2 }, within: '7d' },
    goal: {
      any: [
        { touchpoint: 'purchase' },
        { touchpoint: 'subscription_started' },
        { touchpoint: 'demo_booked' },
      ],
    },
    reentry: '30d',
    steps: [
      {
        id: 'call',
        after: '2h',
        if: { temperature: 'hot' },
        task: { title: '{{name|A hot lead}} is weighing up the prices: offer to talk', due: '1d' },
      },
      { id: 'questions', after: '2h', send: { channel: 'email', template: 'pricing-questions' } },
      { id: 'talk', after: '3d', send: { channel: 'email', template: 'pricing-talk' } },
    ],
  },
  templates: {
    'pricing-questions': {
      subject: 'Any questions about our prices?',
      text: `Hello {{name|there}},

Which plan fits, what is included, what would it come to? If you are asking yourself that, ask us: reply to this mail, and a person will answer.

Or see for yourself:

[Compare the plans]({{site.url}}/pricing)`,
    },
    'pricing-talk': {
      subject: 'Would it help to talk?',
      text: `Hello {{name|there}},

Some things are said sooner than written. If you like, reply with a time that suits you, and a person will call: no slides, just your questions.

If you would rather decide alone, here is all there is to know:

[Our prices]({{site.url}}/pricing)`,
    },
  },
};
