import type { SequencePreset } from './preset.ts';

export const trialOnboarding: SequencePreset = {
  id: 'trial-onboarding',
  name: 'Trial onboarding',
  purpose:
    'Teaches who tries a product one step at a time, and leaves out the steps they have found by themselves.',
  expects: {
    touchpoints: [
      'trial_started',
      'tutorial_complete',
      'feature_used',
      'first_value',
      'subscription_started',
      'account_closed',
    ],
    traits: ['name'],
    prompts: [],
  },
  messagesPerWeek: 4,
  sequence: {
    start: { touchpoint: 'trial_started' },
    goal: { any: [{ touchpoint: 'subscription_started' }, { touchpoint: 'purchase' }] },
    exit: { touchpoint: 'account_closed' },
    reentry: 'never',
    steps: [
      {
        id: 'set-up',
        after: '1d',
        if: { not: { touchpoint: 'tutorial_complete' } },
        send: { channel: 'email', template: 'trial-set-up' },
      },
      {
        id: 'feature',
        after: '2d',
        if: { not: { touchpoint: 'feature_used' } },
        send: { channel: 'email', template: 'trial-feature' },
      },
      {
        id: 'case',
        after: '5d',
        if: { not: { touchpoint: 'first_value' } },
        send: { channel: 'email', template: 'trial-case' },
      },
      {
        id: 'upgrade',
        after: '7d',
        if: { not: { touchpoint: 'begin_checkout' } },
        send: { channel: 'email', template: 'trial-upgrade' },
      },
    ],
  },
  templates: {
    'trial-set-up': {
      subject: 'One step before {{site.name}} can help you',
      text: `Hello {{name|there}},

Your account is there, and one step is left before it is of use to you: setting it up.

[Finish setting up]({{site.url}})

If you are stuck somewhere, reply and tell us where. A person will help.`,
    },
    'trial-feature': {
      subject: 'Try this first',
      text: `Hello {{name|there}},

The quickest way to find out whether {{site.name}} is for you: take something small and real of yours, and do it here.

[Try it]({{site.url}})

An example shows how it works. Your own work shows what it is worth.`,
    },
    'trial-case': {
      subject: 'How others do it',
      text: `Hello {{name|there}},

Sometimes it helps to see how somebody else has gone about it, from the first day to the first result.

[See how others use {{site.name}}]({{site.url}})

Is your case another one? Reply and describe it. We will tell you how we would do it, or that it can't be done.`,
    },
    'trial-upgrade': {
      subject: 'Is {{site.name}} for you?',
      text: `Hello {{name|there}},

You have tried {{site.name}} for a week. If it does what you need, you can choose a plan now:

[Compare the plans]({{site.url}}/pricing)

If it does not, we would like to know what is missing. And if you have not had the time, tell us that.`,
    },
  },
};
