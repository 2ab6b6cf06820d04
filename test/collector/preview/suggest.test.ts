/** Points learnt from who converted. */
import { describe, expect, test } from 'vitest';
import type { LeadHistory } from '../../../collector/src/preview/observe.ts';
import { createSuggest, type Suggestion } from '../../../collector/src/preview/suggest.ts';
import { checkSite } from '../../../collector/src/site/check.ts';
import { SECRET_KEY, START, startCollector } from '../../support/collector.ts';
import { touchpointOf } from './touchpoint.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const rule = (id: string, points: number) => ({ id, when: { touchpoint: id }, points });
/** An owner's guess, wrong in each way: the demo is worth more than the page view, careers less than nothing. */
const SITE = {
  name: 'Shop',
  scoring: {
    halfLifeDays: 3650,
    thresholds: { warm: 10, hot: 20 },
    rules: [rule('page', 12), rule('demo', 2), rule('careers', 8), rule('purchase', 40), rule('fax', 3)],
  },
};

interface Person {
  events: string[];
  converted: boolean;
  startedAt: number;
}

/** Demos lead to purchases, careers away from them, pages nowhere. */
function people(count: number): Person[] {
  let state = 11;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return Array.from({ length: count }, (_, number) => {
    const events = ['home'];
    let logit = -2;
    const maybe = (event: string, share: number, worth: number) => {
      if (random() > share) return;
      events.push(event);
      logit += worth;
    };
    maybe('page', 0.6, 0);
    maybe('demo', 0.3, 2);
    maybe('careers', 0.3, -2);
    const converted = random() < 1 / (1 + Math.exp(-logit));
    return { events, converted, startedAt: START - 300 * DAY_MS + number * 3 * 3_600_000 };
  });
}

function historyOf(
  { events, converted, startedAt }: Person,
  number: number,
  afterwards: string[] = [],
): LeadHistory {
  const names = [...events, ...(converted ? ['purchase', ...afterwards] : [])];
  return {
    id: `lead_${number}`,
    userId: null,
    email: null,
    identifiedAt: null,
    touchpoints: names.map((name, index) => ({
      touchpoint: touchpointOf(name, startedAt + index * MINUTE_MS),
      isNewSession: index === 0,
    })),
  };
}

function suggestFor(histories: LeadHistory[], site: object = SITE): Suggestion {
  const checked = checkSite(site);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const suggest = createSuggest(checked.site, 7, START);
  for (const history of histories) suggest.add(history);
  return suggest.report();
}
function suggested(histories: LeadHistory[], site?: object) {
  const suggestion = suggestFor(histories, site);
  if (suggestion.outcome !== 'suggested') throw new Error(suggestion.outcome);
  return suggestion;
}

const PEOPLE = people(2_000);
const HISTORIES = PEOPLE.map((person, number) => historyOf(person, number));

describe('with enough conversions', () => {
  const suggestion = suggested(HISTORIES);
  const points = Object.fromEntries(suggestion.points.map((each) => [each.ruleId, each.suggested]));

  test('what leads to conversions gains points, what leads away loses them, the rest comes to little', () => {
    expect(points.demo).toBeGreaterThan(10);
    expect(points.careers).toBeLessThan(-5);
    expect(Math.abs(points.page ?? Number.NaN)).toBeLessThan((points.demo ?? 0) / 5);
  });

  test('they tell later leads apart better than the owner’s own', () => {
    const { auc, earlier, later, splitAt } = suggestion;
    expect(auc.current).toBeLessThan(0.55);
    expect(auc.suggested).toBeGreaterThan(0.75);
    expect(earlier.leads + later.leads).toBe(2_000);
    expect(later.leads / 2_000).toBeCloseTo(0.3, 2);
    const isLater = ({ startedAt, events }: Person) => startedAt + (events.length - 1) * MINUTE_MS >= splitAt;
    expect(PEOPLE.filter(isLater)).toHaveLength(later.leads);
  });

  test('its probabilities come true, about', () => {
    const { brier, brierOfShare, bins } = suggestion.calibration;
    expect(brier).toBeLessThan(brierOfShare * 0.9);
    for (const { predicted, observed, leads } of bins) {
      // Three standard errors of a share, and a little for the model's own.
      const error = 3 * Math.sqrt((predicted * (1 - predicted)) / leads) + 0.05;
      expect(Math.abs(predicted - observed)).toBeLessThan(error);
    }
  });

  test('the scale stays the owner’s: who is about to convert has as many points on average', () => {
    const learnt = new Set(suggestion.points.map(({ ruleId }) => ruleId));
    const current = Object.fromEntries(SITE.scoring.rules.map((each) => [each.id, each.points]));
    const mean = (pointsOf: Record<string, number>) => {
      const scores = PEOPLE.slice(0, suggestion.earlier.leads)
        .filter(({ converted }) => converted)
        .map(({ events }) =>
          events.filter((event) => learnt.has(event)).reduce((sum, event) => sum + (pointsOf[event] ?? 0), 0),
        );
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
    };
    expect(mean(points)).toBeCloseTo(mean(current), 0);
  });

  test('the rule that scores the conversion itself, and one that hardly anybody met, stay as they are', () => {
    expect(suggestion.untouched).toEqual([
      { ruleId: 'purchase', points: 40, reason: 'is_conversion' },
      { ruleId: 'fax', points: 3, reason: 'too_rare' },
    ]);
  });

  test('nothing that came after the conversion changes anything', () => {
    const thanked = PEOPLE.map((person, number) =>
      historyOf(person, number, ['page', 'demo', 'fax', 'purchase']),
    );
    expect(suggested(thanked)).toEqual(suggestion);
  });

  test('where the conversion is a stage, the rules that score what it is reached by stay out', () => {
    const { untouched } = suggested(HISTORIES, {
      ...SITE,
      stages: [{ id: 'new' }, { id: 'customer', when: { touchpoint: 'purchase' } }],
      scoring: { ...SITE.scoring, conversion: { stage: 'customer' } },
    });
    expect(untouched).toContainEqual({ ruleId: 'purchase', points: 40, reason: 'is_conversion' });
  });

  test('an owner without points yet gets such that a converting lead is hot', () => {
    const rules = SITE.scoring.rules.map(({ id }) => rule(id, 0));
    const { points: fresh } = suggested(HISTORIES, { ...SITE, scoring: { ...SITE.scoring, rules } });
    expect(fresh.find(({ ruleId }) => ruleId === 'demo')?.suggested).toBeGreaterThan(20);
  });
});

test('below a hundred conversions it says so, and how many there are', () => {
  const few = suggestFor(HISTORIES.slice(0, 300));
  const conversions = PEOPLE.slice(0, 300).filter(({ converted }) => converted).length;
  expect(conversions).toBeLessThan(100);
  expect(few).toMatchObject({ outcome: 'not_enough_conversions', conversions, needed: 100, leads: 300 });
});

test('conversions that no rule comes before give no points', () => {
  const blind = suggestFor(HISTORIES, { ...SITE, scoring: { rules: [rule('careers', 8)] } });
  expect(blind).toMatchObject({ outcome: 'no_signal' });
});

test('leads whose outcome is not known yet count for nothing', () => {
  const today = PEOPLE.map((person, number) => historyOf({ ...person, startedAt: START - DAY_MS }, number));
  expect(suggestFor(today)).toMatchObject({ outcome: 'not_enough_conversions', leads: 0, conversions: 0 });
});

test('by API, of a shop that has just opened', async () => {
  const collector = await startCollector({ site: SITE });
  await collector.ingest({ type: 'track', event: 'purchase', anonymousId: 'first' });
  const response = await collector.request('/v1/site/suggest', {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}` },
    body: JSON.stringify({ days: 7 }),
  });
  expect(await response.json()).toEqual({
    outcome: 'not_enough_conversions',
    leads: 0,
    conversions: 0,
    needed: 100,
    laterConversions: 0,
    laterNeeded: 20,
  });
  await collector.close();
});
