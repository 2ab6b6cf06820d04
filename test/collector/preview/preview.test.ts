/** A draft tried on history, through the API: eight leads whose figures can be worked out by hand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECRET_KEY, START, startCollector, type TestCollector } from '../../support/collector.ts';
import { readDatabase } from '../../support/database.ts';

const DAY_MS = 86_400_000;
const rule = (id: string, points: number) => ({ id, when: { touchpoint: id }, points });
const LIVE = {
  name: 'Shop',
  // So slow a decay that points can be read as they are.
  scoring: {
    halfLifeDays: 3650,
    thresholds: { warm: 8, hot: 18 },
    rules: [rule('demo', 10), rule('page', 1)],
  },
  stages: [{ id: 'new' }, { id: 'keen', when: { touchpoint: 'demo' } }],
};
const DRAFT = {
  ...LIVE,
  scoring: {
    ...LIVE.scoring,
    rules: [rule('demo', 20), rule('page', 1), rule('webinar', 5), rule('everyone', 0), rule('purchase', 3)],
  },
  stages: [{ id: 'new' }, { id: 'keen', when: { touchpoint: 'webinar' } }],
};

/** Days ago at which each lead did what. */
const HISTORIES: Record<string, [days: number, event: string][]> = {
  // Demo, then bought within the week: what hot is to foretell.
  ada: [
    [60, 'everyone'],
    [60, 'demo'],
    [58, 'purchase'],
  ],
  bob: [
    [60, 'everyone'],
    [60, 'demo'],
    [55, 'page'],
    [53, 'purchase'],
    [50, 'webinar'],
  ],
  // Demo, and never bought.
  cleo: [
    [60, 'everyone'],
    [60, 'demo'],
  ],
  // Bought without a demo.
  dan: [
    [60, 'everyone'],
    [60, 'page'],
    [59, 'purchase'],
  ],
  eve: [
    [60, 'everyone'],
    [60, 'page'],
  ],
  fay: [
    [60, 'everyone'],
    [60, 'page'],
  ],
  // The first that is known is the purchase itself.
  gil: [
    [60, 'purchase'],
    [59, 'everyone'],
  ],
  // Yesterday: too early to say.
  hal: [
    [1, 'everyone'],
    [1, 'demo'],
  ],
};

let collector: TestCollector;
beforeAll(async () => {
  collector = await startCollector({ site: LIVE, now: START - 70 * DAY_MS });
  for (const [anonymousId, history] of Object.entries(HISTORIES)) {
    for (const [days, event] of history) {
      collector.clock.now = START - days * DAY_MS;
      const timestamp = new Date(collector.clock.now).toISOString();
      await collector.ingest({ type: 'track', event, anonymousId, timestamp });
    }
  }
  collector.clock.now = START;
});
afterAll(() => collector.close());

async function preview(body: object) {
  const response = await collector.request('/v1/site/preview', {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
const tried = async (body: object = {}) => (await preview({ document: DRAFT, days: 7, ...body })).body;

describe('a draft', () => {
  test('says who crosses which threshold', async () => {
    const { leads, touchpoints, thresholds } = await tried();
    expect({ leads, touchpoints }).toEqual({ leads: 8, touchpoints: 21 });
    // Ada, Bob, Cleo and Hal go from 10 or 11 points to 20 and more.
    expect(thresholds.hot.up.leads).toBe(4);
    expect(thresholds.hot.down).toEqual({ leads: 0, sample: [] });
    expect(thresholds.warm).toMatchObject({ up: { leads: 0 }, down: { leads: 0 } });
    const [most] = thresholds.hot.up.sample;
    expect(most.id).toMatch(/^lead_/);
    expect(most.scoreAfter - most.scoreBefore).toBeCloseTo(18, 0);
    const lower = { ...DRAFT, scoring: { ...DRAFT.scoring, rules: [rule('demo', 2)] } };
    const { body } = await preview({ document: lower, days: 7 });
    expect(body.thresholds.warm.down.leads).toBe(4);
  });

  test('says how stages move', async () => {
    const { stages, stageMoves } = await tried();
    expect(stages).toEqual([
      { id: 'new', before: 4, after: 7 },
      { id: 'keen', before: 4, after: 1 },
    ]);
    // Ada, Cleo and Hal; Bob is keen by either.
    expect(stageMoves).toBe(3);
  });

  test('says how good each rule is, by what came before the conversion alone', async () => {
    const { conversions, rules } = await tried();
    expect(conversions).toEqual({ leads: 4, unforeseeable: 1, judged: { leads: 6, converted: 3 } });
    const byId = Object.fromEntries(rules.map((each: { id: string }) => [each.id, each]));
    // Demo: Ada, Bob, Cleo; two of three bought, against one of three.
    expect(byId.demo).toMatchObject({
      leads: 4,
      having: { leads: 3, converted: 2 },
      lacking: { leads: 3, converted: 1 },
    });
    expect(byId.demo.lift.ratio).toBeCloseTo(2, 10);
    const factor = Math.exp(1.959964 * Math.sqrt(1 / 2 - 1 / 3 + 1 - 1 / 3));
    expect(byId.demo.lift.interval.from).toBeCloseTo(2 / factor, 6);
    expect(byId.demo.lift.interval.to).toBeCloseTo(2 * factor, 6);
    // Bob's webinar came after he had bought, and the purchase is the conversion itself: neither foretold anything.
    expect(byId.webinar).toMatchObject({ leads: 1, having: { leads: 0, converted: 0 } });
    expect(byId.purchase).toMatchObject({ leads: 4, having: { leads: 0, converted: 0 } });
  });

  test('says which rules score nobody, and which everybody', async () => {
    const { neverFire, alwaysFire } = await tried({
      document: { ...DRAFT, scoring: { ...DRAFT.scoring, rules: [...DRAFT.scoring.rules, rule('fax', 9)] } },
    });
    expect({ neverFire, alwaysFire }).toEqual({ neverFire: ['fax'], alwaysFire: ['everyone'] });
  });

  test('says what hot foretells, live against draft', async () => {
    const { hot, auc } = await tried();
    // Under the live rules nobody reaches 18; under the draft Ada, Bob and Cleo did long enough ago.
    expect(hot.live).toEqual({ hot: 0, precision: null, converted: 3, recall: 0 });
    expect(hot.draft.hot).toBe(3);
    expect(hot.draft.precision).toBeCloseTo(2 / 3, 10);
    expect(hot.draft.recall).toBeCloseTo(2 / 3, 10);
    // Live: 10, 11, 1 against 10, 1, 1. Pairs: Ada ½ 1 1, Bob 1 1 1, Dan 0 ½ ½: 6.5 of 9. The draft orders them alike.
    expect(auc.live).toBeCloseTo(6.5 / 9, 6);
    expect(auc.draft).toBeCloseTo(6.5 / 9, 6);
  });

  test('days are how soon the conversion must follow', async () => {
    // Bob bought two days after his last page, but seven after he became hot.
    const { hot, conversions } = await tried({ days: 3 });
    expect(hot.draft.precision).toBeCloseTo(1 / 3, 10);
    expect(conversions.judged).toEqual({ leads: 6, converted: 3 });
  });

  test('another conversion can be asked about', async () => {
    const { conversions } = await tried({ conversion: { touchpoint: 'demo' } });
    expect(conversions.leads).toBe(4);
  });

  test('without a document it is the configuration itself, and nothing moves', async () => {
    const { body } = await preview({ days: 7 });
    expect(body.stageMoves).toBe(0);
    expect(body.auc.draft).toBe(body.auc.live);
    for (const threshold of ['warm', 'hot']) {
      expect(body.thresholds[threshold]).toMatchObject({ up: { leads: 0 }, down: { leads: 0 } });
    }
  });
});

test('writes nothing', async () => {
  const dump = () =>
    readDatabase(collector.databasePath, (db) =>
      [
        'sites',
        'site_versions',
        'leads',
        'all_lead_states',
        'all_lead_facets',
        'all_score_entries',
        'all_stage_moves',
        'lead_refolds',
        'enrollments',
      ].map((table) => db.prepare(`SELECT * FROM ${table}`).all()),
    );
  const before = dump();
  await tried();
  expect(dump()).toEqual(before);
});

test.each([
  ['a draft that is not valid', { document: { name: 'x', stges: [] } }, 422, 'invalid_site'],
  ['a conversion that is none', { conversion: { touchpont: 'x' } }, 422, 'invalid_site'],
  ['a conversion that is the score itself', { conversion: { temperature: 'hot' } }, 422, 'invalid_site'],
  ['days that are none', { days: 0 }, 400, 'invalid_body'],
  ['an unknown key', { dayz: 3 }, 400, 'invalid_body'],
])('%s is refused', async (_, body, status, code) => {
  expect(await preview(body)).toMatchObject({ status, body: { code } });
});
