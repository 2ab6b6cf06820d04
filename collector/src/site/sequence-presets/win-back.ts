import { LEAD_SILENT } from '../../leads/own-notes.ts';
import type { SequencePreset } from './preset.ts';

/** Silence may be noted at any hour. */
const MORNING = { time: '10:00', days: 'weekdays' } as const;

export const winBack: SequencePreset = {
  id: 'win-back',
  name: 'Win-back',
  purpose: 'Writes to who was hot and has been silent for longer than is usual, and stops by itself.',
  expects: { touchpoints: [], traits: ['name'], prompts: [] },
  sequence: {
    start: { touchpoint: LEAD_SILENT },
    goal: { any: [{ touchpoint: 'page_view' }, { touchpoint: 'login' }, { touchpoint: 'purchase' }] },
    reentry: '90d',
    steps: [
      { id: 'hello', at: MORNING, send: { channel: 'email', template: 'win-back-hello' } },
      { id: 'news', after: '7d', at: MORNING, send: { channel: 'email', template: 'win-back-news' } },
      { id: 'goodbye', after: '21d', at: MORNING, send: { channel: 'email', template: 'win-back-goodbye' } },
    ],
  },
  templates: {
    'win-back-hello': {
      subject: 'Did something get in the way?',
      text: `Hello {{name|there}},

You had a good look at {{site.name}}, and then we heard no more of you. If something got in the way, reply and tell us. We may be able to help.

If it was just a busy week:

[Go on where you left off]({{site.url}})`,
    },
    'win-back-news': {
      subject: 'What is new at {{site.name}}',
      text: `Hello {{name|there}},

A few things have changed since you were here. You may find what was missing:

[See what is new]({{site.url}})`,
    },
    'win-back-goodbye': {
      subject: 'We leave it at that',
      text: `Hello {{name|there}},

We don't want to be a nuisance, so this is the last that we write about it.

Should you need us again, you are welcome at any time:

[Visit {{site.name}}]({{site.url}})`,
    },
  },
};
