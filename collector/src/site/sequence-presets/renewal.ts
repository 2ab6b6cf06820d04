import type { SequencePreset } from './preset.ts';

export const renewal: SequencePreset = {
  id: 'renewal',
  name: 'Renewal',
  purpose:
    'Tells two weeks before a renewal what the subscription was used for, and reminds three days before.',
  expects: {
    touchpoints: ['subscription_renewed', 'subscription_cancelled'],
    traits: ['renewsAt', 'usageSummary', 'name'],
    prompts: [],
  },
  sequence: {
    start: { date: { trait: 'renewsAt', before: '14d' } },
    goal: { touchpoint: 'subscription_renewed' },
    exit: { touchpoint: 'subscription_cancelled' },
    steps: [
      { id: 'summary', send: { channel: 'email', template: 'renewal-summary' } },
      {
        id: 'reminder',
        after: '11d',
        send: { channel: 'email', template: 'renewal-reminder' },
        // Later than this it would not be three days any more.
        expires: '12h',
      },
    ],
  },
  templates: {
    'renewal-summary': {
      subject: 'What you did with {{site.name}}',
      text: `Hello {{name|there}},

In two weeks your subscription is up for renewal. A good moment to look back:

{{usageSummary|All that you have done is in your account.}}

[My account]({{site.url}}/account)

If you use less than you pay for, or need more, reply. We will find what fits.`,
    },
    'renewal-reminder': {
      subject: 'Your renewal in three days',
      text: `Hello {{name|there}},

A reminder, so that it comes as no surprise: your subscription is renewed in three days.

To change or to cancel it:

[My account]({{site.url}}/account)`,
    },
  },
};
