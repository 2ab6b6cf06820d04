import { describe, expect, test } from 'vitest';
import { checkSite } from '../../../collector/src/site/check.ts';
import { PRESET_IDS, PRESETS } from '../../../collector/src/site/presets.ts';
import { startCollector } from '../../support/collector.ts';

const view = { touchpoint: 'page_view' };
const SITE = {
  name: 'Test',
  scoring: {
    rules: [{ id: 'a', when: view, points: 1, group: 'content' }],
    groups: [{ id: 'content', cap: 10 }],
  },
  stages: [{ id: 'awareness' }, { id: 'decision', when: view }],
  flags: [{ id: 'at_risk', when: { not: { touchpoint: 'login', within: '14d' } } }],
  tags: [{ id: 'vip' }, { id: 'pricing', when: view }],
  segments: [{ id: 'keen', when: { tag: 'vip' } }],
  prompts: [
    {
      id: 'nps',
      type: 'survey',
      on: { touchpoint: 'purchase' },
      questions: [{ id: 'score', type: 'nps', text: 'How?' }],
    },
  ],
};
const problemsOf = (change: object) => {
  const checked = checkSite({ ...SITE, ...change });
  return checked.ok ? [] : checked.problems.map(({ path, message }) => `${path}: ${message}`);
};
const keen = (when: object) => ({ segments: [{ id: 'keen', when }] });

test('a site without fault is taken', () => {
  expect(problemsOf({})).toEqual([]);
});

describe('refused with its path and what was probably meant:', () => {
  test.each<[string, object, string]>([
    [
      'an unknown stage',
      keen({ stage: 'decisoin' }),
      'segments[0].when.stage: no stage "decisoin": did you mean "decision"?',
    ],
    [
      'an unknown flag',
      keen({ flag: 'atrisk' }),
      'segments[0].when.flag: no flag "atrisk": did you mean "at_risk"?',
    ],
    ['an unknown tag', keen({ tag: 'vipp' }), 'segments[0].when.tag: no tag "vipp": did you mean "vip"?'],
    [
      'an unknown segment',
      { flags: [{ id: 'x', when: { segment: 'kean' } }] },
      'flags[0].when.segment: no segment "kean": did you mean "keen"?',
    ],
    [
      'an unknown prompt',
      keen({ answer: { prompt: 'npss', gte: 9 } }),
      'segments[0].when.answer.prompt: no prompt "npss": did you mean "nps"?',
    ],
    [
      'an unknown question',
      keen({ answer: { prompt: 'nps', question: 'scor', gte: 9 } }),
      'segments[0].when.answer.question: no question "scor": did you mean "score"?',
    ],
    [
      'an unknown field of a session',
      keen({ session: { pageviews: { gte: 2 } } }),
      'segments[0].when.session.pageviews: no session field "pageviews": did you mean "pageViews"?',
    ],
    [
      'an unknown purpose',
      keen({ consent: { marketting: 'granted' } }),
      'segments[0].when.consent.marketting: no consent field "marketting": did you mean "marketing"?',
    ],
    [
      'an unknown state of consent',
      keen({ consent: { marketing: 'grant' } }),
      'segments[0].when.consent.marketing: no consent "grant": did you mean "granted"?',
    ],
    [
      'an unknown group of rules',
      {
        scoring: {
          rules: [{ id: 'a', when: view, points: 1, group: 'contents' }],
          groups: [{ id: 'content', cap: 1 }],
        },
      },
      'scoring.rules[0].group: no group "contents": did you mean "content"?',
    ],
    [
      'bounds that no number meets',
      keen({ trait: { size: { gte: 50, lt: 10 } } }),
      'segments[0].when.trait.size: no number is at least 50 and less than 10: did you mean "any" of two conditions?',
    ],
    [
      'bounds that leave nothing between',
      keen({ cart: { value: { gt: 5, lte: 5 } } }),
      'segments[0].when.cart.value: no number is more than 5 and at most 5: did you mean "any" of two conditions?',
    ],
    [
      'bounds of an answer',
      keen({ answer: { prompt: 'nps', gt: 8, lt: 7 } }),
      'segments[0].when.answer: no number is more than 8 and less than 7: did you mean "any" of two conditions?',
    ],
    [
      'bounds deep within',
      {
        stages: [
          { id: 'a' },
          { id: 'b', when: { any: [view, { not: { touchpoint: 'x', where: { n: { gt: 2, lt: 1 } } } }] } },
        ],
      },
      'stages[1].when.any[1].not.where.n: no number is more than 2 and less than 1: did you mean "any" of two conditions?',
    ],
    [
      'bounds that exclude each other',
      keen({ all: [{ cart: { value: { gte: 50 } } }, { cart: { value: { lt: 20 } } }] }),
      'segments[0].when.all: no cart value is at least 50 and less than 20: did you mean "any"?',
    ],
    [
      'what does not exist and is large',
      keen({ trait: { size: { exists: false, gte: 5 } } }),
      'segments[0].when.trait.size: what does not exist has no value: leave "exists" out, or the rest',
    ],
    [
      'two stages at once',
      keen({ all: [{ stage: 'awareness' }, { stage: 'decision' }] }),
      'segments[0].when.all: no lead has the stage "awareness" and "decision" at once: did you mean "any"?',
    ],
    [
      'two temperatures at once',
      keen({ all: [{ temperature: 'hot' }, { temperature: 'cold' }] }),
      'segments[0].when.all: no lead has the temperature "hot" and "cold" at once: did you mean "any"?',
    ],
    [
      'a thing and its opposite',
      keen({ all: [{ tag: 'vip' }, { not: { tag: 'vip' } }] }),
      'segments[0].when.all[1]: this and its opposite cannot both hold: did you mean "any"?',
    ],
    [
      'a segment of itself',
      keen({ not: { segment: 'keen' } }),
      'segments[0].when: leads back to itself: segment keen → segment keen',
    ],
    [
      'a stage that nobody could get to',
      { stages: [{ id: 'a' }, { id: 'b' }] },
      'stages[1].when: missing: nobody could get to this stage',
    ],
    [
      'a way back from nowhere',
      { stages: [{ id: 'a' }, { id: 'b', when: view, back: { touchpoint: 'x' } }] },
      'stages[1].back: no stage comes after the last one to lead back from',
    ],
    [
      'thresholds the wrong way round',
      { scoring: { thresholds: { warm: 50, hot: 20 } } },
      'scoring.thresholds.warm: warm must be below hot',
    ],
    [
      'a fit that nobody could have',
      { scoring: { fit: [{ when: { trait: { a: 1 } }, points: -5 }] } },
      'scoring.fit: no points above 0 are to be had, so that everybody would be a D',
    ],
    [
      'one id for two segments',
      {
        segments: [
          { id: 'keen', when: view },
          { id: 'keen', when: view },
        ],
      },
      'segments[1].id: "keen" is used twice',
    ],
    [
      'a preset beside stages',
      { preset: 'saas-trial' },
      'preset: a preset is for a file without stages of its own: leave one of them out',
    ],
    [
      'an unknown preset',
      { preset: 'sas-trial', stages: undefined },
      'preset: Invalid option: expected one of "journey"|"acquisition"|"saas-trial"',
    ],
  ])('%s', (_, change, problem) => {
    expect(problemsOf(change)).toContain(problem);
  });

  test('a circle of flags and segments, with the way round', () => {
    const circle = {
      flags: [{ id: 'a', when: { segment: 'b' } }],
      segments: [
        { id: 'b', when: { any: [view, { segment: 'c' }] } },
        { id: 'c', when: { not: { flag: 'a' } } },
      ],
    };
    expect(problemsOf(circle)).toEqual([
      'flags[0].when: leads back to itself: flag a → segment b → segment c → flag a',
    ]);
    expect(problemsOf({ ...circle, flags: [{ id: 'a', when: view }] })).toEqual([]);
  });

  test.each([
    keen({ all: [{ cart: { value: { gte: 20 } } }, { cart: { value: { lte: 20 } } }] }),
    keen({ any: [{ stage: 'awareness' }, { stage: 'decision' }] }),
    keen({ trait: { size: { gte: 5, lte: 5 } } }),
    keen({ cart: { 'items.0.item_id': 'oil', count: { gte: 1 } } }),
  ])('but not what can be met: %j', (change) => {
    expect(problemsOf(change)).toEqual([]);
  });
});

describe('a preset', () => {
  test.each(PRESET_IDS)('%s is a valid journey of its own', (preset) => {
    const { stages, flags } = PRESETS[preset];
    expect(checkSite({ name: 'Test', stages, flags })).toMatchObject({ ok: true });
    expect(checkSite({ name: 'Test', preset })).toMatchObject({ ok: true, site: { stages, flags } });
    expect(flags.map(({ id }) => id)).toEqual([
      'new_evaluator',
      'activated',
      'at_risk',
      'expansion_candidate',
    ]);
  });

  test('without any, the journey has its six stages; a file’s own flags stay', () => {
    const checked = checkSite({ name: 'Test', flags: SITE.flags });
    expect(checked.ok && checked.site.stages.map(({ id }) => id)).toEqual([
      'awareness',
      'consideration',
      'decision',
      'purchase',
      'retention',
      'advocacy',
    ]);
    expect(checked.ok && checked.site.flags).toEqual(SITE.flags);
  });

  test('is used by its name alone, and a trial goes its way: there, back, and there again', async () => {
    const collector = await startCollector({ site: { name: 'Test', preset: 'saas-trial' } });
    const stageAfter = async (event: string) => {
      await collector.ingest({ type: 'track', event, anonymousId: 'ada' });
      return (await collector.owner('/v1/leads')).data[0];
    };
    expect((await stageAfter('page_view')).stage).toBe('visitor');
    expect(await stageAfter('sign_up')).toMatchObject({ stage: 'trial', flags: ['new_evaluator'] });
    expect(await stageAfter('first_value')).toMatchObject({
      stage: 'activation',
      flags: ['new_evaluator', 'activated'],
    });
    expect(await stageAfter('subscription_started')).toMatchObject({
      stage: 'customer',
      flags: ['activated'],
    });
    expect((await stageAfter('subscription_cancelled')).stage).toBe('trial');
    expect((await stageAfter('page_view')).stage).toBe('trial');
    expect((await stageAfter('subscription_started')).stage).toBe('customer');
    expect((await collector.owner('/v1/site-presets')).data.map(({ id }: { id: string }) => id)).toEqual([
      ...PRESET_IDS,
    ]);
    await collector.close();
  });
});
