import type { SequencePreset } from './preset.ts';

export const detractor: SequencePreset = {
  id: 'detractor',
  name: 'Detractor',
  purpose: 'Apologises to who is unlikely to recommend you (0 to 6), and has a person look into it.',
  expects: { touchpoints: [], traits: ['name'], prompts: ['nps'] },
  sequence: {
    start: { answer: { prompt: 'nps', lte: 6 } },
    priority: 20,
    // Nobody who is unhappy is left alone for a measurement.
    holdout: 0,
    reentry: '90d',
    steps: [
      { id: 'call', task: { title: '{{name|A customer}} is unhappy: find out why, and reply', due: '1d' } },
      { id: 'apology', after: '1h', send: { channel: 'email', template: 'detractor-apology' } },
    ],
  },
  templates: {
    'detractor-apology': {
      subject: 'We are sorry',
      text: `Hello {{name|there}},

Thank you for telling us frankly. We are sorry that we have not been what you hoped for.

A person is looking into it and will write to you. If you want to say what went wrong, reply to this mail: it goes to them.

Until then, help is here:

[Help]({{site.url}}/help)`,
    },
  },
};
