/** Sequences ready to switch on: what each sends when, and what stops it; and what a site file makes of them. */
import { describe, expect, test } from 'vitest';
import { createEmailChannel } from '../../../collector/src/follow-ups/channels/email.ts';
import { runScenario } from '../../../collector/src/scenario/run.ts';
import { scenarioSchema } from '../../../collector/src/scenario/schema.ts';
import { checkSite } from '../../../collector/src/site/check.ts';
import { siteJsonSchema } from '../../../collector/src/site/json-schema.ts';
import { SEQUENCE_PRESETS } from '../../../collector/src/site/sequence-presets/index.ts';
import { SECRET_KEY, startCollector } from '../../support/collector.ts';
import { startSmtpSink } from '../../support/smtp-sink.ts';

const NPS = {
  id: 'nps',
  type: 'survey',
  on: { dwell: '30s' },
  questions: [{ id: 'score', type: 'nps', text: 'How likely are you to recommend us?' }],
};
/** With all that the presets ask of a site. */
const READY = {
  name: 'Olive & Oak',
  origins: ['https://shop.example'],
  email: { from: 'Olive & Oak <hello@shop.example>' },
  prompts: [NPS],
};
const ALL = SEQUENCE_PRESETS.map(({ id }) => ({ preset: id }));

const problemsOf = (site: object) => {
  const checked = checkSite(site);
  return checked.ok ? [] : checked.problems;
};
function siteOf(site: object) {
  const checked = checkSite(site);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.site;
}

type Touchpoint = Record<string, unknown>;
type Sent = [after: string, templateOrTask: string];
const ADA: Touchpoint = {
  identify: { email: 'ada@example.com', name: 'Ada' },
  consent: { marketing: 'granted' },
};
const seen = (track: string, after: string, properties: object = {}): Touchpoint => ({
  track,
  after,
  properties,
});
const answered = (value: number) =>
  seen('prompt_answered', '0s', { promptId: 'nps', questionId: 'score', value });

/** All that a preset by itself has sent after a while to who has done this. */
function expectSent(
  preset: string,
  touchpoints: Touchpoint[],
  by: string,
  sent: Sent[],
  site: object = {},
): void {
  const messages = sent.map(([after, what]) =>
    what.includes(' ')
      ? { sequence: preset, after, channel: 'task', task: what }
      : { sequence: preset, after, channel: 'email', template: what },
  );
  const scenario = scenarioSchema.parse({
    name: preset,
    touchpoints: [ADA, ...touchpoints],
    expect: [{ after: by, messages }],
  });
  expect(runScenario(scenario, siteOf({ ...READY, sequences: [{ preset }], ...site }))).toEqual([]);
}

const MAILS_OF_WELCOME: Sent[] = [
  ['1d', 'welcome-hello'],
  ['3d', 'welcome-start'],
  ['5d', 'welcome-question'],
  ['7d', 'welcome-week'],
];
const CART = {
  items: [{ item_id: 'oil', item_name: 'Oil', price: 24, quantity: 1 }],
  value: 24,
  currency: 'GBP',
};
const UNFINISHED: Sent[] = [
  ['1d', 'trial-set-up'],
  ['2d', 'trial-feature'],
  ['5d', 'trial-case'],
  ['7d', 'trial-upgrade'],
];

describe('welcome', () => {
  test('writes on day 1, 3, 5 and 7, and never again', () => {
    expectSent('welcome', [seen('sign_up', '0s'), seen('sign_up', '20d')], '60d', MAILS_OF_WELCOME);
  });

  test('greets who has confirmed an address, too', () => {
    expectSent('welcome', [seen('email_confirmed', '0s')], '1d', [['1d', 'welcome-hello']]);
  });

  test('stops at the first purchase', () => {
    const touchpoints = [seen('sign_up', '0s'), seen('purchase', '4d')];
    expectSent('welcome', touchpoints, '60d', MAILS_OF_WELCOME.slice(0, 2));
  });

  test('keeps to a budget that the owner has set', () => {
    const contactBudget = { messages: { perWeek: 3 } };
    expectSent('welcome', [seen('sign_up', '0s')], '60d', MAILS_OF_WELCOME.slice(0, 3), { contactBudget });
  });
});

describe('abandoned-cart', () => {
  const cart = seen('add_to_cart', '0s', { cart: CART });

  test('reminds after an hour, offers help after a day, and lets others speak after two', () => {
    expectSent('abandoned-cart', [cart], '30d', [
      ['1h', 'cart-reminder'],
      ['24h', 'cart-offer'],
      ['48h', 'cart-reviews'],
    ]);
  });

  test.each([
    ['within the hour', '30m', []],
    ['after the first reminder', '2h', [['1h', 'cart-reminder']]],
  ] as [string, string, Sent[]][])('stops at a purchase %s', (_, after, sent) => {
    expectSent('abandoned-cart', [cart, seen('purchase', after)], '30d', sent);
  });

  test('stops where the cart is emptied, but not where something is left in it', () => {
    const emptied = { cart: { ...CART, items: [] } };
    expectSent('abandoned-cart', [cart, seen('remove_from_cart', '2h', emptied)], '30d', [
      ['1h', 'cart-reminder'],
    ]);
    expectSent('abandoned-cart', [cart, seen('remove_from_cart', '2h', { cart: CART })], '1d', [
      ['1h', 'cart-reminder'],
      ['24h', 'cart-offer'],
    ]);
  });
});

describe('trial-onboarding', () => {
  const trial = seen('trial_started', '0s');

  test('teaches a step on day 1, 2, 5 and 7', () => {
    expectSent('trial-onboarding', [trial], '60d', UNFINISHED);
  });

  test.each([
    ['tutorial_complete', 'trial-set-up'],
    ['feature_used', 'trial-feature'],
    ['first_value', 'trial-case'],
    ['begin_checkout', 'trial-upgrade'],
  ])('after %s, leaves out %s', (done, template) => {
    const sent = UNFINISHED.filter(([, each]) => each !== template);
    expectSent('trial-onboarding', [trial, seen(done, '12h')], '60d', sent);
  });

  test.each(['subscription_started', 'purchase', 'account_closed'])('ends with %s', (end) => {
    expectSent('trial-onboarding', [trial, seen(end, '3d')], '60d', UNFINISHED.slice(0, 2));
  });
});

describe('pricing-twice', () => {
  const view = (after: string): Touchpoint => ({ page: '/pricing', after });
  const MAILS: Sent[] = [
    ['3h', 'pricing-questions'],
    ['73h', 'pricing-talk'],
  ];

  test('writes two hours after the second look, and three days after it', () => {
    expectSent('pricing-twice', [view('0s'), view('1h')], '20d', MAILS);
  });

  test('sends nothing after one look, nor after two that lie a week apart', () => {
    expectSent('pricing-twice', [view('0s')], '20d', []);
    expectSent('pricing-twice', [view('0s'), view('8d')], '20d', []);
  });

  test('asks a person to call who is hot', () => {
    const rules = [{ id: 'demo', when: { touchpoint: 'demo_watched' }, points: 90 }];
    const touchpoints = [seen('demo_watched', '0s'), view('0s'), view('1h')];
    expectSent(
      'pricing-twice',
      touchpoints,
      '20d',
      [['3h', '{{name|A hot lead}} is weighing up the prices: offer to talk'], ...MAILS],
      { scoring: { rules } },
    );
  });

  test.each(['purchase', 'subscription_started', 'demo_booked'])('stops at %s', (goal) => {
    expectSent('pricing-twice', [view('0s'), view('1h'), seen(goal, '2d')], '20d', MAILS.slice(0, 1));
  });
});

describe('webinar', () => {
  const registered: Touchpoint = {
    identify: { webinarAt: '2026-01-10T15:00:00Z' },
    trust: 'server',
    after: '0s',
  };
  // The scenario starts on 5 January at 10:00.
  const MAILS: Sent[] = [
    ['101h', 'webinar-before'],
    ['149h', 'webinar-replay'],
    ['197h', 'webinar-case'],
    ['293h', 'webinar-invitation'],
  ];

  test('reminds a day before, and follows up one, three and seven days after it', () => {
    expectSent('webinar', [registered], '60d', MAILS);
  });

  test('stops once a demo is booked', () => {
    expectSent('webinar', [registered, seen('demo_booked', '180h')], '60d', MAILS.slice(0, 2));
  });

  test('sends nothing without a date', () => {
    expectSent('webinar', [seen('webinar_registered', '0s')], '60d', []);
  });
});

describe('after-purchase', () => {
  const MAILS: Sent[] = [
    ['1d', 'purchase-thanks'],
    ['5d', 'purchase-first-use'],
    ['14d', 'purchase-check-in'],
    ['30d', 'purchase-review'],
  ];

  test('thanks, helps, asks whether all is well, and then for a review', () => {
    expectSent('after-purchase', [seen('purchase', '0s')], '59d', MAILS);
  });

  test.each(['review_written', 'refund'])('ends with %s', (end) => {
    expectSent('after-purchase', [seen('purchase', '0s'), seen(end, '6d')], '59d', MAILS.slice(0, 2));
  });
});

describe('win-back', () => {
  const silent: Touchpoint = { track: 'lead_silent', trust: 'server', after: '12h' };
  // Monday 22:00; so each goes out on a Tuesday at 10:00.
  const MAILS: Sent[] = [
    ['24h', 'win-back-hello'],
    ['192h', 'win-back-news'],
    ['528h', 'win-back-goodbye'],
  ];

  test('writes in the morning of a working day, again a week and three weeks later, and then no more', () => {
    expectSent('win-back', [silent], '80d', MAILS);
  });

  test.each([{ page: '/' }, { track: 'login' }, { track: 'purchase' }])('stops at %o', (back) => {
    expectSent('win-back', [silent, { ...back, after: '3d' }], '80d', MAILS.slice(0, 1));
  });
});

describe('renewal', () => {
  const renews: Touchpoint = { identify: { renewsAt: '2026-02-05' }, trust: 'server', after: '0s' };
  // Two weeks before midnight of 5 February, as counted from 5 January at 10:00.
  const MAILS: Sent[] = [
    ['398h', 'renewal-summary'],
    ['662h', 'renewal-reminder'],
  ];

  test('tells two weeks before, and reminds three days before', () => {
    expectSent('renewal', [renews], '60d', MAILS);
  });

  test.each(['subscription_renewed', 'subscription_cancelled'])('ends with %s', (end) => {
    expectSent('renewal', [renews, seen(end, '20d')], '60d', MAILS.slice(0, 1));
  });
});

describe('detractor', () => {
  const SENT: Sent[] = [
    ['0s', '{{name|A customer}} is unhappy: find out why, and reply'],
    ['1h', 'detractor-apology'],
  ];

  test.each([0, 6])('calls a person and apologises to a %i', (score) => {
    expectSent('detractor', [answered(score)], '30d', SENT);
  });

  test.each([7, 10])('leaves a %i alone', (score) => {
    expectSent('detractor', [answered(score)], '30d', []);
  });
});

describe('promoter', () => {
  const MAILS: Sent[] = [
    ['1d', 'promoter-review'],
    ['14d', 'promoter-referral'],
  ];

  test.each([9, 10])('asks a %i for a review, and two weeks later to tell a friend', (score) => {
    expectSent('promoter', [answered(score)], '60d', MAILS);
  });

  test('asks nobody below 9', () => {
    expectSent('promoter', [answered(8)], '60d', []);
  });

  test('leaves out the review of who has written one, and ends with a referral', () => {
    expectSent('promoter', [answered(9), seen('review_written', '2h')], '60d', MAILS.slice(1));
    expectSent('promoter', [answered(9), seen('referral_sent', '2d')], '60d', MAILS.slice(0, 1));
  });
});

describe('cancellation', () => {
  const SENT: Sent[] = [
    ['0s', '{{name|A customer}} cancels: ask what went wrong, and listen'],
    ['1h', 'cancellation-sorry'],
  ];

  test.each(['cancellation_requested', 'subscription_cancelled'])(
    'has a person talk to who sends %s',
    (start) => {
      expectSent('cancellation', [seen(start, '0s')], '60d', SENT);
    },
  );

  test('stops at who has come back', () => {
    const touchpoints = [seen('subscription_cancelled', '0s'), seen('subscription_reactivated', '30m')];
    expectSent('cancellation', touchpoints, '60d', SENT.slice(0, 1));
  });

  test('offers no discount', () => {
    const { templates } = SEQUENCE_PRESETS.find(({ id }) => id === 'cancellation') ?? { templates: {} };
    expect(Object.keys(templates)).toHaveLength(1);
    expect(JSON.stringify(templates)).not.toMatch(/discount|% off|coupon|code|cheaper|free/i);
  });
});

describe('in a site file', () => {
  test('all of them are accepted where the site has what they need', () => {
    expect(problemsOf({ ...READY, sequences: ALL })).toEqual([]);
  });

  test.each<[string, object, string, RegExp]>([
    ['a sender', { ...READY, email: undefined }, 'email.from', /^missing: sequences\[0\]\.steps\[1\]/],
    ['an address of the site', { ...READY, origins: [] }, 'origins', /^missing: the mail of sequences\[0\]/],
    [
      'a prompt',
      { ...READY, prompts: [] },
      'sequences[0].start.answer.prompt',
      /^no prompt "nps".*the preset "detractor" needs it, or a "start" of your own beside it$/,
    ],
  ])('without %s it is refused, with the path', (_, site, path, message) => {
    const document = JSON.parse(JSON.stringify({ ...site, sequences: [{ preset: 'detractor' }] }));
    expect(problemsOf(document)).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  test.each<[object, string, RegExp]>([
    [{ preset: 'welcom' }, 'sequences[0].preset', /did you mean "welcome"\?/],
    [{ preset: 7 }, 'sequences[0].preset', /expected the name of a preset/],
    [{ preset: 'constructor' }, 'sequences[0].preset', /no preset "constructor"/],
    [{ preset: 'welcome', holdut: 0 }, 'sequences[0]', /did you mean "holdout"\?/],
    [{ preset: 'welcome', holdout: 2 }, 'sequences[0].holdout', /<=0\.9/],
  ])('%o is refused', (entry, path, message) => {
    expect(problemsOf({ ...READY, sequences: [entry] })).toEqual([
      { path, message: expect.stringMatching(message) },
    ]);
  });

  test('keys beside the preset go before its own, and it can be there twice', () => {
    const goal = { touchpoint: 'tasting_booked' };
    const { sequences } = siteOf({
      ...READY,
      sequences: [{ preset: 'welcome' }, { preset: 'welcome', id: 'hello', holdout: 0, goal }],
    });
    expect(sequences.map(({ id, holdout, goal: aim }) => [id, holdout, aim])).toEqual([
      ['welcome', 0.1, { touchpoint: 'purchase' }],
      ['hello', 0, goal],
    ]);
    expect(sequences[1]?.steps).toEqual(sequences[0]?.steps);
  });

  test('makes room for four messages a week only where one of them needs it', () => {
    const budgetOf = (sequences: object[]) => siteOf({ ...READY, sequences }).contactBudget.messages.perWeek;
    expect([budgetOf([{ preset: 'abandoned-cart' }]), budgetOf([{ preset: 'welcome' }])]).toEqual([3, 4]);
  });

  test('editors are told that a preset speaks for what is left out', () => {
    const { properties } = siteJsonSchema() as { properties: { sequences: { items: object } } };
    expect(properties.sequences.items).toMatchObject({
      required: [],
      anyOf: [{ required: ['preset'] }, { required: ['id', 'start', 'steps'] }],
    });
  });
});

describe('their mails', () => {
  const mails = SEQUENCE_PRESETS.flatMap(({ templates }) => Object.keys(templates));

  test('have names of their own', () => {
    expect(new Set(mails).size).toBe(mails.length);
  });

  test('are complete for a lead of whom nothing is known, with one link, which leads to the site', async () => {
    const collector = await startCollector({ site: { ...READY, sequences: ALL } });
    await collector.ingest({ type: 'page', anonymousId: 'nobody', context: { page: { path: '/' } } });
    const leadId = (await collector.owner('/v1/leads')).data[0].id;
    for (const id of mails) {
      const response = await collector.request(`/v1/templates/${id}/preview`, {
        method: 'POST',
        headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ leadId }),
      });
      const mail = await response.json();
      expect([id, response.status]).toEqual([id, 200]);
      const [body = '', footer] = mail.html.split('<p style="color');
      expect(footer).toContain('No more of these');
      const links = [...body.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href);
      expect([id, links]).toEqual([id, [expect.stringMatching(/^https:\/\/shop\.example(\/|\?|$)/)]]);
      expect(mail.subject + mail.text).not.toMatch(/[{}[\]]|undefined|null/);
    }
    await collector.close();
  });

  test('are those of the site where it has some of their names', async () => {
    const own = { subject: 'Ciao', text: 'Ciao, {{name|you}}' };
    const collector = await startCollector({
      site: { ...READY, sequences: [{ preset: 'welcome' }], templates: { 'welcome-hello': own } },
    });
    await collector.ingest({ type: 'page', anonymousId: 'nobody', context: { page: { path: '/' } } });
    const leadId = (await collector.owner('/v1/leads')).data[0].id;
    const subjectOf = async (id: string) => {
      const response = await collector.request(`/v1/templates/${id}/preview`, {
        method: 'POST',
        headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ leadId }),
      });
      return (await response.json()).subject;
    };
    expect([await subjectOf('welcome-hello'), await subjectOf('welcome-start')]).toEqual([
      'Ciao',
      'Where to begin',
    ]);
    await collector.close();
  });
});

test('the API lists them with their steps and texts, as a site file can have them', async () => {
  const collector = await startCollector({ site: READY });
  const { data } = await collector.owner('/v1/sequence-presets');
  expect(data.map(({ id }: { id: string }) => id)).toEqual(SEQUENCE_PRESETS.map(({ id }) => id));
  for (const { sequence, templates, purpose } of data) {
    expect(purpose).toMatch(/^[A-Z].+\.$/);
    expect(problemsOf({ ...READY, sequences: [sequence], templates })).toEqual([]);
  }
  expect((await collector.request('/v1/sequence-presets')).status).toBe(401);
  await collector.close();
});

test('a mail of theirs arrives: silence is noted, and written to in the morning of the next working day', async () => {
  const sink = await startSmtpSink();
  const email = createEmailChannel(sink.url);
  const collector = await startCollector({
    site: {
      ...READY,
      scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo_watched' }, points: 300 }] },
      sequences: [{ preset: 'win-back', holdout: 0 }],
    },
    channels: { email },
  });
  const context = { consent: { categoryPreferences: { marketing: true } } };
  await collector.ingest(
    { type: 'identify', userId: 'ada', traits: { email: 'ada@example.com', name: 'Ada' }, context },
    { type: 'track', userId: 'ada', event: 'demo_watched', context },
  );
  const tickAt = async (time: string) => {
    collector.clock.now = Date.parse(time);
    for (let times = 0; times < 2; times++) await collector.timers.tick();
    await collector.dispatcher.tick();
  };
  // A Saturday, two weeks on: too long for nothing to be known of how long people are away.
  await tickAt('2026-12-05T12:00:10Z');
  await tickAt('2026-12-07T09:59:00Z');
  expect(sink.mails).toEqual([]);
  await tickAt('2026-12-07T10:00:00Z');
  expect(sink.mails.map(({ subject, recipients }) => [subject, recipients])).toEqual([
    ['Did something get in the way?', ['ada@example.com']],
  ]);
  expect(sink.mails[0]?.html).toMatch(
    /<a href="https:\/\/collect\.example\/[^"]+">Go on where you left off<\/a>/,
  );
  await collector.close();
  email.close();
  await sink.close();
});
