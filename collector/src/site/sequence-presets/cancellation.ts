import type { SequencePreset } from './preset.ts';

export const cancellation: SequencePreset = {
  id: 'cancellation',
  name: 'Cancellation',
  purpose: 'Has a person talk to who cancels. It offers no discount, and makes leaving no harder.',
  expects: {
    touchpoints: ['cancellation_requested', 'subscription_cancelled', 'subscription_reactivated'],
    traits: ['name'],
    prompts: [],
  },
  sequence: {
    start: { any: [{ touchpoint: 'cancellation_requested' }, { touchpoint: 'subscription_cancelled' }] },
    goal: { touchpoint: 'subscription_reactivated' },
    priority: 20,
    // Nobody who leaves is left alone for a measurement.
    holdout: 0,
    reentry: '30d',
    steps: [
      {
        id: 'call',
        task: { title: '{{name|A customer}} cancels: ask what went wrong, and listen', due: '4h' },
      },
      { id: 'sorry', after: '1h', send: { channel: 'email', template: 'cancellation-sorry' } },
    ],
  },
  templates: {
    'cancellation-sorry': {
      subject: 'About your cancellation',
      text: `Hello {{name|there}},

You want to leave, and we will not make it hard for you. What is yours, you can take with you:

[My account]({{site.url}}/account)

A person will get in touch to ask what went wrong. If you would rather not talk, a line in reply tells us just as much; and if you say nothing, that is fine too.

Thank you for the time you have been with us.`,
    },
  },
};
