import { afterEach, beforeEach, expect, test } from 'vitest';
import { SECRET_KEY, START, startCollector, type TestCollector } from '../../support/collector.ts';
import { DAY_MS, HOUR_MS, type Sender, senderOf } from './messages.ts';

const SITE = {
  name: 'Test',
  scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo_booked' }, points: 20 }] },
  stages: [{ id: 'awareness' }, { id: 'decision', when: { touchpoint: 'demo_booked' } }],
  sequences: [
    {
      id: 'call',
      start: { touchpoint: 'demo_booked' },
      steps: [{ after: '2h', task: { title: 'Call', due: '1h' } }],
    },
  ],
};

let collector: TestCollector;
let ada: Sender;
beforeEach(async () => {
  collector = await startCollector({ site: SITE });
  ada = senderOf(collector);
});
afterEach(() => collector.close());

const lead = async () => (await collector.owner('/v1/leads')).data[0];
type Entry = { type: string; name?: string; sequenceId?: string; timestamp: string };
const timeline = async (query = ''): Promise<{ data: Entry[]; next: string | null }> =>
  collector.owner(`/v1/leads/${(await lead()).id}/timeline?${query}`);
const names = (entries: Entry[]) => entries.map(({ type, name }) => name ?? type);

async function aLife(): Promise<void> {
  await collector.ingest(ada.track('demo_booked', START), ada.track('search', START - 3 * HOUR_MS));
  await collector.ingest(ada.identify({ name: 'Ada' }, START + 1_000));
  // Offline, and told of later.
  await collector.ingest(ada.track('prompt_shown', START - 2 * DAY_MS));
  const phone = senderOf(collector, 'phone');
  await collector.ingest(phone.view('/', START - DAY_MS));
  collector.clock.now = START + DAY_MS;
  await collector.ingest({ ...phone.identify({}), userId: 'ada' });
  await collector.dispatcher.tick();
}

test('is everything that happened in the order in which it happened, each touchpoint with what it brought about', async () => {
  await aLife();
  const { data, next } = await timeline();
  expect(next).toBeNull();
  expect(names(data)).toEqual([
    'delivery',
    'merge',
    'identify',
    'identify',
    'demo_booked',
    'search',
    'page_view',
    'prompt_shown',
  ]);
  expect([...data].map(({ timestamp }) => timestamp)).toEqual(
    data
      .map(({ timestamp }) => timestamp)
      .sort()
      .reverse(),
  );
  expect(data.find(({ name }) => name === 'demo_booked')).toMatchObject({
    scoreEntries: [{ ruleId: 'demo', points: 20, capped: null }],
    stageMove: { from: 'awareness', to: 'decision' },
  });
  expect(data.find(({ name }) => name === 'search')).toMatchObject({ scoreEntries: [], stageMove: null });
  expect(data.find(({ type }) => type === 'delivery')).toMatchObject({
    sequenceId: 'call',
    channel: 'task',
    status: 'sent',
  });
  expect(data.find(({ type }) => type === 'merge')).toMatchObject({
    reason: 'identified',
    leadId: expect.stringMatching(/^lead_/),
  });
});

test.each([1, 2, 3, 7])(
  'read %i at a time is the same, though new things happen meanwhile',
  async (limit) => {
    await aLife();
    const whole = (await timeline()).data;
    const read: Entry[] = [];
    let cursor = '';
    do {
      const { data, next } = await timeline(`limit=${limit}${cursor}`);
      read.push(...data);
      cursor = next === null ? '' : `&cursor=${next}`;
      collector.clock.now += 1_000;
      await collector.ingest(ada.track('search'));
    } while (cursor);
    expect(read).toEqual(whole);
  },
);

test('of a lead that was merged is that of the one it became; of nobody, not found', async () => {
  await aLife();
  const { leadId } = (await timeline()).data.find(({ type }) => type === 'merge') as Entry & {
    leadId: string;
  };
  expect(await collector.owner(`/v1/leads/${leadId}/timeline`)).toEqual(await timeline());
  const headers = { authorization: `Bearer ${SECRET_KEY}` };
  expect((await collector.request('/v1/leads/lead_none/timeline', { headers })).status).toBe(404);
});

test('a score as of a past date knows what happened until then, also what was told later, by the rules of today', async () => {
  await collector.ingest(ada.track('demo_booked', START));
  const { id } = await lead();
  const asOf = async (at: number) =>
    collector.owner(`/v1/leads/${id}/score?at=${new Date(at).toISOString()}`);
  expect((await asOf(START - 10 * DAY_MS)).score).toBe(0);

  // Happened twenty days before, and was heard of only now.
  collector.clock.now = START + 10 * DAY_MS;
  await collector.ingest(ada.track('demo_booked', START - 20 * DAY_MS));
  expect((await asOf(START - 20 * DAY_MS - 1)).entries).toEqual([]);
  expect(await asOf(START - 10 * DAY_MS)).toMatchObject({ score: 20 * 2 ** (-10 / 30), version: 1 });
  expect((await asOf(START)).score).toBeCloseTo(20 + 20 * 2 ** (-20 / 30), 9);
  expect((await asOf(START + 10 * DAY_MS)).score).toBeCloseTo((await lead()).score, 5);
});

test('one lead tells who said what of it, and when', async () => {
  const { message } = ada;
  await collector.ingest(ada.identify({ name: 'Ada', role: 'Owner' }));
  collector.clock.now += HOUR_MS;
  await collector.ingestAsServer(
    message({ type: 'identify', userId: 'ada', traits: { name: 'Ada Lovelace' } }),
  );
  const { traits, traitOrigins } = await collector.owner(`/v1/leads/${(await lead()).id}`);
  expect(traits).toEqual({ name: 'Ada Lovelace', role: 'Owner' });
  expect(traitOrigins).toEqual({
    name: { trust: 'server', timestamp: new Date(START + HOUR_MS).toISOString() },
    role: { trust: 'browser', timestamp: new Date(START).toISOString() },
  });
});
