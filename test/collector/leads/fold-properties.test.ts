/** What must hold for every history, whatever happens in it and in whatever order it is heard of. */
import type { JsonObject } from '@handrail/sdk/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factsOf, momentOf } from '../../../collector/src/leads/facts.ts';
import { flagsOf } from '../../../collector/src/leads/flags.ts';
import { fold, foldAll } from '../../../collector/src/leads/fold.ts';
import { decayed, heatOf } from '../../../collector/src/leads/heat.ts';
import type { ScoreEntry } from '../../../collector/src/leads/scoring.ts';
import { nextChangeAt, segmentsOf } from '../../../collector/src/leads/standing.ts';
import { type LeadState, newLead } from '../../../collector/src/leads/state.ts';
import type { Touchpoint } from '../../../collector/src/leads/touchpoint.ts';
import { checkSite } from '../../../collector/src/site/check.ts';
import { type CompiledSite, compileSite } from '../../../collector/src/site/compile.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');

function compiled(document: object): CompiledSite {
  const checked = checkSite({ name: 'Test', ...document });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return compileSite(1, 1, checked.site);
}

/** Rules that ask for nothing but the touchpoint itself, and for what it says of the person; no note clears its conditions. */
const ORDERLESS = compiled({
  scoring: {
    rules: [
      { id: 'view', when: { touchpoint: 'page_view' }, points: 3 },
      { id: 'careers', when: { touchpoint: 'page_view', where: { path: '/careers' } }, points: -7 },
      { id: 'demo', when: { touchpoint: 'demo_booked' }, points: 20 },
    ],
  },
  stages: [
    { id: 'awareness' },
    { id: 'consideration', when: { touchpoint: 'page_view', where: { path: '/pricing' } } },
    { id: 'decision', when: { touchpoint: 'demo_booked' } },
  ],
  flags: [
    { id: 'chosen' },
    { id: 'fresh', when: { touchpoint: 'page_view', within: '20d' } },
    {
      id: 'away',
      when: { all: [{ touchpoint: 'demo_booked' }, { not: { touchpoint: 'demo_booked', within: '9d' } }] },
    },
  ],
  tags: [{ id: 'careers', when: { touchpoint: 'page_view', where: { path: '/careers' } } }],
  segments: [
    { id: 'warm', when: { any: [{ temperature: 'warm' }, { temperature: 'hot' }] } },
    { id: 'quiet', when: { all: [{ flag: 'away' }, { not: { segment: 'warm' } }] } },
    { id: 'often', when: { touchpoint: 'page_view', count: { gte: 3 }, within: '10d' } },
  ],
});

/** All that depends on what came before: limits, caps, counts, windows, stages that lead back. */
const ORDERED = compiled({
  scoring: {
    rules: [
      {
        id: 'view',
        when: { touchpoint: 'page_view' },
        points: 5,
        limit: { times: 2, per: '3d' },
        group: 'standing',
      },
      { id: 'demo', when: { touchpoint: 'demo_booked' }, points: 20, group: 'weekly' },
      { id: 'search', when: { touchpoint: 'search' }, points: 9, group: 'standing' },
      { id: 'refund', when: { touchpoint: 'refund' }, points: -12, group: 'standing' },
      { id: 'often', when: { touchpoint: 'page_view', count: { gte: 3 }, within: '5d' }, points: 4 },
      { id: 'keen', when: { all: [{ touchpoint: 'search' }, { not: { temperature: 'cold' } }] }, points: 2 },
    ],
    groups: [
      { id: 'standing', cap: 12 },
      { id: 'weekly', cap: 50, per: '7d' },
    ],
  },
  stages: [
    { id: 'awareness', back: { touchpoint: 'refund' } },
    { id: 'consideration', when: { touchpoint: 'page_view', count: { gte: 2 }, within: '2d' } },
    { id: 'decision', when: { all: [{ touchpoint: 'demo_booked' }, { temperature: 'hot' }] } },
  ],
  flags: [
    { id: 'chosen' },
    { id: 'lapsed', when: { not: { touchpoint: 'page_view', within: '4d' } } },
    { id: 'recent', when: { any: [{ touchpoint: 'page_view', within: '1d' }, { flag: 'chosen' }] } },
  ],
  segments: [{ id: 'back', when: { all: [{ flag: 'recent' }, { not: { flag: 'lapsed' } }] } }],
});

const occurrence = fc.record({
  name: fc.constantFrom(
    'page_view',
    'page_view',
    'demo_booked',
    'search',
    'refund',
    'identify',
    'flag_set',
    'flag_cleared',
    'points_given',
  ),
  flag: fc.constantFrom('chosen', 'lapsed', 'recent', 'constructor'),
  path: fc.constantFrom('/', '/pricing', '/careers'),
  trust: fc.constantFrom('browser', 'server'),
  value: fc.integer({ min: 0, max: 9 }),
  /** Hours since the one before, which tell two apart. */
  hours: fc.integer({ min: 1, max: 100 }),
});
type Occurrence = typeof occurrence extends fc.Arbitrary<infer Each> ? Each : never;
const propertiesOf = ({ name, flag, value }: Occurrence): JsonObject => {
  if (name === 'identify') return { size: value, [`only${value}`]: true };
  if (name.startsWith('flag_')) return { flag };
  if (name === 'points_given') return { points: value * 3 - 10, sequenceId: 'welcome', stepId: '0' };
  return {};
};
const history = fc.array(occurrence, { minLength: 1, maxLength: 25 }).map((all) => {
  let at = START;
  return all.map((each, index): Touchpoint => {
    const { name, path, trust, value, hours } = each;
    at += hours * 3_600_000;
    const isView = name === 'page_view';
    return {
      messageId: `m-${index}`,
      type: name === 'identify' ? 'identify' : isView ? 'page' : 'track',
      name,
      originalName: null,
      at,
      receivedAt: at,
      trust: trust === 'server' ? 'server' : 'browser',
      bot: null,
      sessionId: null,
      page: isView ? { url: null, path, title: null, referrer: null } : null,
      source: isView
        ? { channel: value < 5 ? 'direct' : 'email', source: null, medium: null, campaign: null }
        : null,
      properties: propertiesOf(each),
      groupId: null,
      timezone: value > 7 ? 'Europe/Athens' : null,
      device: value > 6 ? 'phone' : null,
      consent: value === 3 ? { marketing: 'granted' } : value === 4 ? { marketing: 'denied' } : null,
    };
  });
});
const shuffledOf = <T>(items: readonly T[], keys: readonly number[]): T[] =>
  items
    .map((item, index) => ({ item, key: keys[index % keys.length] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
const keys = fc.array(fc.double({ noNaN: true }), { minLength: 30, maxLength: 30 });

function folded(
  touchpoints: readonly Touchpoint[],
  site: CompiledSite,
): { lead: LeadState; entries: ScoreEntry[] } {
  const entries: ScoreEntry[] = [];
  const arrivals = touchpoints.map((touchpoint) => ({ touchpoint, isNewSession: false }));
  const lead = foldAll(arrivals, site, (each) => entries.push(...each.entries));
  return { lead, entries };
}

/** To what a score can be told: its last digits hang on the order of a sum. */
const comparable = ({ score, ...rest }: LeadState) => ({ ...rest, score: Math.round(score * 1e6) });

describe('for every history', () => {
  test('the ledger’s sum is the score, at every time, under limits, caps and points below 0', () => {
    fc.assert(
      fc.property(history, keys, fc.integer({ min: 0, max: 500 }), (touchpoints, order, days) => {
        const { lead, entries } = folded(shuffledOf(touchpoints, order), ORDERED);
        const now = lead.scoredAt + days * DAY_MS;
        const sum = entries.reduce(
          (total, { points, at }) => total + decayed(points, now - at, ORDERED.halfLifeMs),
          0,
        );
        expect(sum).toBeCloseTo(decayed(lead.score, now - lead.scoredAt, ORDERED.halfLifeMs), 6);
      }),
    );
  });

  test('no group gives more than its cap', () => {
    fc.assert(
      fc.property(history, keys, (touchpoints, order) => {
        const { entries } = folded(shuffledOf(touchpoints, order), ORDERED);
        const given = (ids: string[]) => entries.filter(({ ruleId }) => ids.includes(ruleId));
        for (const { at } of entries) {
          const week = given(['demo']).filter((each) => each.at <= at && each.at > at - 7 * DAY_MS);
          expect(week.reduce((sum, { points }) => sum + points, 0)).toBeLessThanOrEqual(50 + 1e-9);
        }
        const end = Math.max(0, ...entries.map(({ at }) => at));
        const standing = given(['view', 'search', 'refund']).reduce(
          (sum, { points, at }) => sum + decayed(points, end - at, ORDERED.halfLifeMs),
          0,
        );
        expect(standing).toBeLessThanOrEqual(12 + 1e-6);
      }),
    );
  });

  test('folding it piece by piece, through JSON as it is stored, is folding it at once', () => {
    fc.assert(
      fc.property(history, keys, (touchpoints, order) => {
        const arrivals = shuffledOf(touchpoints, order);
        let lead = newLead(ORDERED.site.stages[0]?.id ?? '');
        for (const touchpoint of arrivals) {
          lead = fold(JSON.parse(JSON.stringify(lead)), touchpoint, false, ORDERED).lead;
        }
        expect(JSON.parse(JSON.stringify(lead))).toEqual(
          JSON.parse(JSON.stringify(folded(arrivals, ORDERED).lead)),
        );
      }),
    );
  });

  test('order and lateness of arrival change nothing where no rule asks for the order', () => {
    fc.assert(
      fc.property(history, keys, fc.integer({ min: 0, max: 60 }), (touchpoints, order, days) => {
        const inOrder = folded(touchpoints, ORDERLESS).lead;
        const asHeard = folded(shuffledOf(touchpoints, order), ORDERLESS).lead;
        const now = inOrder.scoredAt + days * DAY_MS;
        // Why something is so may be told by another touchpoint; what is so may not differ.
        const known = ({
          stageReason: _,
          flags: __,
          tags,
          consent: ___,
          saidConsent: ____,
          told: _____,
          ...rest
        }: LeadState) => ({
          ...comparable(rest as LeadState),
          tags: Object.keys(tags),
        });
        expect(known(asHeard)).toEqual(known(inOrder));
        expect(Object.keys(flagsOf(asHeard, ORDERLESS, now)).sort()).toEqual(
          Object.keys(flagsOf(inOrder, ORDERLESS, now)).sort(),
        );
        expect(segmentsOf(asHeard, ORDERLESS, now)).toEqual(segmentsOf(inOrder, ORDERLESS, now));
      }),
    );
  });

  test('rank by heat is rank by score, at any time', () => {
    fc.assert(
      fc.property(history, history, fc.integer({ min: 0, max: 1_000 }), (a, b, days) => {
        const [one, other] = [a, b].map((touchpoints) => folded(touchpoints, ORDERED).lead) as [
          LeadState,
          LeadState,
        ];
        const now = Math.max(one.scoredAt, other.scoredAt) + days * DAY_MS;
        const scores = [one, other].map(({ score, scoredAt }) =>
          decayed(score, now - scoredAt, ORDERED.halfLifeMs),
        );
        const heats = [one, other].map(({ score, scoredAt }) => heatOf(score, scoredAt, ORDERED.halfLifeMs));
        fc.pre(Math.abs((scores[0] ?? 0) - (scores[1] ?? 0)) > 1e-9);
        expect((heats[0] ?? 0) > (heats[1] ?? 0)).toBe((scores[0] ?? 0) > (scores[1] ?? 0));
      }),
    );
  });

  test.each([
    ['no rule asks for the order', ORDERLESS],
    ['notes set and clear flags', ORDERED],
  ])(
    'where %s, no flag and no segment changes between one change and the next that is foretold',
    (_, site) => {
      fc.assert(
        fc.property(
          history,
          keys,
          fc.double({ min: 0, max: 1, noNaN: true }),
          (touchpoints, order, share) => {
            const { lead } = folded(shuffledOf(touchpoints, order), site);
            const known = (at: number) => [
              Object.keys(flagsOf(lead, site, at)).sort(),
              segmentsOf(lead, site, at),
            ];
            let now = lead.scoredAt;
            for (let changes = 0; changes < 20; changes++) {
              const next = nextChangeAt(lead, site, now);
              const until = next ?? now + 1_000 * DAY_MS;
              expect(known(Math.floor(now + share * (until - 1 - now)))).toEqual(known(now));
              expect(known(until - 1)).toEqual(known(now));
              if (next === null) return;
              now = next;
            }
            throw new Error('changes without end');
          },
        ),
      );
    },
  );

  test('a flag is up for whoever asks: in lists, and in the conditions of rules, segments and sequences', () => {
    fc.assert(
      fc.property(history, keys, fc.integer({ min: 0, max: 240 }), (touchpoints, order, hours) => {
        const { lead } = folded(shuffledOf(touchpoints, order), ORDERED);
        const now = lead.scoredAt + hours * 3_600_000;
        const facts = factsOf(momentOf(lead, now, ORDERED), ORDERED);
        const up = ORDERED.flags.map(({ id }) => id).filter((id) => facts.flag(id));
        expect(Object.keys(flagsOf(lead, ORDERED, now)).sort()).toEqual(up.sort());
      }),
    );
  });

  test('what a lead is kept in does not grow with its history', () => {
    const size = (count: number) => {
      const touchpoints = fc.sample(history, { numRuns: count, seed: 7 }).flat();
      return JSON.stringify(folded(touchpoints, ORDERED).lead).length;
    };
    expect(size(400)).toBeLessThan(size(20) * 1.5);
  });
});
