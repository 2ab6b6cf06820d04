import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET_KEY, START, startCollector, type TestCollector } from '../../support/collector.ts';
import { DAY_MS, type Sender, senderOf } from './messages.ts';

const SITE = {
  name: 'Test',
  scoring: {
    rules: [
      { id: 'demo', when: { touchpoint: 'demo_booked' }, points: 60 },
      { id: 'phone', when: { all: [{ touchpoint: 'page_view' }, { device: 'phone' }] }, points: 1 },
      {
        id: 'third',
        when: { all: [{ touchpoint: 'page_view' }, { session: { pageViews: { gte: 3 } } }] },
        points: 2,
      },
      {
        id: 'back',
        when: { all: [{ touchpoint: 'page_view' }, { session: { number: { gte: 2 } } }] },
        points: 4,
      },
      {
        id: 'mail',
        when: { all: [{ touchpoint: 'page_view' }, { source: { channel: 'email' } }] },
        points: 8,
      },
      {
        id: 'agreed',
        when: { all: [{ touchpoint: 'page_view' }, { consent: { marketing: 'granted' } }] },
        points: 16,
      },
      { id: 'tagged', when: { all: [{ touchpoint: 'page_view' }, { tag: 'vip' }] }, points: 0.5 },
      { id: 'keen', when: { all: [{ touchpoint: 'page_view' }, { segment: 'keen' }] }, points: 0.25 },
      { id: 'lapsed', when: { all: [{ touchpoint: 'page_view' }, { flag: 'lapsed' }] }, points: 0.125 },
    ],
  },
  stages: [
    { id: 'awareness', back: { touchpoint: 'account_closed' } },
    { id: 'trial', when: { touchpoint: 'sign_up' } },
    { id: 'customer', when: { any: [{ touchpoint: 'purchase' }, { temperature: 'hot' }] } },
  ],
  flags: [
    {
      id: 'lapsed',
      when: { all: [{ touchpoint: 'login' }, { not: { touchpoint: 'login', within: '7d' } }] },
    },
    { id: 'warm_customer', when: { all: [{ stage: 'customer' }, { not: { temperature: 'cold' } }] } },
  ],
  tags: [
    {
      id: 'pricing interest',
      when: { touchpoint: 'page_view', where: { path: '/pricing' }, count: { gte: 2 }, within: '1d' },
    },
    { id: 'vip' },
  ],
  segments: [
    {
      id: 'keen',
      name: 'Keen ones',
      when: {
        all: [{ touchpoint: 'page_view', count: { gte: 2 }, within: '2d' }, { not: { segment: 'gone' } }],
      },
    },
    { id: 'gone', when: { touchpoint: 'account_closed' } },
    { id: 'lapsed', when: { flag: 'lapsed' } },
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
const detail = async () => collector.owner(`/v1/leads/${(await lead()).id}`);
const listed = async (query: string): Promise<string[]> =>
  (await collector.owner(`/v1/leads?${query}`)).data.map((each: { id: string }) => each.id);
const rulesThatScored = async (): Promise<string[]> => {
  const { entries } = await collector.owner(`/v1/leads/${(await lead()).id}/score`);
  return entries.map(({ ruleId }: { ruleId: string }) => ruleId);
};

describe('a score rule may ask', () => {
  test.each([
    ['what device it is', { device: { type: 'phone' } }, 'phone'],
    ['how the visit came about', { campaign: { source: 'june', medium: 'email' } }, 'mail'],
    ['what the visitor has agreed to', { consent: { categoryPreferences: { marketing: true } } }, 'agreed'],
  ])('%s', async (_, context, rule) => {
    await collector.ingest(ada.view('/', START, context));
    expect(await rulesThatScored()).toEqual([rule]);
  });

  test('which page view of which visit it is', async () => {
    await collector.ingest(ada.view('/'), ada.view('/'));
    expect(await rulesThatScored()).toEqual(['keen']);
    await collector.ingest(ada.view('/'));
    expect(await rulesThatScored()).toContain('third');
    collector.clock.now += DAY_MS;
    await collector.ingest(ada.view('/'));
    expect((await rulesThatScored()).filter((rule) => rule === 'third')).toHaveLength(1);
    expect(await rulesThatScored()).toContain('back');
  });

  test('a phone beside a computer does not make either of them lose count', async () => {
    const open = (sessionId: string) => ada.view('/', collector.clock.now, { sessionId });
    await collector.ingest(
      open('computer'),
      open('phone'),
      open('computer'),
      open('phone'),
      open('computer'),
    );
    expect((await rulesThatScored()).filter((rule) => rule === 'third')).toHaveLength(1);
  });

  test('a replay gives the same', async () => {
    await collector.ingest(
      ada.view('/', START, {
        device: { type: 'phone' },
        consent: { categoryPreferences: { marketing: true } },
      }),
      ada.track('login'),
      ada.view('/pricing'),
      ada.view('/pricing'),
      ada.track('demo_booked'),
    );
    await tagAs('PUT', 'vip');
    await collector.ingest(ada.view('/'));
    collector.clock.now += 8 * DAY_MS;
    await collector.ingest(ada.view('/'));
    const known = async () => [await detail(), await rulesThatScored(), await listed('flag=lapsed&tag=vip')];
    const before = await known();
    expect(before[1]).toEqual(
      expect.arrayContaining(['phone', 'agreed', 'third', 'tagged', 'keen', 'back', 'lapsed']),
    );
    await collector.foldAnew();
    expect(await known()).toEqual(before);
  });
});

async function owned(method: 'PUT' | 'DELETE', pathOf: (leadId: string) => string): Promise<Response> {
  const path = pathOf((await lead()).id);
  return collector.request(path, { method, headers: { authorization: `Bearer ${SECRET_KEY}` } });
}
const tagAs = (method: 'PUT' | 'DELETE', tag: string) =>
  owned(method, (id) => `/v1/leads/${id}/tags/${encodeURIComponent(tag)}`);

describe('a flag', () => {
  test('is up while its condition holds, and says since when and why, also where only time has passed', async () => {
    await collector.ingest(ada.track('login'));
    expect(await lead()).toMatchObject({ flags: [], flagReasons: {} });
    expect(await listed('flag=lapsed')).toEqual([]);

    collector.clock.now = START + 7 * DAY_MS;
    expect([await listed('flag=lapsed'), (await detail()).flags]).toEqual([[], []]);
    collector.clock.now += 1;
    const { id, flags, flagReasons } = await lead();
    expect([await listed('flag=lapsed'), flags]).toEqual([[id], ['lapsed']]);
    const timestamp = new Date(START + 7 * DAY_MS + 1).toISOString();
    expect(flagReasons).toEqual({ lapsed: { touchpoint: null, messageId: null, by: null, timestamp } });
    collector.clock.now += 30 * DAY_MS;
    expect((await detail()).flagReasons.lapsed.timestamp).toBe(timestamp);

    await collector.ingest(ada.view('/'));
    expect((await detail()).flagReasons.lapsed.timestamp).toBe(timestamp);
    await collector.ingest(ada.track('login'));
    expect([await listed('flag=lapsed'), (await detail()).flags]).toEqual([[], []]);
  });

  test('that a touchpoint has raised names it, and falls with the temperature to the millisecond', async () => {
    const booked = ada.track('demo_booked');
    await collector.ingest(booked);
    const { id, flagReasons, coolsAt } = await lead();
    expect(flagReasons.warm_customer).toMatchObject({
      touchpoint: 'demo_booked',
      messageId: booked.messageId,
    });
    collector.clock.now = Date.parse(coolsAt) - 1;
    expect((await lead()).temperature).toBe('hot');
    collector.clock.now++;
    expect(await lead()).toMatchObject({ temperature: 'warm', flags: ['warm_customer'] });
    collector.clock.now = Date.parse((await lead()).coolsAt);
    expect([await listed('flag=warm_customer'), (await detail()).flags]).toEqual([[], []]);
    collector.clock.now--;
    expect((await detail()).flags).toEqual(['warm_customer']);
    expect((await detail()).id).toBe(id);
  });

  test('of a bot does not rise, and what a bot did does not count later', async () => {
    const user = {
      ...ada.track('login'),
      context: { userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
    };
    await collector.ingest(user);
    collector.clock.now += 8 * DAY_MS;
    expect((await lead()).flags).toEqual([]);
  });

  test('that time raises starts a sequence, once, also where nobody looks', async () => {
    await collector.close();
    collector = await startCollector({
      site: {
        ...SITE,
        sequences: [
          {
            id: 'win-back',
            start: { flag: 'lapsed' },
            steps: [{ after: '1h', task: { title: 'Call', due: '1d' } }],
          },
        ],
      },
    });
    ada = senderOf(collector);
    await collector.ingest(ada.track('login'));
    collector.clock.now += 7 * DAY_MS + 1;
    for (let times = 0; times < 3; times++) await collector.timers.tick();
    const deliveries = async () => (await collector.owner('/v1/deliveries')).data;
    expect(await deliveries()).toMatchObject([
      {
        sequenceId: 'win-back',
        status: 'due',
        dueAt: new Date(collector.clock.now + 3_600_000).toISOString(),
      },
    ]);
    expect(await collector.timers.tick()).toBe(0);
    await collector.ingest(ada.view('/'));
    expect(await deliveries()).toHaveLength(1);
  });

  test('that rose while the collector was down starts its sequence as the person comes back before the timer', async () => {
    await collector.close();
    const steps = [{ after: '1h', task: { title: 'Call', due: '1d' } }];
    const site = { ...SITE, sequences: [{ id: 'win-back', start: { flag: 'lapsed' }, steps }] };
    collector = await startCollector({ site });
    ada = senderOf(collector);
    await collector.ingest(ada.track('login'));
    collector.clock.now += 8 * DAY_MS;
    await collector.ingest(ada.view('/'));
    expect((await collector.owner('/v1/deliveries')).data).toHaveLength(1);
  });
});

const MORE_FLAGS = [...SITE.flags, { id: 'vip' }];
async function withFlags(): Promise<void> {
  await collector.close();
  const rules = [{ id: 'flagged', when: { all: [{ touchpoint: 'page_view' }, { flag: 'vip' }] }, points: 1 }];
  const segments = [{ id: 'vips', when: { flag: 'vip' } }];
  collector = await startCollector({ site: { ...SITE, flags: MORE_FLAGS, segments, scoring: { rules } } });
  ada = senderOf(collector);
}
const noteAs = (method: 'PUT' | 'DELETE', flag: string) =>
  owned(method, (id) => `/v1/leads/${id}/flags/${flag}`);
/** What the step of a sequence does to a lead, said as a server can say it too. */
const ofStep = (name: string, properties: object, at?: number) =>
  ada.track(name, at, { ...properties, sequenceId: 'onboarding', stepId: 'set-up' });

describe('a flag that a step or a hand has noted', () => {
  beforeEach(withFlags);
  const agreed = async (flag: string) => {
    const { flags } = await detail();
    expect((await listed(`flag=${flag}`)).length).toBe(flags.includes(flag) ? 1 : 0);
    return flags.includes(flag);
  };

  test('is up until it is cleared, with no condition, and says which step set it', async () => {
    await collector.ingest(ada.view('/'));
    const set = ofStep('flag_set', { flag: 'vip' });
    await collector.ingestAsServer(set);
    collector.clock.now += 400 * DAY_MS;
    expect([await agreed('vip'), await listed('segment=vips')]).toEqual([true, [(await lead()).id]]);
    expect((await lead()).flagReasons.vip).toEqual({
      touchpoint: 'flag_set',
      messageId: set.messageId,
      by: { sequenceId: 'onboarding', stepId: 'set-up' },
      timestamp: new Date(START).toISOString(),
    });
    await collector.ingest(ada.view('/'));
    expect(await rulesThatScored()).toEqual(['flagged']);
    await collector.ingestAsServer(ofStep('flag_cleared', { flag: 'vip' }));
    expect([await agreed('vip'), await listed('segment=vips')]).toEqual([false, []]);
    // A note is not a sign of life.
    expect((await lead()).lastSeenAt).toBe(new Date(START + 400 * DAY_MS).toISOString());
  });

  test('stands though its condition does not hold', async () => {
    await collector.ingest(ada.track('login'));
    expect((await (await noteAs('PUT', 'lapsed')).json()).flags).toEqual(['lapsed']);
    await collector.ingest(ada.track('login'));
    expect(await agreed('lapsed')).toBe(true);
    collector.clock.now += 30 * DAY_MS;
    await collector.ingest(ada.track('login'));
    expect(await agreed('lapsed')).toBe(true);
    expect((await lead()).flagReasons.lapsed.touchpoint).toBe('flag_set');
  });

  test('and cleared is down while its condition goes on holding, and rises when it holds anew', async () => {
    await collector.ingest(ada.track('login'));
    collector.clock.now += 8 * DAY_MS;
    expect(await agreed('lapsed')).toBe(true);
    expect((await (await noteAs('DELETE', 'lapsed')).json()).flags).toEqual([]);
    collector.clock.now += 100 * DAY_MS;
    await collector.ingest(ada.view('/'));
    expect(await agreed('lapsed')).toBe(false);
    await collector.ingest(ada.track('login'));
    expect(await agreed('lapsed')).toBe(false);
    collector.clock.now += 7 * DAY_MS;
    expect(await agreed('lapsed')).toBe(false);
    collector.clock.now += 1;
    expect(await agreed('lapsed')).toBe(true);
  });

  test('of two notes, the later counts, whichever comes first', async () => {
    await collector.ingest(ada.view('/'));
    await collector.ingestAsServer(ofStep('flag_cleared', { flag: 'vip' }, START));
    await collector.ingestAsServer(ofStep('flag_set', { flag: 'vip' }, START - DAY_MS));
    expect(await agreed('vip')).toBe(false);
    await collector.ingestAsServer(ofStep('flag_set', { flag: 'vip' }, START));
    expect(await agreed('vip')).toBe(true);
  });

  test('survives a replay, and the merge of two leads that turn out to be one person', async () => {
    const phone = senderOf(collector, 'phone');
    await collector.ingest(phone.track('login'), ada.view('/'));
    const [, other] = (await collector.owner('/v1/leads?sort=firstSeenAt')).data;
    for (const { id } of (await collector.owner('/v1/leads')).data) {
      await owned('PUT', () => `/v1/leads/${id}/flags/vip`);
    }
    expect(other.flags).toEqual([]);
    await collector.ingest(ada.identify({}));
    await collector.ingest({ ...phone.identify({}), userId: 'ada' });
    expect((await collector.owner('/v1/leads')).data).toHaveLength(1);
    collector.clock.now += 8 * DAY_MS;
    await noteAs('DELETE', 'lapsed');
    await collector.ingest(ada.view('/'));
    const known = async () => [await detail(), await listed('flag=vip')];
    const before = await known();
    expect(before[0].flags).toEqual(['vip']);
    await collector.foldAnew();
    expect(await known()).toEqual(before);
  });

  test('Q37 is not had by sending its name with the public key, nor are points', async () => {
    await collector.ingest(
      ofStep('flag_set', { flag: 'vip' }),
      ofStep('points_given', { points: 500 }),
      ada.view('/'),
    );
    expect(await lead()).toMatchObject({ flags: [], score: 0 });
    expect(await rulesThatScored()).toEqual([]);
  });

  test.each(['nobody', 'constructor', 'At-Risk', '__proto__'])(
    'Q10 Q32 has to be one of the site’s own, not "%s"',
    async (flag) => {
      await collector.ingest(ada.view('/'));
      expect([400, 404]).toContain((await noteAs('PUT', flag)).status);
      await collector.ingestAsServer(ofStep('flag_set', { flag }));
      expect((await lead()).flags).toEqual([]);
    },
  );
});

describe('points that a step gives', () => {
  test('stand in the ledger under its sequence, decay as others do, and bring about what a score does', async () => {
    await collector.ingest(ada.view('/'));
    await collector.ingestAsServer(ofStep('points_given', { points: 80 }));
    await collector.ingestAsServer(ofStep('points_given', { points: -20 }));
    expect(await lead()).toMatchObject({ score: 60, temperature: 'hot', stage: 'customer' });
    collector.clock.now += 30 * DAY_MS;
    const { score, entries } = await collector.owner(`/v1/leads/${(await lead()).id}/score`);
    expect(score).toBeCloseTo(30, 6);
    expect(entries).toMatchObject([
      { ruleId: 'sequence:onboarding', points: 80, touchpoint: 'points_given' },
      { ruleId: 'sequence:onboarding', points: -20, touchpoint: 'points_given' },
    ]);
    await collector.foldAnew();
    expect((await lead()).score).toBeCloseTo(30, 6);
  });

  test.each([1_001, -1_001, 0, '80', null])('Q37 are within 1,000: %s is none', async (points) => {
    await collector.ingest(ada.view('/'));
    await collector.ingestAsServer(ofStep('points_given', { points }));
    expect((await lead()).score).toBe(0);
    expect(await rulesThatScored()).toEqual([]);
  });
});

describe('a stage', () => {
  test('keeps its history, each move with the touchpoint that made it', async () => {
    await collector.ingest(ada.view('/'), ada.track('sign_up'), ada.track('purchase'));
    expect((await detail()).stageMoves).toMatchObject([
      { from: 'trial', to: 'customer', touchpoint: 'purchase' },
      { from: 'awareness', to: 'trial', touchpoint: 'sign_up' },
    ]);
  });

  test('leads back by its own rule only, and forward again by what happens after that', async () => {
    await collector.ingest(ada.track('sign_up'), ada.track('purchase'), ada.track('account_closed'));
    expect(await lead()).toMatchObject({ stage: 'awareness', stageReason: { touchpoint: 'account_closed' } });
    await collector.ingest(ada.view('/'), ada.track('search'));
    expect((await lead()).stage).toBe('awareness');
    await collector.ingest(ada.track('sign_up'));
    expect((await lead()).stage).toBe('trial');
    expect(await listed('stage=trial')).toHaveLength(1);
    await collector.ingest(ada.track('account_closed'));
    expect([await listed('stage=trial'), (await lead()).stage]).toEqual([[], 'awareness']);
  });
});

describe('a tag', () => {
  test('by rule lasts, with the touchpoint that it came by', async () => {
    await collector.ingest(ada.view('/pricing'));
    const second = ada.view('/pricing');
    await collector.ingest(second);
    collector.clock.now += 300 * DAY_MS;
    expect(await lead()).toMatchObject({
      tags: ['pricing interest'],
      tagReasons: { 'pricing interest': { touchpoint: 'page_view', messageId: second.messageId } },
    });
    expect(await listed('tag=pricing%20interest')).toHaveLength(1);
  });

  test('by hand comes and goes, and is part of the history', async () => {
    await collector.ingest(ada.view('/'));
    expect((await (await tagAs('PUT', 'vip')).json()).tags).toEqual(['vip']);
    expect((await (await tagAs('PUT', 'vip')).json()).tags).toEqual(['vip']);
    expect(await listed('tag=vip')).toHaveLength(1);
    const { lastSeenAt, tagReasons, touchpointCount } = await lead();
    expect(tagReasons.vip.touchpoint).toBe('tag_added');
    expect([lastSeenAt, touchpointCount]).toEqual([new Date(START).toISOString(), 2]);
    expect((await (await tagAs('DELETE', 'vip')).json()).tags).toEqual([]);
    expect(await listed('tag=vip')).toEqual([]);
    const { data } = await collector.owner(`/v1/leads/${(await lead()).id}/touchpoints`);
    expect(data.map(({ name, trust }: { name: string; trust: string }) => `${name} ${trust}`)).toEqual([
      'tag_removed server',
      'tag_added server',
      'page_view browser',
    ]);
  });

  test('taken off by hand is not put on again by its rule', async () => {
    await collector.ingest(ada.view('/pricing'), ada.view('/pricing'));
    await tagAs('DELETE', 'pricing interest');
    await collector.ingest(ada.view('/pricing'));
    expect((await lead()).tags).toEqual([]);
    await tagAs('PUT', 'pricing interest');
    expect((await lead()).tags).toEqual(['pricing interest']);
  });

  test('Q37 cannot be had by sending its name with the public key', async () => {
    await collector.ingest(ada.track('tag_added', START, { tag: 'vip' }));
    expect((await lead()).tags).toEqual([]);
  });

  test.each(['__proto__', 'constructor', 'a/b', 'x'.repeat(65), '%00', ''])(
    'Q10 Q32 cannot be called "%s"',
    async (tag) => {
      await collector.ingest(ada.view('/'));
      const { status } = await tagAs('PUT', tag);
      if (tag === 'constructor') expect([status, (await lead()).tags]).toEqual([200, ['constructor']]);
      else expect([400, 404]).toContain(status);
    },
  );
});

describe('a segment', () => {
  test('is listed, counted and exported as it is now', async () => {
    const bob = senderOf(collector, 'bob');
    await collector.ingest(ada.view('/'), ada.view('/'), bob.view('/'), bob.track('login'));
    const counts = async () => {
      const { data } = await collector.owner('/v1/segments');
      return Object.fromEntries(data.map(({ id, leads }: { id: string; leads: number }) => [id, leads]));
    };
    expect((await collector.owner('/v1/segments')).data[0]).toMatchObject({
      id: 'keen',
      name: 'Keen ones',
      leads: 1,
    });
    expect([await counts(), (await listed('segment=keen')).length]).toEqual([
      { keen: 1, gone: 0, lapsed: 0 },
      1,
    ]);

    collector.clock.now += 2 * DAY_MS + 1;
    expect([await counts(), await listed('segment=keen')]).toEqual([{ keen: 0, gone: 0, lapsed: 0 }, []]);
    collector.clock.now += 6 * DAY_MS;
    expect(await counts()).toEqual({ keen: 0, gone: 0, lapsed: 1 });
    const response = await collector.request('/v1/leads?segment=lapsed', {
      headers: { authorization: `Bearer ${SECRET_KEY}`, accept: 'text/csv' },
    });
    expect((await response.text()).trim().split('\r\n')).toHaveLength(2);
  });

  test('loses a lead that has become another one', async () => {
    const bob = senderOf(collector, 'bob');
    await collector.ingest(
      ada.view('/'),
      ada.view('/'),
      ada.identify({ name: 'Ada' }),
      bob.view('/'),
      bob.view('/'),
    );
    expect((await collector.owner('/v1/segments')).data[0].leads).toBe(2);
    await collector.ingest(bob.message({ type: 'identify', userId: 'ada' }));
    expect((await collector.owner('/v1/segments')).data[0].leads).toBe(1);
    expect(await listed('segment=keen')).toHaveLength(1);
  });
});
