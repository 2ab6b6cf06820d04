import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channels } from '../../../collector/src/follow-ups/channels/open.ts';
import { SCAN_WINDOW_MS } from '../../../collector/src/follow-ups/click-check.ts';
import { signedLinks } from '../../../collector/src/follow-ups/links.ts';
import type { Cursor, Slice } from '../../../collector/src/store/store.ts';
import { SECRET_KEY, startCollector, type TestCollector } from '../../support/collector.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

const WELCOME = {
  id: 'welcome',
  start: { touchpoint: 'sign_up' },
  goal: { touchpoint: 'purchase' },
  holdout: 0,
  steps: [
    { id: 'hello', send: { channel: 'email', template: 'hello' } },
    {
      id: 'tour',
      waitFor: { touchpoint: 'tour_done' },
      within: '2d',
      steps: [{ id: 'mark', tag: { add: 'toured' } }],
      else: [{ id: 'nudge', send: { channel: 'email', template: 'nudge' } }],
    },
    {
      id: 'plan',
      branch: [
        { if: { trait: { plan: 'team' } }, steps: [{ id: 'call', task: { title: 'Call them', due: '1h' } }] },
      ],
    },
  ],
};
const MEASURED = {
  id: 'measured',
  start: { touchpoint: 'add_to_cart' },
  goal: { touchpoint: 'purchase' },
  holdout: 0.5,
  steps: [{ id: 'reminder', send: { channel: 'email', template: 'hello' } }],
};
const SITE = {
  name: 'Shop',
  currency: 'GBP',
  email: { from: 'Shop <hello@shop.example>', trackOpens: true },
  templates: {
    hello: { subject: 'Hello', text: '[Shop](https://shop.example/)' },
    nudge: { subject: 'The tour', text: 'It takes a minute.' },
  },
  contactBudget: { messages: { perWeek: 50 } },
  sequences: [WELCOME, MEASURED],
};
/** Hands every mail over, as a mail server that takes all. */
const channels: Channels = { email: { send: async () => ({ outcome: 'sent', detail: '250 OK' }) } };

let collector: TestCollector;
let nextId = 0;
beforeEach(async () => {
  collector = await startCollector({ site: SITE, channels });
});
afterEach(() => collector.close());

const message = (person: string, fields: object, marketing = true) => ({
  messageId: `m-${nextId++}`,
  userId: person,
  timestamp: new Date(collector.clock.now).toISOString(),
  context: { consent: { categoryPreferences: { marketing } } },
  ...fields,
});
const does = (person: string, event: string, properties: object = {}, marketing = true) =>
  message(person, { type: 'track', event, properties }, marketing);
const isKnown = (person: string, traits: object = {}) =>
  message(person, { type: 'identify', traits: { email: `${person}@example.com`, ...traits } });
async function passes(ms: number): Promise<void> {
  collector.clock.now += ms;
  await collector.dispatcher.tick();
}
async function followUpsOf(person: string) {
  const [{ id }] = (await collector.owner(`/v1/leads?userId=${person}`)).data;
  return (await collector.owner(`/v1/leads/${id}/follow-ups`)).data;
}
const results = (id: string, query = '') => collector.owner(`/v1/sequences/${id}/results${query}`);
const stepOf = async (stepId: string) =>
  (await results('welcome')).steps.find((step: { stepId: string }) => step.stepId === stepId);

describe("one lead's follow-ups", () => {
  test('say what was sent, which way was taken and why, and what is due, the latest first', async () => {
    await collector.ingest(isKnown('ada', { plan: 'team' }), does('ada', 'sign_up'));
    expect(await followUpsOf('ada')).toMatchObject([
      { kind: 'message', what: 'email hello', status: 'due', says: 'Waits for its time.' },
      { kind: 'run', sequenceId: 'welcome', status: 'active', says: 'Under way.', heldOut: false },
    ]);
    await passes(0);
    const until = new Date(collector.clock.now + 2 * DAY_MS).toISOString();
    expect(await followUpsOf('ada')).toMatchObject([
      { what: 'email hello', stepId: 'hello', status: 'sent', reason: null, says: 'Sent.' },
      { kind: 'run', dueAt: until },
    ]);
    await passes(2 * DAY_MS);
    await passes(MINUTE_MS);
    const told = await followUpsOf('ada');
    expect(told.map(({ says }: { says: string }) => says).sort()).toEqual(
      [
        'Sent.',
        'What it waited for did not happen in time.',
        'Sent.',
        'Went on by branch 1: the first whose condition held.',
        'Given to your team.',
        'Went through to its end.',
      ].sort(),
    );
    expect(told.at(-1)).toMatchObject({ what: 'email hello' });
    expect(told.find(({ stepId }: { stepId: string }) => stepId === 'tour')).toMatchObject({
      what: 'wait for tour_done',
      outcome: 'timed_out',
    });
  });

  test('say why something was not sent, with what was asked before it', async () => {
    await collector.ingest(isKnown('bob'), does('bob', 'sign_up', {}, false));
    await passes(0);
    expect(await followUpsOf('bob')).toMatchObject([
      {
        status: 'skipped',
        reason: 'no_consent',
        says: 'Not sent: the person has not agreed to marketing.',
        checks: expect.arrayContaining([{ check: 'consent', passed: false }]),
      },
      { kind: 'run' },
    ]);
  });

  test('what was stopped by the goal has the time of that; nothing is due any more', async () => {
    await collector.ingest(isKnown('cleo'), does('cleo', 'add_to_cart'), does('cleo', 'sign_up'));
    collector.clock.now += MINUTE_MS;
    const at = new Date(collector.clock.now).toISOString();
    await collector.ingest(does('cleo', 'purchase', { value: 12, currency: 'GBP' }));
    const told = await followUpsOf('cleo');
    const welcome = told.filter(({ sequenceId }: { sequenceId: string }) => sequenceId === 'welcome');
    expect(welcome).toMatchObject([
      { status: 'skipped', says: 'Not sent: the person has done what the sequence is for.' },
      { status: 'goal_met', says: 'Over: the person has done what the sequence is for.', goalAt: at, at },
    ]);
    expect(told.some(({ status }: { status: string }) => status === 'due')).toBe(false);
  });

  test('come in pages, and as a file', async () => {
    await collector.ingest(isKnown('ada'), does('ada', 'sign_up'));
    await passes(0);
    const [{ id }] = (await collector.owner('/v1/leads?userId=ada')).data;
    const first = await collector.owner(`/v1/leads/${id}/follow-ups?limit=1`);
    const second = await collector.owner(`/v1/leads/${id}/follow-ups?limit=1&cursor=${first.next}`);
    expect([...first.data, ...second.data]).toEqual(await followUpsOf('ada'));
    expect(second.next).toBeNull();
    const csv = await collector.request(`/v1/leads/${id}/follow-ups`, {
      headers: { authorization: `Bearer ${SECRET_KEY}`, accept: 'text/csv' },
    });
    expect(await csv.text()).toMatch(
      /^at,sequenceId,stepId,what,status,reason,says\r\n.+,welcome,hello,email hello,sent,,Sent\.\r\n/,
    );
  });

  test("another person's are not among them, and nobody's are of nobody", async () => {
    await collector.ingest(isKnown('ada'), isKnown('bob'), does('ada', 'sign_up'));
    expect(await followUpsOf('bob')).toEqual([]);
    const response = await collector.request('/v1/leads/lead_none/follow-ups', {
      headers: { authorization: `Bearer ${SECRET_KEY}` },
    });
    expect(response.status).toBe(404);
  });
});

describe('what became of a mail', () => {
  async function mailed() {
    await collector.ingest(isKnown('ada'), does('ada', 'sign_up'));
    await passes(0);
    const [{ id }] = (await collector.owner('/v1/deliveries?status=sent')).data;
    const { click, pixel } = signedLinks('', await collector.store.sites.signingSecret()).of(id);
    const get = (path: string, userAgent = CHROME) =>
      collector.request(path, { headers: { 'user-agent': userAgent } });
    return { opens: () => get(pixel), clicks: () => get(click('https://shop.example/')) };
  }

  test('a person who follows a link is counted once; a scanner that does is not', async () => {
    const { opens, clicks } = await mailed();
    await clicks();
    await opens();
    expect(await stepOf('hello')).toMatchObject({ sent: 1, opened: 0, clicked: 0 });
    collector.clock.now += SCAN_WINDOW_MS;
    await opens();
    expect(await stepOf('hello')).toMatchObject({ opened: 1, clicked: 0 });
    expect((await followUpsOf('ada'))[0].says).toBe('Sent; the person opened it.');
    const first = new Date(collector.clock.now).toISOString();
    await clicks();
    collector.clock.now += HOUR_MS;
    await clicks();
    expect(await stepOf('hello')).toMatchObject({ sent: 1, delivered: 1, opened: 1, clicked: 1 });
    expect((await followUpsOf('ada'))[0]).toMatchObject({
      clickedAt: first,
      says: 'Sent; the person followed a link in it.',
    });
  });

  test('one that came back was sent, and not delivered; a complaint was', async () => {
    await mailed();
    const reports = (type: string) =>
      collector.request('/v1/bounces', {
        method: 'POST',
        headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ bounces: [{ email: 'Ada@example.com', type }] }),
      });
    await reports('complained');
    expect(await stepOf('hello')).toMatchObject({ sent: 1, delivered: 1 });
    await reports('bounced');
    expect(await stepOf('hello')).toMatchObject({ sent: 1, delivered: 0 });
    expect((await followUpsOf('ada'))[0].says).toBe('Sent, but it came back.');
  });
});

describe('what a sequence brings', () => {
  test('step by step, in the order of the plan, with what stopped each', async () => {
    await collector.ingest(
      ...['ada', 'bob', 'cleo'].map((person) => isKnown(person)),
      does('ada', 'sign_up'),
      does('bob', 'sign_up', {}, false),
      does('cleo', 'sign_up'),
    );
    await passes(0);
    await collector.ingest(does('ada', 'tour_done'), does('cleo', 'purchase', { value: 5 }));
    await passes(0);
    await passes(2 * DAY_MS);
    const result = await results('welcome', '?within=1d');
    expect(result).toMatchObject({
      sequenceId: 'welcome',
      within: '1d',
      currency: 'GBP',
      counts: { active: 0, completed: 2, goalMet: 1, exited: 0, heldOut: 0 },
      lift: null,
    });
    expect(result.steps.map(({ stepId }: { stepId: string }) => stepId)).toEqual([
      'hello',
      'tour',
      'mark',
      'nudge',
      'plan',
      'call',
    ]);
    const [hello, tour, mark, nudge] = result.steps;
    expect(hello).toMatchObject({
      what: 'email hello',
      due: 3,
      waiting: 0,
      sent: 2,
      goal: { count: 1, of: 2 },
      stopped: [
        { reason: 'no_consent', says: 'Not sent: the person has not agreed to marketing.', count: 1 },
      ],
    });
    expect(tour.outcomes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ outcome: 'waited', count: 1 }),
        expect.objectContaining({ outcome: 'timed_out', count: 1 }),
      ]),
    );
    expect(mark).toMatchObject({
      what: 'add tag toured',
      outcomes: [{ outcome: 'tagged', says: 'Tag toured added.', count: 1 }],
    });
    expect(nudge).toMatchObject({ due: 1, sent: 0, stopped: [{ reason: 'no_consent', count: 1 }] });
  });

  test('measured against those held out, in people and in money', async () => {
    const people = Array.from({ length: 260 }, (_, index) => `p${index}`);
    await collector.ingest(...people.flatMap((person) => [isKnown(person), does(person, 'add_to_cart')]));
    await passes(0);
    const { counts } = await results('measured');
    expect(counts.heldOut).toBeGreaterThan(100);
    const sent = new Set<string>();
    for (let next: string | null = ''; next !== null; ) {
      const page = await collector.owner(`/v1/deliveries?status=sent&limit=200${next && `&cursor=${next}`}`);
      for (const { leadId } of page.data) sent.add(leadId);
      next = page.next;
    }
    expect(sent.size).toBe(260 - counts.heldOut);
    // Half of those who got the mail buy, and an eighth of the others.
    const buyers = [];
    const rank = { sent: 0, heldOut: 0 };
    for (const person of people) {
      const [{ id }] = (await collector.owner(`/v1/leads?userId=${person}`)).data;
      if (sent.has(id) ? rank.sent++ % 2 === 0 : rank.heldOut++ % 8 === 0) buyers.push(person);
    }
    collector.clock.now += DAY_MS;
    await collector.ingest(...buyers.map((person) => does(person, 'purchase', { value: 40 })));

    const early = await results('measured', '?within=7d');
    expect(early.lift).toMatchObject({ needs: 100, difference: null, treated: { people: 0 } });

    collector.clock.now += 7 * DAY_MS;
    const { lift, steps } = await results('measured', '?within=7d');
    const { treated, heldOut, difference, money } = lift;
    expect(treated.people + heldOut.people).toBe(260);
    expect(treated.reached).toBe(Math.ceil(treated.people / 2));
    expect(heldOut.reached).toBe(Math.ceil(heldOut.people / 8));
    expect(difference.low).toBeGreaterThan(15);
    expect(difference.value).toBeCloseTo(treated.rate.percent - heldOut.rate.percent, 10);
    expect(lift).toMatchObject({ needs: null, sampleRatio: { expectedHoldout: 0.5, isPlausible: true } });
    expect(money.treated).toBeCloseTo((40 * treated.reached) / treated.people, 8);
    expect(money.difference.low).toBeGreaterThan(0);
    expect(money.inAll.value).toBeCloseTo(money.difference.value * treated.people, 6);
    expect(steps[0]).toMatchObject({
      sent: treated.people,
      stopped: [{ reason: 'holdout', count: heldOut.people }],
    });
  });

  test('only of runs that began in those days', async () => {
    await collector.ingest(isKnown('ada'), does('ada', 'sign_up'));
    expect((await results('welcome', '?to=2026-11-20')).counts.active).toBe(0);
    expect((await results('welcome', '?from=2026-11-21&to=2026-11-21')).counts.active).toBe(1);
  });

  test('outlives the sequence, and its steps', async () => {
    await collector.ingest(isKnown('ada'), does('ada', 'sign_up'));
    await passes(0);
    await collector.publish({
      ...SITE,
      sequences: [{ ...WELCOME, steps: [{ id: 'new', send: { channel: 'email', template: 'nudge' } }] }],
    });
    const { steps } = await results('welcome');
    expect(steps).toMatchObject([
      { stepId: 'new', what: 'email nudge', isLive: true, due: 0 },
      { stepId: 'hello', what: 'email', isLive: false, sent: 1 },
    ]);
    await collector.publish({ ...SITE, sequences: [] });
    expect((await results('welcome')).steps).toMatchObject([{ stepId: 'hello', sent: 1 }]);
    expect((await collector.owner('/v1/sequences')).data).toEqual([]);
    expect((await followUpsOf('ada')).at(-1)).toMatchObject({ sequenceId: 'welcome' });
  });
});

test('runs are read in parts, of which none is left out and none comes twice', async () => {
  const people = ['ada', 'bob', 'cleo', 'dora', 'eve'];
  await collector.ingest(...people.flatMap((person) => [isKnown(person), does(person, 'sign_up')]));
  await passes(0);
  await collector.ingest(does('ada', 'purchase'));
  const { sequences, sites } = collector.store;
  const siteId = (await sites.first()) ?? 0;
  const span = { from: 0, to: Number.MAX_SAFE_INTEGER };
  async function all<Row>(load: (after: Cursor | null) => Promise<Slice<Row>>): Promise<Row[]> {
    const { rows, next } = await load(null);
    const read = [...rows];
    for (let after = next; after; ) {
      const part = await load(after);
      read.push(...part.rows);
      after = part.next;
    }
    return read;
  }
  for (const limit of [1, 2, 5, 6]) {
    const runs = await all((after) => sequences.runs(siteId, 'welcome', span, limit, after));
    expect(new Set(runs.map(({ leadKey }) => leadKey)).size).toBe(5);
    expect(runs.map(({ messages }) => messages.length)).toEqual([1, 1, 1, 1, 1]);
    const groups = await all((after) => sequences.groups(siteId, 'welcome', limit, after));
    const countOf = (status: string) =>
      groups.filter((group) => group.status === status).reduce((sum, { runs: count }) => sum + count, 0);
    expect([countOf('active'), countOf('goal_met')]).toEqual([4, 1]);
  }
});

test('the list of sequences says who is in them, by which version, and which are paused', async () => {
  await collector.ingest(isKnown('ada'), does('ada', 'sign_up'));
  await collector.publish({
    ...SITE,
    sequences: [
      { ...WELCOME, steps: [{ after: '3d', send: { channel: 'email', template: 'nudge' } }] },
      { ...MEASURED, paused: true },
    ],
  });
  await collector.ingest(isKnown('bob'), does('bob', 'sign_up'));
  const { data } = await collector.owner('/v1/sequences');
  expect(data).toMatchObject([
    {
      id: 'welcome',
      paused: false,
      holdout: 0,
      steps: 1,
      counts: { active: 2, due: 2, completed: 0 },
      versions: [
        { version: 2, active: 1 },
        { version: 1, active: 1 },
      ],
    },
    { id: 'measured', paused: true, holdout: 0.5, counts: { active: 0, due: 0 }, versions: [] },
  ]);
});

test.each([
  ['/v1/sequences/nothing/results', 404],
  ['/v1/sequences/welcome/results?within=0d', 400],
  ['/v1/sequences/welcome/results?within=soon', 400],
  ['/v1/sequences/welcome/results?from=2026-11-22&to=2026-11-21', 400],
])('Q32 %s is refused', async (path, status) => {
  const response = await collector.request(path, { headers: { authorization: `Bearer ${SECRET_KEY}` } });
  expect(response.status).toBe(status);
});
