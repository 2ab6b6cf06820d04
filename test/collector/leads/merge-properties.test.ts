/** Whoever turns out to be one person has been one all along, at whatever point it turns out, and whatever came before and after. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SECRET_KEY, startCollector, type TestCollector } from '../../support/collector.ts';
import { HOUR_MS } from './messages.ts';

/** All that depends on what came before, and in which order. */
const SITE = {
  name: 'Test',
  scoring: {
    rules: [
      { id: 'view', when: { touchpoint: 'page_view' }, points: 5, limit: { times: 2, per: '3d' } },
      { id: 'demo', when: { touchpoint: 'demo_booked' }, points: 20, group: 'weekly' },
      { id: 'refund', when: { touchpoint: 'refund' }, points: -12 },
      { id: 'often', when: { touchpoint: 'page_view', count: { gte: 3 }, within: '5d' }, points: 4 },
      { id: 'keen', when: { all: [{ touchpoint: 'search' }, { not: { temperature: 'cold' } }] }, points: 2 },
    ],
    groups: [{ id: 'weekly', cap: 50, per: '7d' }],
    fit: [{ when: { trait: { size: { gte: 5 } } }, points: 10 }],
  },
  stages: [
    { id: 'awareness', back: { touchpoint: 'refund' } },
    { id: 'consideration', when: { touchpoint: 'page_view', count: { gte: 2 }, within: '2d' } },
    { id: 'decision', when: { all: [{ touchpoint: 'demo_booked' }, { temperature: 'hot' }] } },
  ],
  flags: [
    { id: 'lapsed', when: { not: { touchpoint: 'page_view', within: '4d' } } },
    { id: 'buyer', when: { touchpoint: 'demo_booked', count: { gte: 2 } } },
  ],
  tags: [
    { id: 'careers', when: { touchpoint: 'page_view', where: { path: '/careers' }, count: { gte: 2 } } },
  ],
  segments: [{ id: 'back', when: { all: [{ stage: 'consideration' }, { not: { flag: 'lapsed' } }] } }],
};

const occurrence = fc.record({
  browser: fc.constantFrom('laptop', 'phone'),
  name: fc.constantFrom('page_view', 'page_view', 'demo_booked', 'search', 'refund', 'identify'),
  path: fc.constantFrom('/', '/careers'),
  size: fc.integer({ min: 0, max: 9 }),
  /** What came before it may be told later. */
  hoursLater: fc.integer({ min: -20, max: 60 }),
});
type Occurrence = typeof occurrence extends fc.Arbitrary<infer Each> ? Each : never;

let apart: TestCollector;
let together: TestCollector;
beforeAll(async () => {
  [apart, together] = [await startCollector({ site: SITE }), await startCollector({ site: SITE })];
});
afterAll(async () => {
  await apart.close();
  await together.close();
});

let people = 0;

function messageOf({ name, path, size }: Occurrence, sender: object, messageId: string, at: number): object {
  const common = { ...sender, messageId, timestamp: new Date(at).toISOString() };
  if (name === 'identify') return { ...common, type: 'identify', traits: { size, [`only${size}`]: true } };
  if (name !== 'page_view') return { ...common, type: 'track', event: name };
  return { ...common, type: 'page', context: { page: { path, url: `https://shop.example${path}` } } };
}

/** What is known of a person, but for what it is called. */
async function known({ owner }: TestCollector, userId: string) {
  const [{ id }] = (await owner(`/v1/leads?userId=${userId}`)).data;
  const {
    id: _,
    userId: __,
    identifiedAt: ___,
    identifiers: ____,
    mergedFrom: _____,
    ...detail
  } = await owner(`/v1/leads/${id}`);
  const { entries } = await owner(`/v1/leads/${id}/score`);
  const { data: touchpoints } = await owner(`/v1/leads/${id}/touchpoints?limit=200`);
  return { detail, entries, touchpoints };
}

test.each(['by their owner', 'by what a browser says'])(
  'two leads that are merged %s are what one would have been, had it done all of it',
  async (how) => {
    const byOwner = how === 'by their owner';
    const before = fc.array(occurrence, { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(before, fc.array(occurrence, { maxLength: 8 }), async (earlier, later) => {
        const person = `${byOwner ? 'owner' : 'browser'}-${people++}`;
        const owned = (browser: string) => ({ anonymousId: `${person}-${browser}`, userId: person });
        /** Whose it was thought to be. */
        const other = { anonymousId: `${person}-phone`, ...(byOwner && { userId: `${person}-other` }) };
        const start = apart.clock.now;
        let number = 0;
        let at = start;
        const tell = async (each: Occurrence, isMerged: boolean) => {
          const { browser, hoursLater } = each;
          at += hoursLater * HOUR_MS;
          const id = `${person}-${number++}`;
          for (const { clock } of [apart, together]) clock.now = Math.max(clock.now, at);
          const asOther = browser === 'phone' && (byOwner || !isMerged);
          await apart.ingest(messageOf(each, asOther ? other : owned(browser), id, at));
          await together.ingest(messageOf(each, owned(browser), id, at));
        };
        const first = { name: 'search', path: '/', size: 0, hoursLater: 1 } as const;
        await tell({ ...first, browser: 'laptop' }, false);
        await tell({ ...first, browser: 'phone' }, false);
        for (const each of earlier) await tell(each, false);
        if (byOwner) {
          const idOf = async (userId: string) => (await apart.owner(`/v1/leads?userId=${userId}`)).data[0].id;
          const merged = await apart.request(`/v1/leads/${await idOf(person)}/merge`, {
            method: 'POST',
            headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
            body: JSON.stringify({ from: await idOf(`${person}-other`) }),
          });
          expect(merged.status).toBe(200);
        } else {
          await tell({ ...first, name: 'identify', browser: 'phone' }, true);
        }
        for (const each of later) await tell(each, true);

        expect(await known(apart, person)).toEqual(await known(together, person));
      }),
      { numRuns: 25 },
    );
  },
  60_000,
);
