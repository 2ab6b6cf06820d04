import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { advanceUnder } from '../../../collector/src/advance.ts';
import { compileSite } from '../../../collector/src/site/compile.ts';
import { siteSchema } from '../../../collector/src/site/schema.ts';
import { START, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';

const DAY_MS = 86_400_000;
const SITE = {
  name: 'Test',
  scoring: {
    rules: [
      {
        id: 'pricing',
        when: { touchpoint: 'page_view', where: { path: '/pricing*' } },
        points: 10,
        limit: { times: 3, per: '1d' },
      },
      { id: 'demo', when: { touchpoint: 'demo_booked' }, points: 20 },
      { id: 'careers', when: { touchpoint: 'page_view', where: { path: '/careers*' } }, points: -10 },
      {
        id: 'returning',
        when: { touchpoint: 'page_view', where: { path: '/docs' }, count: { gte: 2 }, within: '1h' },
        points: 5,
      },
      { id: 'promoter', when: { answer: { prompt: 'nps', gte: 9 } }, points: 15 },
    ],
    fit: [
      { when: { trait: { companySize: { gte: 50 } } }, points: 10 },
      { when: { trait: { 'address.country': 'GB' } }, points: 10 },
    ],
  },
  stages: [
    { id: 'awareness' },
    {
      id: 'consideration',
      when: {
        all: [{ touchpoint: 'file_download' }, { touchpoint: 'page_view', where: { path: '/compare/*' } }],
      },
    },
    {
      id: 'decision',
      when: { touchpoint: 'page_view', where: { path: '/pricing*' }, count: { gte: 2 }, within: '7d' },
    },
    { id: 'purchase', when: { touchpoint: 'purchase' } },
  ],
  flags: [{ id: 'keen', when: { any: [{ temperature: 'hot' }, { temperature: 'warm' }] } }],
  prompts: [
    {
      id: 'nps',
      type: 'survey',
      on: { touchpoint: 'purchase' },
      questions: [{ id: 'score', type: 'nps', text: 'How likely?' }],
    },
  ],
};

let collector: TestCollector;
let nextId = 0;
beforeEach(async () => {
  collector = await startCollector({ site: SITE });
});
afterEach(() => collector.close());

const message = (fields: object, at = collector.clock.now) => ({
  messageId: `m-${nextId++}`,
  anonymousId: 'visitor',
  timestamp: new Date(at).toISOString(),
  ...fields,
});
const view = (path: string, at?: number) => message({ type: 'page', properties: { path } }, at);
const track = (event: string, at?: number, properties = {}) =>
  message({ type: 'track', event, properties }, at);
const lead = async () => (await collector.owner('/v1/leads')).data[0];
const ledger = async (at = '') => collector.owner(`/v1/leads/${(await lead()).id}/score${at && `?at=${at}`}`);

describe('score', () => {
  test('is the sum of its ledger, at every time', async () => {
    await collector.ingest(view('/pricing'), track('demo_booked'), view('/careers'), view('/'));
    for (const days of [0, 1, 30, 400]) {
      collector.clock.now = START + days * DAY_MS;
      const { score, entries } = await ledger();
      expect(score).toBeCloseTo(20 * 2 ** (-days / 30), 9);
      expect((await lead()).score).toBeCloseTo(score, 6);
      expect(entries.map((entry: { ruleId: string }) => entry.ruleId).sort()).toEqual([
        'careers',
        'demo',
        'pricing',
      ]);
    }
  });

  test('a rule scores the touchpoints it names, not every later one', async () => {
    await collector.ingest(view('/pricing'), view('/'), track('search'), view('/careers'));
    expect((await ledger()).entries.map((entry: { ruleId: string }) => entry.ruleId)).toEqual([
      'pricing',
      'careers',
    ]);
  });

  test('can be asked as of a past date', async () => {
    await collector.ingest(view('/pricing', START - 60 * DAY_MS), track('demo_booked', START));
    const { score, entries } = await ledger(new Date(START - 30 * DAY_MS).toISOString());
    expect(score).toBeCloseTo(5, 9);
    expect(entries).toHaveLength(1);
  });

  test('each entry names its rule, its touchpoint and the message that brought it', async () => {
    const booked = track('demo_booked');
    await collector.ingest(booked);
    expect((await ledger()).entries[0]).toMatchObject({
      ruleId: 'demo',
      points: 20,
      current: 20,
      version: 1,
      touchpoint: 'demo_booked',
      messageId: booked.messageId,
    });
  });

  test('a limit holds in any stretch of its length, and lets in again after it', async () => {
    await collector.ingest(...Array.from({ length: 10 }, () => view('/pricing')));
    expect((await lead()).score).toBeCloseTo(30, 6);
    collector.clock.now += DAY_MS;
    await collector.ingest(view('/pricing'));
    expect((await ledger()).entries).toHaveLength(4);
  });

  test('Q37 back-dated touchpoints do not get past a limit', async () => {
    await collector.ingest(...[1, 2, 3].map(() => view('/pricing')));
    await collector.ingest(
      ...Array.from({ length: 50 }, (_, index) => view('/pricing', START - (index + 2) * DAY_MS)),
    );
    expect((await ledger()).entries).toHaveLength(3);
  });

  test('a late touchpoint counts with what is left of its points', async () => {
    await collector.ingest(track('demo_booked'));
    await collector.ingest(track('demo_booked', START - 30 * DAY_MS));
    expect((await lead()).score).toBeCloseTo(30, 6);
  });

  test('a counted condition scores from the count on, and not once its window has passed', async () => {
    await collector.ingest(view('/docs'));
    expect((await lead()).score).toBe(0);
    collector.clock.now += 30 * 60_000;
    await collector.ingest(view('/docs'));
    expect((await lead()).score).toBeCloseTo(5, 6);
    collector.clock.now += 3 * 3_600_000;
    await collector.ingest(view('/docs'));
    expect((await ledger()).entries).toHaveLength(1);
  });

  test('an answer scores', async () => {
    const answer = (value: number) =>
      track('prompt_answered', undefined, {
        promptId: 'nps',
        promptType: 'survey',
        questionId: 'score',
        value,
      });
    await collector.ingest(answer(6));
    expect((await lead()).score).toBe(0);
    await collector.ingest(answer(9));
    expect((await lead()).score).toBeCloseTo(15, 6);
    await collector.ingest(
      track('prompt_answered', undefined, { promptId: 'other', questionId: 'why', value: 'x' }),
    );
    expect((await lead()).score).toBeCloseTo(15, 6);
  });
});

describe('Q51 a bot', () => {
  const send = async (userAgent: string) => {
    await collector.request('/v1/batch', {
      method: 'POST',
      headers: { 'user-agent': userAgent },
      body: JSON.stringify({ writeKey: WRITE_KEY, batch: [track('demo_booked'), track('purchase')] }),
    });
    const { data } = await collector.owner(`/v1/leads/${(await lead()).id}/touchpoints`);
    return data.map((each: { bot: string | null }) => each.bot);
  };

  test('is flagged with what gave it away; it is kept, and earns and moves nothing', async () => {
    const reasons = await send('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)');
    expect(reasons).toEqual(['Google', 'Google']);
    expect(await lead()).toMatchObject({ score: 0, stage: 'awareness', flags: [], touchpointCount: 2 });
  });

  test.each([
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    'analytics-node/3.1.0',
    'python-requests/2.32',
  ])('is not: %s', async (userAgent) => {
    expect(await send(userAgent)).toEqual([null, null]);
    expect((await lead()).score).toBeCloseTo(20, 6);
  });
});

describe('temperature, stage, flags, fit', () => {
  test('a lead is hot at the threshold, says when it cools, and is listed by temperature as time passes', async () => {
    await collector.ingest(...[1, 2, 3].map(() => track('demo_booked')));
    const { temperature, coolsAt, flags } = await lead();
    expect({ temperature, flags }).toEqual({ temperature: 'hot', flags: ['keen'] });
    expect(Date.parse(coolsAt)).toBeCloseTo(START + 30 * DAY_MS * Math.log2(60 / 50), -3);
    const listed = async (wanted: string) =>
      (await collector.owner(`/v1/leads?temperature=${wanted}`)).data.length;
    expect([await listed('hot'), await listed('warm'), await listed('cold')]).toEqual([1, 0, 0]);
    collector.clock.now = Date.parse(coolsAt) + 1_000;
    expect([await listed('hot'), await listed('warm'), await listed('cold')]).toEqual([0, 1, 0]);
    collector.clock.now += 365 * DAY_MS;
    expect([await listed('hot'), await listed('warm'), await listed('cold')]).toEqual([0, 0, 1]);
  });

  test('a stage moves forward with its reason, and never back', async () => {
    await collector.ingest(view('/compare/boards'));
    expect(await lead()).toMatchObject({ stage: 'awareness', stageReason: null });
    const download = track('file_download');
    await collector.ingest(download);
    expect(await lead()).toMatchObject({
      stage: 'consideration',
      stageReason: { touchpoint: 'file_download', messageId: download.messageId },
    });
    await collector.ingest(track('purchase'));
    await collector.ingest(view('/pricing'), view('/pricing'));
    expect((await lead()).stage).toBe('purchase');
  });

  test('two visits to pricing count for a stage only within their window', async () => {
    await collector.ingest(view('/pricing', START - 8 * DAY_MS), view('/pricing'));
    expect((await lead()).stage).toBe('awareness');
    await collector.ingest(view('/pricing'));
    expect((await lead()).stage).toBe('decision');
  });

  test('fit is graded by traits and does not decay', async () => {
    await collector.ingest(message({ type: 'identify', userId: 'u', traits: { companySize: 80 } }));
    expect((await lead()).fit).toBe('B');
    await collector.ingest(
      message({ type: 'identify', userId: 'u', traits: { address: { country: 'GB' } } }),
    );
    collector.clock.now += 1000 * DAY_MS;
    expect((await lead()).fit).toBe('A');
  });
});

describe('configuration', () => {
  test('a new version scores history anew, and triggers nothing', async () => {
    await collector.ingest(view('/pricing'), track('demo_booked'));
    const changed = structuredClone(SITE);
    for (const rule of changed.scoring.rules) rule.points = 1;
    const document = {
      ...changed,
      sequences: [
        {
          id: 'welcome',
          start: { touchpoint: 'demo_booked' },
          steps: [{ after: '0s', task: { title: 'Call', due: '1h' } }],
        },
      ],
    };
    expect(await collector.publish(document)).toBe(2);
    const { score, entries } = await ledger();
    expect(score).toBeCloseTo(2, 9);
    expect(entries.map((entry: { version: number }) => entry.version)).toEqual([2, 2]);
    expect((await collector.owner('/v1/deliveries')).data).toEqual([]);
  });

  test('the same document again is no new version', async () => {
    expect(await collector.publish(SITE)).toBe(1);
  });

  test('folding is pure: what goes in stays as it was', () => {
    const advance = advanceUnder(compileSite(1, 1, siteSchema.parse(SITE)));
    const touchpoint = Object.freeze({
      messageId: 'm',
      type: 'track' as const,
      name: 'demo_booked',
      originalName: null,
      at: START,
      receivedAt: START,
      trust: 'browser' as const,
      bot: null,
      sessionId: null,
      page: null,
      source: null,
      properties: {},
      groupId: null,
      timezone: null,
      consent: null,
      device: null,
    });
    const step = { touchpoint, isNewSession: true, lead: null, enrollments: [] };
    const first = advance(step);
    const frozen = deepFreeze(structuredClone(first.folded.lead));
    const second = advance({ ...step, lead: frozen, isNewSession: false });
    expect(second.folded.lead.score).toBe(40);
    expect(advance(step)).toEqual(first);
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) deepFreeze(each);
    Object.freeze(value);
  }
  return value;
}
