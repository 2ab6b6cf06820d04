import type { SequencePreset } from './preset.ts';

export const promoter: SequencePreset = {
  id: 'promoter',
  name: 'Promoter',
  purpose: 'Asks who is likely to recommend you (9 or 10) for a review, and later to tell a friend.',
  expects: { touchpoints: ['review_written', 'referral_sent'], traits: ['name'], prompts: ['nps'] },
  sequence: {
    start: { answer: { prompt: 'nps', gte: 9 } },
    goal: { touchpoint: 'referral_sent' },
    reentry: '180d',
    steps: [
      {
        id: 'review',
        after: '1d',
        if: { not: { touchpoint: 'review_written' } },
        send: { channel: 'email', template: 'promoter-review' },
      },
      { id: 'referral', after: '14d', send: { channel: 'email', template: 'promoter-referral' } },
    ],
  },
  templates: {
    'promoter-review': {
      subject: 'Thank you! One small favour?',
      text: `Hello {{name|there}},

You said that you would recommend us. That made our day.

Would you say it to others, too? A few words are plenty:

[Write a review]({{site.url}})`,
    },
    'promoter-referral': {
      subject: 'Do you know somebody?',
      text: `Hello {{name|there}},

If you know somebody whom {{site.name}} could help, pass this on to them:

{{site.url}}

We don't ask for their address, and if nobody comes to mind, that is fine.`,
    },
  },
};
