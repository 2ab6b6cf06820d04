import { EMAIL_CONFIRMED } from '../../follow-ups/transactional.ts';
import type { SequencePreset } from './preset.ts';

export const welcome: SequencePreset = {
  id: 'welcome',
  name: 'Welcome',
  purpose: 'Shows people who have just signed up, or confirmed their address, around in their first week.',
  expects: { touchpoints: ['sign_up'], traits: ['name'], prompts: [] },
  messagesPerWeek: 4,
  sequence: {
    start: { any: [{ touchpoint: 'sign_up' }, { touchpoint: EMAIL_CONFIRMED }] },
    goal: { touchpoint: 'purchase' },
    reentry: 'never',
    steps: [
      { id: 'hello', after: '1d', send: { channel: 'email', template: 'welcome-hello' } },
      { id: 'start', after: '3d', send: { channel: 'email', template: 'welcome-start' } },
      { id: 'question', after: '5d', send: { channel: 'email', template: 'welcome-question' } },
      { id: 'week', after: '7d', send: { channel: 'email', template: 'welcome-week' } },
    ],
  },
  templates: {
    'welcome-hello': {
      subject: 'Welcome to {{site.name}}',
      text: `Hello {{name|there}},

Good to have you with us. Over the next days we will show you around in a few short mails.

If you would rather look for yourself:

[See what there is]({{site.url}})

And if you have a question, just reply. A person reads it.`,
    },
    'welcome-start': {
      subject: 'Where to begin',
      text: `Hello {{name|there}},

When everything is new, it helps to begin with one thing. Our advice: take what brought you here, and leave the rest for later.

[Begin with it]({{site.url}})

There is no hurry, and no wrong place to start.`,
    },
    'welcome-question': {
      subject: 'What are you looking for?',
      text: `Hello {{name|there}},

A short question: what were you hoping to find with us?

Reply with a line or two. We will point you to it, or tell you honestly that we don't have it.

Or have another look yourself:

[Back to {{site.name}}]({{site.url}})`,
    },
    'welcome-week': {
      subject: 'Your first week with {{site.name}}',
      text: `Hello {{name|there}},

You have been with us for a week, and this is the last of our welcome mails.

Whenever you like, go on from here:

[Visit {{site.name}}]({{site.url}})

If something is not as you expected, tell us. That helps us more than praise.`,
    },
  },
};
