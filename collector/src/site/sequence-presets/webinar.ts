import type { SequencePreset } from './preset.ts';

export const webinar: SequencePreset = {
  id: 'webinar',
  name: 'Webinar',
  purpose:
    'Reminds of a webinar the day before, sends the recording and a case after it, and then an invitation to talk.',
  expects: { touchpoints: ['demo_booked'], traits: ['webinarAt', 'webinarTitle', 'name'], prompts: [] },
  sequence: {
    start: { date: { trait: 'webinarAt', before: '1d' } },
    goal: { touchpoint: 'demo_booked' },
    steps: [
      { id: 'before', send: { channel: 'email', template: 'webinar-before' } },
      { id: 'replay', after: '2d', send: { channel: 'email', template: 'webinar-replay' } },
      { id: 'case', after: '4d', send: { channel: 'email', template: 'webinar-case' } },
      { id: 'invitation', after: '8d', send: { channel: 'email', template: 'webinar-invitation' } },
    ],
  },
  templates: {
    'webinar-before': {
      subject: 'A reminder: {{webinarTitle|our webinar}}',
      text: `Hello {{name|there}},

It is almost time for {{webinarTitle|our webinar}}. This is the way in:

[Join the webinar]({{site.url}}/webinar)

If you can't make it after all, you will get the recording.`,
    },
    'webinar-replay': {
      subject: 'The recording of {{webinarTitle|our webinar}}',
      text: `Hello {{name|there}},

Here is the recording of {{webinarTitle|our webinar}}, to see again or to catch up with:

[Watch it]({{site.url}}/webinar)

Has a question come up? Reply, and the speaker will answer.`,
    },
    'webinar-case': {
      subject: 'What it looks like in practice',
      text: `Hello {{name|there}},

A webinar is theory for the most part. How others have put it into practice, you can read here:

[See how others do it]({{site.url}})`,
    },
    'webinar-invitation': {
      subject: 'Shall we look at yours?',
      text: `Hello {{name|there}},

You have heard how it works in general. If you would like to see what it means for you, we will go through it together, with your own questions.

Reply with a time that suits you, or begin by yourself:

[Visit {{site.name}}]({{site.url}})`,
    },
  },
};
