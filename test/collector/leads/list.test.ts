import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SECRET_KEY, START, startCollector, type TestCollector } from '../../support/collector.ts';
import { DAY_MS, HOUR_MS, senderOf } from './messages.ts';

const SITE = {
  name: 'Test',
  scoring: {
    rules: [
      { id: 'demo', when: { touchpoint: 'demo_booked' }, points: 20 },
      { id: 'careers', when: { touchpoint: 'page_view', where: { path: '/careers' } }, points: -10 },
    ],
    fit: [
      { when: { trait: { companySize: { gte: 50 } } }, points: 3 },
      { when: { trait: { country: 'GB' } }, points: 1 },
    ],
  },
  stages: [{ id: 'awareness' }, { id: 'decision', when: { touchpoint: 'demo_booked' } }],
  flags: [{ id: 'asked', when: { touchpoint: 'demo_booked' } }],
  tags: [{ id: 'vip' }],
  segments: [{ id: 'recent', when: { touchpoint: 'page_view', within: '7d' } }],
  sequences: [
    {
      id: 'call',
      start: { touchpoint: 'demo_booked' },
      steps: [{ after: '2h', task: { title: 'Call', due: '1h' } }],
    },
    {
      id: 'greet',
      start: { touchpoint: 'sign_up' },
      steps: [{ after: '1h', task: { title: 'Greet', due: '1h' } }],
    },
  ],
};

let collector: TestCollector;
const start = async () => {
  collector = await startCollector({ site: SITE });
};
const close = () => collector.close();
function startForEach() {
  beforeEach(start);
  afterEach(close);
}

const get = (path: string, accept = 'application/json') =>
  collector.request(path, { headers: { authorization: `Bearer ${SECRET_KEY}`, accept } });
type Listed = { userId: string; score: number; nextDueAt: string | null };
const listed = async (query = ''): Promise<string[]> =>
  (await collector.owner(`/v1/leads?${query}`)).data.map(({ userId }: Listed) => userId);

/** Four people: how they came, what they did, who they are. */
async function fourPeople(): Promise<void> {
  const by = (name: string) => senderOf(collector, name);
  const [ada, bob, cho, dee] = [by('ada'), by('bob'), by('cho'), by('dee')];
  const mail = { campaign: { source: 'june', medium: 'email' } };
  await collector.ingest(
    ada.view('/', START - 10 * DAY_MS, mail),
    ada.identify(
      {
        name: 'Ada Lovelace',
        email: 'ada@analytical.example',
        company: 'Engines Ltd',
        companySize: 80,
        country: 'GB',
      },
      START - 10 * DAY_MS,
    ),
    ada.track('demo_booked', START - 9 * DAY_MS),
    bob.identify(
      { name: 'Bob Ångström', company: { name: 'Lovely Oils' }, companySize: 60 },
      START - 5 * DAY_MS,
    ),
    bob.view('/', START - 2 * DAY_MS),
    bob.track('demo_booked', START - 2 * DAY_MS),
    bob.track('demo_booked', START - 2 * DAY_MS + 1),
    cho.identify({ name: 'Cho', email: 'cho+news@example.com', country: 'GB' }, START - 3 * DAY_MS),
    cho.track('sign_up', START - HOUR_MS / 2),
    dee.identify({ name: 'Dee' }, START - 1 * DAY_MS),
    dee.view('/careers', START - 1 * DAY_MS),
    senderOf(collector, 'nobody').view('/', START - 4 * DAY_MS),
  );
}

describe('leads are found by', () => {
  beforeAll(start);
  beforeAll(fourPeople);
  afterAll(close);

  test.each([
    ['temperature=warm', ['bob']],
    ['temperature=cold&identified=true', ['ada', 'cho', 'dee']],
    ['stage=decision', ['bob', 'ada']],
    ['stage=awareness&identified=true', ['cho', 'dee']],
    ['flag=asked', ['bob', 'ada']],
    ['flag=asked&fit=A&channel=email', ['ada']],
    ['fit=A', ['bob', 'ada']],
    ['fit=C', ['cho']],
    ['fit=D&identified=true', ['dee']],
    ['segment=recent', ['bob', null, 'dee']],
    ['channel=email', ['ada']],
    ['channel=direct', ['bob', null, 'dee']],
    ['identified=false', [null]],
    ['minScore=10', ['bob', 'ada']],
    ['minScore=10&maxScore=20', ['ada']],
    ['minScore=0&identified=true', ['bob', 'ada', 'cho']],
    ['maxScore=0', [null, 'cho', 'dee']],
    ['maxScore=-1', ['dee']],
    ['minScore=1&temperature=cold', ['ada']],
    ['q=ada', ['ada']],
    ['q=ADA%20love', ['ada']],
    ['q=love', ['bob', 'ada']],
    ['q=love%20oil', ['bob']],
    ['q=angstr%C3%B6m', ['bob']],
    ['q=%C3%85ngstrom', ['bob']],
    ['q=ada%40analytical.ex', ['ada']],
    ['q=cho%2Bnews', ['cho']],
    ['q=example.com', ['cho']],
    ['q=engines&flag=asked', ['ada']],
    ['q=lovelace%20cho', []],
    ['q=ovelace', []],
    ['q=%25', []],
    ['q=%22%20OR%201', []],
    [`lastSeenFrom=${new Date(START - 2 * DAY_MS).toISOString()}`, ['bob', 'cho', 'dee']],
    [`lastSeenTo=${new Date(START - 2 * DAY_MS).toISOString()}`, ['ada', null]],
    [
      `firstSeenFrom=2026-11-18T14:00:00%2B02:00&firstSeenTo=${new Date(START).toISOString()}`,
      ['cho', 'dee'],
    ],
    ['flag=asked&segment=recent&stage=decision&fit=A&q=bob', ['bob']],
    ['flag=__proto__', []],
    ['tag=vip', []],
  ])('%s', async (query, people) => {
    expect(await listed(query)).toEqual(people);
  });
});

describe('leads are ordered by', () => {
  startForEach();

  test.each([
    ['-score', ['bob', 'ada', 'cho', 'dee']],
    ['score', ['dee', 'cho', 'ada', 'bob']],
    ['-lastSeenAt', ['cho', 'dee', 'bob', 'ada']],
    ['lastSeenAt', ['ada', 'bob', 'dee', 'cho']],
    ['firstSeenAt', ['ada', 'bob', 'cho', 'dee']],
    ['-firstSeenAt', ['dee', 'cho', 'bob', 'ada']],
    ['nextDueAt', ['ada', 'bob', 'cho', 'dee']],
    ['-nextDueAt', ['cho', 'bob', 'ada', 'dee']],
  ])('%s, with page after page the same', async (sort, people) => {
    await fourPeople();
    expect(await listed(`sort=${sort}&identified=true`)).toEqual(people);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { data, next } = await collector.owner(`/v1/leads?sort=${sort}&identified=true&limit=1${cursor}`);
      seen.push(...data.map(({ userId }: Listed) => userId));
      cursor = next && `&cursor=${next}`;
    } while (cursor);
    expect(seen).toEqual(people);
  });

  test('what is due next, which a lead tells, until it is done', async () => {
    await fourPeople();
    const due = async () => {
      const { data } = await collector.owner('/v1/leads?sort=nextDueAt&identified=true');
      return data.map(({ userId, nextDueAt }: Listed) => [userId, nextDueAt]);
    };
    const at = (time: number) => new Date(time).toISOString();
    expect(await due()).toEqual([
      ['ada', at(START - 9 * DAY_MS + 2 * HOUR_MS)],
      ['bob', at(START - 2 * DAY_MS + 2 * HOUR_MS)],
      ['cho', at(START + HOUR_MS / 2)],
      ['dee', null],
    ]);
    await collector.dispatcher.tick();
    expect((await due())[0]).toEqual(['cho', at(START + HOUR_MS / 2)]);
    collector.clock.now += HOUR_MS;
    await collector.dispatcher.tick();
    expect((await due()).every(([, nextDueAt]: [string, string | null]) => nextDueAt === null)).toBe(true);
  });

  test('score, and its pages stay right while scores decay and leads come and go', async () => {
    const people = Array.from({ length: 30 }, (_, index) =>
      senderOf(collector, `p${String(index).padStart(2, '0')}`),
    );
    for (const [index, person] of people.entries()) {
      await collector.ingest(
        person.identify({ name: 'P' }),
        ...Array.from({ length: index + 1 }, () => person.track('demo_booked', START - index * DAY_MS)),
      );
    }
    const whole = await listed('limit=100');
    const seen: string[] = [];
    let cursor = '';
    do {
      const { data, next } = await collector.owner(`/v1/leads?limit=7${cursor}`);
      seen.push(...data.map(({ userId }: Listed) => userId));
      cursor = next && `&cursor=${next}`;
      // Days go by between the pages, and a lead that was already shown moves.
      collector.clock.now += 5 * DAY_MS;
      await collector.ingest(senderOf(collector, seen[0]).view('/'));
    } while (cursor);
    expect(seen).toEqual(whole);
  });
});

describe('a long list', () => {
  startForEach();

  test('is cut rightly where what is asked for is neither rare nor near the top', async () => {
    const send = (count: number, name: string, ...events: string[]) =>
      collector.ingest(
        ...Array.from({ length: count }, (_, index) => senderOf(collector, `${name}${index}`)).flatMap(
          (person) => [person.identify({ name }), ...events.map((event) => person.track(event))],
        ),
      );
    // More than are looked at in one slice, and more of both kinds than are looked up one by one.
    for (let part = 0; part < 3; part++) await send(800, `hot${part}-`, 'demo_booked');
    for (let part = 0; part < 3; part++) await send(800, `cold${part}-`);
    const all: string[] = [];
    let cursor = '';
    do {
      const { data, next } = await collector.owner(`/v1/leads?stage=awareness&limit=200${cursor}`);
      all.push(...data.map(({ userId }: Listed) => userId));
      cursor = next && `&cursor=${next}`;
    } while (cursor);
    expect(new Set(all).size).toBe(2_400);
    expect(all).toHaveLength(2_400);
    expect(all.every((userId) => userId.startsWith('cold'))).toBe(true);
  }, 20_000);
});

describe('as a file', () => {
  startForEach();

  test('Q33 CSV has the whole list, by the same filters, and no formula runs', async () => {
    await fourPeople();
    await collector.ingest(
      senderOf(collector, 'eve').identify({ name: '=HYPERLINK("http://evil.example")' }),
    );
    const response = await get('/v1/leads?identified=true&limit=1', 'text/csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await response.text()).trim().split('\r\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^id,userId,email,name,score,temperature,/);
    expect(lines.find((line) => line.includes('HYPERLINK'))).toContain(
      `"'=HYPERLINK(""http://evil.example"")"`,
    );
    expect((await (await get('/v1/leads?flag=asked', 'text/csv')).text()).trim().split('\r\n')).toHaveLength(
      3,
    );
  });

  test('NDJSON has a lead a line', async () => {
    await fourPeople();
    const text = await (await get('/v1/leads?identified=true', 'application/x-ndjson')).text();
    const people = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).userId);
    expect(people).toEqual(['bob', 'ada', 'cho', 'dee']);
  });
});

describe('what cannot be asked', () => {
  beforeAll(start);
  afterAll(close);

  test.each([
    'q=',
    'fit=E',
    'minScore=many',
    'minScore=1e9',
    'lastSeenFrom=yesterday',
    'flag=',
    'sort=email',
    'sort=nextDueAt%20desc',
    `q=${'x'.repeat(201)}`,
    'segment=a&segment=b',
    'firstSeenTo=2026-01-01',
  ])('Q32 %s is refused', async (query) => {
    const response = await get(`/v1/leads?${query}`);
    expect([response.status, (await response.json()).code]).toEqual([400, 'invalid_parameter']);
  });
});
