import type { SequencePreset } from './preset.ts';

export const afterPurchase: SequencePreset = {
  id: 'after-purchase',
  name: 'After a purchase',
  purpose:
    'Thanks for an order, helps with the first use, asks whether all is well, and only then for a review.',
  expects: { touchpoints: ['review_written'], traits: ['name'], prompts: [] },
  sequence: {
    start: { touchpoint: 'purchase' },
    goal: { touchpoint: 'review_written' },
    exit: { touchpoint: 'refund' },
    reentry: '60d',
    steps: [
      { id: 'thanks', after: '1d', send: { channel: 'email', template: 'purchase-thanks' } },
      { id: 'first-use', after: '5d', send: { channel: 'email', template: 'purchase-first-use' } },
      { id: 'check-in', after: '14d', send: { channel: 'email', template: 'purchase-check-in' } },
      { id: 'review', after: '30d', send: { channel: 'email', template: 'purchase-review' } },
    ],
  },
  templates: {
    'purchase-thanks': {
      subject: 'Thank you for your order',
      text: `Hello {{name|there}},

Thank you for your order, and for your trust.

All that concerns it is in your account:

[My order]({{site.url}}/account)

If anything is not right, reply to this mail. A person reads it.`,
    },
    'purchase-first-use': {
      subject: 'Getting started',
      text: `Hello {{name|there}},

By now you may have had your first try. Most questions come up just then, and most have an answer here:

[Help and tips]({{site.url}}/help)

Yours does not? Reply, and we will help.`,
    },
    'purchase-check-in': {
      subject: 'Is everything as you hoped?',
      text: `Hello {{name|there}},

Two weeks on: are you happy with what you bought?

If you are not, reply and tell us what is wrong, so that we can put it right. If you are, there is nothing to do.

More about it is here:

[Help and tips]({{site.url}}/help)`,
    },
    'purchase-review': {
      subject: 'Would you tell others?',
      text: `Hello {{name|there}},

By now you know what you bought better than any description does. Would you say in a few words how you find it? Good or bad, it helps others to decide.

[Write a review]({{site.url}}/account)`,
    },
  },
};
