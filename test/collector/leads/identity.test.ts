import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET_KEY, START, startCollector, type TestCollector } from '../../support/collector.ts';
import { heardOf, identify, message, pricing } from './people.ts';

const SITE = {
  name: 'Test',
  scoring: {
    rules: [
      {
        id: 'pricing',
        when: { touchpoint: 'page_view', where: { path: '/pricing' } },
        points: 10,
        limit: { times: 2, per: '1h' },
      },
      { id: 'twice', when: { touchpoint: 'demo', count: { gte: 2 }, within: '1d' }, points: 7 },
    ],
  },
  stages: [
    { id: 'awareness' },
    { id: 'decision', when: { touchpoint: 'page_view', where: { path: '/pricing' }, count: { gte: 3 } } },
  ],
  sequences: [
    {
      id: 'hot',
      start: { temperature: 'warm' },
      steps: [{ after: '1h', task: { title: 'Call', due: '1h' } }],
    },
  ],
};

let collector: TestCollector;
beforeEach(async () => {
  collector = await startCollector({ site: SITE });
});
afterEach(() => collector.close());

const leads = async () => (await collector.owner('/v1/leads')).data;
const touchpointsOf = async (id: string) => (await collector.owner(`/v1/leads/${id}/touchpoints`)).data;

describe('identity', () => {
  test('an anonymous visitor becomes the person it identifies as, with its history and score', async () => {
    await collector.ingest(pricing('v1'));
    const [before] = await leads();
    expect(before).toMatchObject({ userId: null, email: null, identifiedAt: null });
    await collector.ingest(identify('v1', 'u1', { email: ' Ada@Example.com ', name: 'Ada' }));
    const after = await leads();
    expect(after).toHaveLength(1);
    expect(after[0]).toMatchObject({
      id: before.id,
      userId: 'u1',
      email: 'ada@example.com',
      name: 'Ada',
      touchpointCount: 2,
    });
    expect(after[0].score).toBeCloseTo(10, 6);
  });

  test('two devices of one person are one lead, and the old id still finds it', async () => {
    await collector.ingest(pricing('laptop'), identify('laptop', 'u1'));
    await collector.ingest(pricing('phone'));
    const phone = (await leads()).find((lead: { userId: string | null }) => lead.userId === null);
    await collector.ingest(identify('phone', 'u1'));
    const [lead, ...others] = await leads();
    expect(others).toEqual([]);
    expect(lead).toMatchObject({ userId: 'u1', touchpointCount: 4, sessionCount: 2 });
    expect(lead.score).toBeCloseTo(20, 6);
    expect((await touchpointsOf(lead.id)).map((each: { visitorId: string }) => each.visitorId)).toEqual([
      'phone',
      'phone',
      'laptop',
      'laptop',
    ]);
    expect((await collector.owner(`/v1/leads/${phone.id}`)).id).toBe(lead.id);
  });

  test('a second person on one browser is never merged into the first', async () => {
    await collector.ingest(identify('shared', 'ada', { email: 'ada@example.com' }), pricing('shared'));
    await collector.ingest(identify('shared', 'bob', { email: 'bob@example.com' }), pricing('shared'));
    const found = await leads();
    expect(found.map((lead: { userId: string }) => lead.userId).sort()).toEqual(['ada', 'bob']);
    expect(found.map((lead: { touchpointCount: number }) => lead.touchpointCount)).toEqual([2, 2]);
  });

  test('an e-mail that a server knows joins what it knows by it, but not two user ids', async () => {
    await collector.ingestAsServer(identify(null, undefined, { email: 'ada@example.com', plan: 'pro' }));
    await collector.ingestAsServer(identify(null, 'crm-1', { email: 'ADA@example.com' }));
    expect(await leads()).toMatchObject([{ userId: 'crm-1', traits: { plan: 'pro' } }]);
    await collector.ingestAsServer(
      message('v1', { ...identify('v1', undefined, { email: 'ada@example.com' }) }),
    );
    await collector.ingest(pricing('v1'));
    expect(await leads()).toMatchObject([{ userId: 'crm-1', sessionCount: 1 }]);
    await collector.ingestAsServer(identify(null, 'crm-2', { email: 'ada@example.com' }));
    expect(await leads()).toHaveLength(2);
  });

  test.each([
    ['in its own country’s way', '020 7946 0958', 'GB'],
    ['with its country', '+44 (0)20 7946-0958', undefined],
    ['with its country, on a site of another', '0044 20 7946 0958', 'DE'],
  ])('a phone number is one number however it is written: %s', async (_, written, country) => {
    const one = await startCollector({ site: { name: 'Phones', ...(country && { country }) } });
    await one.ingestAsServer(identify(null, 'u1', { phone: '+442079460958', name: 'Ada' }));
    await one.ingestAsServer(heardOf('call_completed', { phone: written }));
    expect((await one.owner('/v1/leads')).data).toMatchObject([{ name: 'Ada', touchpointCount: 2 }]);
    await one.close();
  });

  test.each([
    ['a number of no known country', '020 7946 0958'],
    ['an extension, which its company shares', '+44 20 7946 0958 ext. 12'],
    ['no number', 'call me'],
    ['far too long a number', '+44 20 7946 0958 123456789'],
  ])('%s names nobody', async (_, phone) => {
    const sent = await collector.ingestAsServer(heardOf('call_completed', { phone }));
    expect(sent.rejected).toMatchObject([{ code: 'missing_identity' }]);
    await collector.ingestAsServer(identify(null, 'u1', { phone }), identify(null, 'u2', { phone }));
    expect(await leads()).toHaveLength(2);
    expect((await collector.owner('/v1/duplicates')).data).toEqual([]);
  });

  test('people who share a phone and have e-mails of their own stay apart', async () => {
    const phone = '+442079460958';
    await collector.ingestAsServer(identify(null, undefined, { email: 'ada@example.com', phone }));
    await collector.ingestAsServer(identify(null, undefined, { email: 'bob@example.com', phone }));
    expect(await leads()).toHaveLength(2);
  });

  test('a call and an opened mail find the person they are about; the first one makes a lead', async () => {
    await collector.ingestAsServer(
      heardOf('call_completed', { phone: '+442079460958' }, { properties: { minutes: 4 } }),
    );
    await collector.ingestAsServer(heardOf('email_opened', { email: 'Ada@Example.com' }));
    expect(await leads()).toHaveLength(2);
    const ada = { email: 'ada@example.com', phone: '+44 20 7946 0958', name: 'Ada' };
    await collector.ingestAsServer(identify(null, undefined, ada));
    expect(await leads()).toMatchObject([{ name: 'Ada', email: 'ada@example.com', touchpointCount: 3 }]);
  });

  test('what a server said about a person, a browser does not overwrite', async () => {
    await collector.ingestAsServer(identify(null, 'u1', { email: 'ada@example.com', plan: 'pro' }));
    await collector.ingest(
      identify('v1', 'u1', { email: 'mallory@example.com', plan: 'free', colour: 'green' }),
    );
    const [lead] = await leads();
    expect(lead).toMatchObject({ email: 'ada@example.com', traits: { plan: 'pro', colour: 'green' } });
  });

  test('alias joins what an old id did; a browser cannot use it to join two named people', async () => {
    await collector.ingest(pricing('v1'));
    await collector.ingest(message('v1', { type: 'alias', previousId: 'v1', userId: 'u1' }));
    expect(await leads()).toMatchObject([{ userId: 'u1', touchpointCount: 2 }]);
    await collector.ingest(
      identify('v2', 'u2'),
      message('v2', { type: 'alias', previousId: 'u2', userId: 'u1' }),
    );
    expect(await leads()).toHaveLength(2);
    await collector.ingestAsServer(message(null, { type: 'alias', previousId: 'u2', userId: 'u1' }));
    const [lead, ...others] = await leads();
    expect(others).toEqual([]);
    expect(lead.userId).toBe('u1');
    expect((await collector.owner('/v1/leads?userId=u2')).data[0].id).toBe(lead.id);
  });

  test('a merge that makes a lead warm starts its sequence; one run goes on, not two', async () => {
    await collector.ingest(pricing('laptop'), identify('laptop', 'u1'));
    await collector.ingest(pricing('phone'));
    expect((await collector.owner('/v1/deliveries')).data).toEqual([]);
    await collector.ingest(identify('phone', 'u1'));
    expect((await collector.owner('/v1/deliveries')).data).toMatchObject([
      { sequenceId: 'hot', status: 'due' },
    ]);
    await collector.ingest(
      pricing('tablet'),
      message('tablet', { type: 'track', event: 'demo' }),
      message('tablet', { type: 'track', event: 'demo' }),
      pricing('tablet'),
    );
    await collector.ingest(identify('tablet', 'u1'));
    const due = (await collector.owner('/v1/deliveries?status=due')).data;
    expect(due).toHaveLength(1);
  });
});

describe('properties', () => {
  const move = fc.record({
    visitor: fc.constantFrom('a', 'b'),
    what: fc.constantFrom('/pricing', '/', 'demo'),
    minutesLater: fc.integer({ min: 0, max: 120 }),
  });
  const history = fc.array(move, { minLength: 1, maxLength: 12 });

  interface Move {
    visitor: string;
    what: string;
    minutesLater: number;
  }
  async function live(moves: Move[], one: TestCollector, join = joinByUserId) {
    for (const { visitor, what, minutesLater } of moves) {
      one.clock.now += minutesLater * 60_000;
      const fields = what.startsWith('/')
        ? { type: 'page', properties: { path: what } }
        : { type: 'track', event: what };
      await one.ingest(message(visitor, { ...fields, timestamp: new Date(one.clock.now).toISOString() }));
    }
    await join(one);
    const [lead, ...others] = (await one.owner('/v1/leads')).data;
    expect(others).toEqual([]);
    const { entries, score } = await one.owner(`/v1/leads/${lead.id}/score`);
    return { score, stage: lead.stage, count: lead.touchpointCount, entries: entries.map(withoutMessage) };
  }
  async function joinByUserId(one: TestCollector) {
    for (const visitor of ['a', 'b']) await one.ingest(identify(visitor, 'person'));
  }
  async function joinByOwner(one: TestCollector) {
    await one.ingest(identify('a', 'person'), identify('b', 'other'));
    const [from, into] = (await one.owner('/v1/leads')).data;
    await one.request(`/v1/leads/${into.id}/merge`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from: from.id }),
    });
  }
  const withoutMessage = ({ messageId: _, ...entry }: { messageId: string; current: number }) => ({
    ...entry,
    current: Math.round(entry.current * 1e6),
  });

  test.each([
    ['a user id', joinByUserId],
    ['the owner', joinByOwner],
  ])(
    'merging two leads equals having been one person all along: by %s',
    async (_, join) => {
      await fc.assert(
        fc.asyncProperty(history, async (moves) => {
          const two = await startCollector({ site: SITE, now: START });
          const one = await startCollector({ site: SITE, now: START });
          try {
            const merged = await live(moves, two, join);
            const single = await live(
              moves.map((each) => ({ ...each, visitor: 'a' })),
              one,
            );
            expect(merged.entries).toEqual(single.entries);
            expect(merged).toMatchObject({ stage: single.stage, count: single.count });
            expect(merged.score).toBeCloseTo(single.score, 6);
          } finally {
            await two.close();
            await one.close();
          }
        }),
        { numRuns: 10 },
      );
    },
    120_000,
  );

  test('replaying a history equals folding it live', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (moves) => {
        const one = await startCollector({ site: SITE, now: START });
        try {
          await live(moves, one);
          const before = await stateOf(one);
          // Another version, by which nothing that happened counts otherwise.
          await one.publish({ ...SITE, flags: [{ id: 'expert', when: { touchpoint: 'webinar_given' } }] });
          expect(await stateOf(one)).toEqual(before);
        } finally {
          await one.close();
        }
      }),
      { numRuns: 20 },
    );
  }, 120_000);

  async function stateOf(one: TestCollector) {
    const { rows } = await one.store.leads.list(1, {
      sort: 'heat',
      descending: true,
      limit: 10,
      after: null,
      heat: { from: null, below: null },
      lastSeenAt: { from: null, below: null },
      firstSeenAt: { from: null, below: null },
      facets: [],
      identified: null,
      userId: null,
      email: null,
    });
    return Promise.all(
      rows.map(async (row) => ({
        row,
        entries: (await one.store.leads.scoreEntries(1, row.id)).map(({ version: _, ...entry }) => entry),
      })),
    );
  }
});
