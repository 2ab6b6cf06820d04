/**
 * Sequences tried on history: against what they really did. A collector lives through twenty days with the sequences
 * live, a real SMTP sink and a real receiver; then they are tried on the history of those days.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmailChannel, type EmailChannel } from '../../../collector/src/follow-ups/channels/email.ts';
import { createWebhookChannel } from '../../../collector/src/follow-ups/channels/webhook.ts';
import { SECRET_KEY, START, startCollector, type TestCollector } from '../../support/collector.ts';
import { readDatabase } from '../../support/database.ts';
import { type HttpReceiver, startHttpReceiver } from '../../support/http-receiver.ts';
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 13;

const SEQUENCES = [
  {
    id: 'cart',
    priority: 10,
    start: { touchpoint: 'add_to_cart', unless: { touchpoint: 'remove_from_cart', within: '1h' } },
    goal: { touchpoint: 'purchase' },
    holdout: 0.3,
    steps: [
      { id: 'reminder', after: '1h', send: { channel: 'email', template: 'reminder' } },
      {
        id: 'offer',
        after: '24h',
        if: { cart: { value: { gt: 0 } } },
        send: { channel: 'email', template: 'offer' },
      },
      { id: 'reviews', after: '48h', send: { channel: 'email', template: 'named' } },
    ],
  },
  {
    id: 'welcome',
    start: { touchpoint: 'sign_up' },
    exit: { tag: 'unwanted' },
    holdout: 0,
    reentry: '2d',
    steps: [
      { id: 'hello', after: '1h', send: { channel: 'email', template: 'hello' } },
      {
        id: 'look',
        waitFor: { touchpoint: 'page_view', where: { path: '/pricing*' } },
        within: '2d',
        steps: [
          { id: 'mark', tag: { add: 'priced' } },
          { id: 'push', send: { channel: 'webhook', endpoint: 'crm' } },
        ],
        else: [
          {
            id: 'ask',
            at: { time: '09:00', days: 'weekdays' },
            send: { channel: 'email', template: 'hello' },
          },
        ],
      },
      {
        id: 'arm',
        split: [
          {
            id: 'a',
            share: 0.5,
            steps: [{ id: 'mail-a', after: '3d', send: { channel: 'email', template: 'offer' } }],
          },
          { id: 'b', share: 0.5, steps: [{ id: 'points-b', points: 60 }] },
        ],
      },
    ],
  },
  {
    id: 'hot',
    start: { temperature: 'hot' },
    steps: [{ id: 'call', after: '0s', task: { title: 'Call {{name|them}}', due: '5m' } }],
  },
  {
    id: 'quiet',
    start: { segment: 'lost' },
    holdout: 0.9,
    steps: [{ id: 'back', after: '1h', send: { channel: 'email', template: 'hello' } }],
  },
  {
    id: 'renewal',
    start: { date: { trait: 'renewsAt', before: '2d' } },
    holdout: 0,
    priority: 50,
    steps: [{ id: 'renew', after: '0s', send: { channel: 'email', template: 'named' } }],
  },
  {
    id: 'thanks',
    start: { touchpoint: 'share' },
    holdout: 0,
    reentry: '0s',
    steps: [{ id: 'thank', send: { channel: 'email', template: 'hello' } }],
  },
  { id: 'resting', paused: true, start: { touchpoint: 'page_view' }, steps: [{ tag: { add: 'never' } }] },
];

const PEOPLE = Array.from({ length: 12 }, (_, index) => `p${index}`);

let sink: SmtpSink;
let receiver: HttpReceiver;
let email: EmailChannel;
let site: object;
let live: TestCollector;

beforeAll(async () => {
  sink = await startSmtpSink();
  email = createEmailChannel(sink.url);
  receiver = await startHttpReceiver();
  site = {
    name: 'Shop',
    timezone: 'Europe/London',
    scoring: {
      halfLifeDays: 3,
      rules: [
        { id: 'demo', when: { touchpoint: 'demo' }, points: 55 },
        { id: 'view', when: { touchpoint: 'page_view' }, points: 3 },
      ],
    },
    segments: [
      {
        id: 'lost',
        when: { all: [{ touchpoint: 'sign_up' }, { not: { touchpoint: 'page_view', within: '6d' } }] },
      },
    ],
    tags: [{ id: 'unwanted' }],
    contactBudget: { messages: { perWeek: 3 }, quietHours: ['21:00', '08:00'] },
    email: { from: 'Shop <hello@shop.example>' },
    templates: {
      reminder: { subject: 'Your cart', text: '{{cart.items}}' },
      offer: { subject: 'An offer', text: 'Still there?' },
      named: { subject: 'Reviews for {{name}}', text: 'What others say' },
      hello: { subject: 'Hello {{name|there}}', text: 'Hello' },
    },
    endpoints: { crm: { url: `${receiver.origin}/hook`, secret: `whsec_${'a'.repeat(32)}` } },
    sequences: SEQUENCES,
  };
  const webhook = createWebhookChannel({ allowPrivateOrigins: [receiver.origin] });
  live = await startCollector({ site, channels: { email, webhook }, now: START });
  await liveThrough(live);
}, 60_000);
afterAll(async () => {
  await live.close();
  email.close();
  await sink.close();
  await receiver.close();
});

/** The same numbers for everybody who asks, so that history is the same each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Act {
  at: number;
  person: string;
  fields: object;
  context?: object;
}

const AFTER_A_CART: readonly [event?: string, minutes?: number][] = [
  ['purchase', 10],
  ['purchase', 30 * 60],
  ['remove_from_cart', 10],
  [],
];

/** What people do in those days, in the order of time. */
function acts(): Act[] {
  const chance = random(7);
  const all: Act[] = [];
  for (const person of PEOPLE) {
    const at = () => START + Math.floor(chance() * (DAYS - 3) * 24 * 60) * 60_000;
    const act = (fields: object, context?: object, when = at()) =>
      all.push({ at: when, person, fields, ...(context && { context }) });
    const track = (event: string, properties: object = {}) => act({ type: 'track', event, properties });
    const first = START + Math.floor(chance() * 3 * 24 * 60) * 60_000;
    if (chance() < 0.85) {
      const name = chance() < 0.6 ? { name: `Name of ${person}` } : {};
      const renewsAt = chance() < 0.4 ? { renewsAt: new Date(at()).toISOString() } : {};
      const traits = { email: `${person}@example.com`, ...name, ...renewsAt };
      act({ type: 'identify', userId: person, traits }, undefined, first);
    }
    const marketing = chance() < 0.8;
    const timezone = chance() < 0.3 ? 'Asia/Tokyo' : 'Europe/London';
    const context = { timezone, consent: { categoryPreferences: { analytics: true, marketing } } };
    act({ type: 'track', event: 'sign_up' }, context, first + 60_000);
    for (let carts = 0; carts < 3; carts++) {
      if (chance() > 0.6) continue;
      const cart = { items: [{ item_id: 'oil', price: 22 }], value: 22 };
      const when = at();
      act({ type: 'track', event: 'add_to_cart', properties: { cart } }, undefined, when);
      const [event, minutes = 0] = AFTER_A_CART[Math.floor(chance() * AFTER_A_CART.length)] ?? [];
      if (event) act({ type: 'track', event }, undefined, when + minutes * 60_000);
    }
    for (let views = 0; views < 4; views++) {
      if (chance() < 0.5) act({ type: 'page', properties: { path: chance() < 0.5 ? '/pricing' : '/' } });
    }
    if (chance() < 0.3) track('demo');
    if (chance() < 0.2) track('sign_up');
  }
  return [...all, ...certain()].sort((a, b) => a.at - b.at);
}

/** Whom is stopped whatever is drawn for the others: a mail to the nameless lacks its field, the fourth in a week has no room. */
function certain(): Act[] {
  const context = { consent: { categoryPreferences: { marketing: true } } };
  const named = (person: string, traits: object) => ({
    at: START + HOUR_MS,
    person,
    fields: { type: 'identify', traits: { email: `${person}@example.com`, ...traits } },
    context,
  });
  const share = { type: 'track', event: 'share' };
  return [
    named('nameless', { renewsAt: new Date(START + 4 * DAY_MS).toISOString() }),
    named('busy', {}),
    ...[2, 3, 4, 5].map((hours) => ({ at: START + hours * HOUR_MS, person: 'busy', fields: share })),
  ];
}

async function liveThrough(collector: TestCollector): Promise<void> {
  let sent = 0;
  for (const { at, person, fields, context } of acts()) {
    await passTo(collector, at - 1);
    collector.clock.now = at;
    await collector.ingest({
      messageId: `${person}-${sent++}`,
      anonymousId: person,
      timestamp: new Date(at).toISOString(),
      ...(context && { context }),
      ...fields,
    });
    if (sent === 30) {
      for (const name of PEOPLE.slice(0, 4)) {
        const body = JSON.stringify({ email: `${name}@example.com` });
        await collector.request('/v1/suppressions', { method: 'POST', headers: owner, body });
      }
    }
  }
  await passTo(collector, START + DAYS * DAY_MS);
}

const owner = { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' };

/** The clock stops at each time at which something is due, as a ticking collector's would. */
async function passTo(collector: TestCollector, end: number): Promise<void> {
  for (;;) {
    const next = nextDue(collector);
    if (next === null || next > end) break;
    collector.clock.now = Math.max(collector.clock.now, next);
    await collector.timers.tick();
    await collector.dispatcher.tick();
  }
  collector.clock.now = end;
}

const nextDue = ({ databasePath }: TestCollector): number | null =>
  readDatabase(
    databasePath,
    (db) =>
      db
        .prepare<[], number | null>(
          `SELECT min(at) FROM (
           SELECT min(due_at) AS at FROM deliveries WHERE status = 'due'
           UNION ALL SELECT min(timer_at) FROM enrollments
           UNION ALL SELECT min(changes_at) FROM lead_states UNION ALL SELECT min(silent_at) FROM lead_states)`,
        )
        .pluck()
        .get() ?? null,
  );

async function preview(collector: TestCollector, body: object = {}) {
  const response = await collector.request('/v1/sequences/preview', {
    method: 'POST',
    headers: owner,
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

interface Told {
  leadId: string;
  sequenceId: string;
  step: number;
  status: string;
  reason: string | null;
  at: number | null;
}
const inOrder = (all: Told[]) => all.map((each) => JSON.stringify(each)).sort();

/** What became of the messages of each lead, as the collector that sent them tells. */
const really = (collector: TestCollector): Told[] =>
  readDatabase(collector.databasePath, (db) =>
    db
      .prepare<[], Told>(
        `SELECT leads.public_id AS leadId, sequence_id AS sequenceId, deliveries.step, deliveries.status,
           deliveries.reason, sent_at AS at
         FROM deliveries JOIN enrollments ON enrollments.id = enrollment_id JOIN leads ON leads.id = deliveries.lead_id
         WHERE deliveries.status <> 'due'`,
      )
      .all(),
  );

describe('the sequences that were live', () => {
  test('would have sent and stopped what they sent and stopped, lead by lead, to the millisecond', async () => {
    const { body } = await preview(live, { days: DAYS });
    const told: Told[] = body.sample.flatMap((lead: { id: string; messages: object[] }) =>
      lead.messages.map((message) => {
        const { sequenceId, step, status, reason, at } = message as Told & { at: string };
        const sentAt = status === 'sent' ? Date.parse(at) : null;
        return { leadId: lead.id, sequenceId, step, status, reason, at: sentAt };
      }),
    );
    expect(inOrder(told)).toEqual(inOrder(really(live)));
    // And it is no small world: most of what guards stop is among it.
    const reasons = new Set(told.map(({ reason }) => reason));
    expect([...reasons]).toEqual(
      expect.arrayContaining([
        ...['holdout', 'contact_budget', 'no_consent', 'no_address', 'suppressed', 'missing_field'],
        ...['goal_met', 'start_undone'],
      ]),
    );
    expect(told.length).toBeGreaterThan(60);
  });

  test('come to the same sums', async () => {
    const { body } = await preview(live, { days: DAYS });
    const all = really(live);
    const sent = all.filter(({ status }) => status === 'sent');
    const mails = sink.mails.length;
    expect(body.sent).toBe(sent.length);
    expect(Object.fromEntries(body.byChannel.map((each: Channel) => [each.channel, each.messages]))).toEqual({
      email: mails,
      task: (await live.owner('/v1/tasks')).data.length,
      ...(receiver.received.length > 0 && { webhook: receiver.received.length }),
    });
    const stopped = body.stopped.reduce((sum: number, each: { messages: number }) => sum + each.messages, 0);
    expect(stopped).toBe(all.length - sent.length);
    const days: Day[] = body.byDay;
    expect(days).toHaveLength(DAYS + 1);
    expect(days.reduce((sum, { messages }) => sum + messages, 0)).toBe(sent.length);
    expect(days.reduce((sum, { toPeople }) => sum + toPeople, 0)).toBe(mails);
    const byRecipient = new Map<string, number>();
    for (const { recipients } of sink.mails) {
      const [to = ''] = recipients;
      byRecipient.set(to, (byRecipient.get(to) ?? 0) + 1);
    }
    expect(body.perPerson).toMatchObject({ leads: byRecipient.size, max: Math.max(...byRecipient.values()) });
    expect(byRecipient.get(body.perPerson.most[0].email)).toBe(body.perPerson.max);
  });

  test('begin, end and meet their goals as they did; a split gives each lead the arm it had', async () => {
    const { body } = await preview(live, { days: DAYS });
    const runs = readDatabase(live.databasePath, (db) =>
      db
        .prepare(
          `SELECT sequence_id AS id, count(*) AS started, sum(held_out) AS heldOut, sum(goal_at IS NOT NULL) AS goalsMet,
             sum(status = 'completed') AS completed, sum(status = 'goal_met') AS goal_met,
             sum(status = 'exited') AS exited, sum(status = 'active') AS underWay
           FROM enrollments GROUP BY sequence_id`,
        )
        .all(),
    );
    const started = body.sequences.filter((each: { started: number }) => each.started > 0);
    expect(
      started.map(({ ended, steps: _, paused: __, ...each }: Sequence) => ({ ...each, ...ended })).sort(byId),
    ).toEqual((runs as { id: string }[]).sort(byId));
    const outcomes = readDatabase(live.databasePath, (db) =>
      db
        .prepare(
          `SELECT sequence_id || '/' || step_id AS id, outcome, detail, count(*) AS runs
           FROM enrollment_steps JOIN enrollments ON enrollments.id = enrollment_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
        )
        .all(),
    );
    const previewed = started.flatMap(({ id, steps }: Sequence) =>
      steps.flatMap((step) => step.outcomes.map((each) => ({ id: `${id}/${step.id}`, ...each }))),
    );
    const key = (each: object) => JSON.stringify(each);
    expect(previewed.map(key).sort()).toEqual(outcomes.map((each) => key(each as object)).sort());
    expect(outcomes).toEqual(expect.arrayContaining([expect.objectContaining({ outcome: 'split' })]));
    const resting = body.sequences.find(({ id }: Sequence) => id === 'resting');
    expect(resting).toMatchObject({ paused: true, started: 0 });
  });

  test('nothing is written, and nothing leaves', async () => {
    const dump = () =>
      readDatabase(live.databasePath, (db) =>
        db
          .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
          .pluck()
          .all()
          .map((table) => [table, db.prepare(`SELECT * FROM "${table}"`).all()]),
      );
    const before = { rows: dump(), mails: sink.mails.length, received: receiver.received.length };
    const { status } = await preview(live);
    await live.dispatcher.tick();
    expect(status).toBe(200);
    expect({ rows: dump(), mails: sink.mails.length, received: receiver.received.length }).toEqual(before);
  });
});

interface Channel {
  channel: string;
  messages: number;
}
interface Day {
  date: string;
  messages: number;
  toPeople: number;
}
interface Sequence {
  id: string;
  paused: boolean;
  ended: object;
  steps: { id: string; sent: number; outcomes: object[] }[];
}
const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

describe('a small shop that has never sent anything', () => {
  const NOON = Date.parse('2026-11-21T12:00:00Z');
  let shop: TestCollector;
  const cart = {
    id: 'cart',
    start: { touchpoint: 'add_to_cart' },
    goal: { touchpoint: 'purchase' },
    holdout: 0,
    steps: [
      { id: 'first', after: '1h', send: { channel: 'email', template: 'hi' } },
      { id: 'second', after: '1d', send: { channel: 'email', template: 'hi' } },
    ],
  };
  const templates = { hi: { subject: 'Hi', text: 'Hi' } };

  beforeAll(async () => {
    shop = await startCollector({
      site: { name: 'Shop', timezone: 'Asia/Tokyo', email: { from: 'Shop <hello@shop.example>' } },
      now: NOON - 200 * DAY_MS,
    });
    const happens = async (daysAgo: number, person: string, fields: object, receivedDaysAgo = daysAgo) => {
      shop.clock.now = NOON - receivedDaysAgo * DAY_MS;
      const timestamp = new Date(NOON - daysAgo * DAY_MS).toISOString();
      const context = { consent: { categoryPreferences: { marketing: true } } };
      await shop.ingest({ anonymousId: person, timestamp, context, ...fields });
    };
    const named = (person: string) => ({ type: 'identify', traits: { email: `${person}@example.com` } });
    const added = { type: 'track', event: 'add_to_cart' };
    await happens(100, 'ada', named('ada'));
    await happens(95, 'ada', added);
    await happens(80, 'ada', added);
    await happens(50, 'bob', named('bob'));
    await happens(50, 'bob', added);
    await happens(49.5, 'bob', { type: 'track', event: 'purchase' });
    // Told only yesterday, by an import.
    await happens(30, 'cleo', named('cleo'), 1);
    await happens(30, 'cleo', added, 1);
    // Known by an address only after the first message was due.
    await happens(10, 'dan', added);
    await happens(9.5, 'dan', named('dan'));
    shop.clock.now = NOON;
  });
  afterAll(() => shop.close());

  test('is told who would have got what, and when', async () => {
    const { body } = await preview(shop, { sequence: cart, templates });
    expect(body).toMatchObject({ days: 90, timezone: 'Asia/Tokyo', leads: 4, sent: 6 });
    expect(body.sequences).toMatchObject([
      { id: 'cart', started: 4, goalsMet: 1, ended: { completed: 3, goal_met: 1, exited: 0 }, underWay: 0 },
    ]);
    const messages = Object.fromEntries(
      body.sample.map(
        (lead: { email: string; messages: { stepId: string; status: string; at: string }[] }) => [
          lead.email,
          lead.messages.map(({ stepId, status, at }) => [stepId, status, at]),
        ],
      ),
    );
    const time = (daysAgo: number, hours: number) =>
      new Date(NOON - daysAgo * DAY_MS + hours * HOUR_MS).toISOString();
    expect(messages).toEqual({
      'ada@example.com': [
        ['first', 'sent', time(80, 1)],
        ['second', 'sent', time(80, 24)],
      ],
      'bob@example.com': [
        ['first', 'sent', time(50, 1)],
        ['second', 'skipped', time(49.5, 0)],
      ],
      'cleo@example.com': [
        ['first', 'sent', time(30, 1)],
        ['second', 'sent', time(30, 24)],
      ],
      'dan@example.com': [
        ['first', 'skipped', time(10, 1)],
        ['second', 'sent', time(10, 24)],
      ],
    });
    expect(body.perPerson).toMatchObject({ leads: 4, p50: 1, p90: 2, max: 2 });
  });

  test('days are those of the site’s time zone, and all of them are there', async () => {
    const { body } = await preview(shop, { sequence: cart, templates, days: 11 });
    expect(body.byDay).toHaveLength(12);
    // At noon in London it is nine in the evening in Tokyo: a day and an hour later is the next day there, too.
    expect(body.byDay.filter((day: Day) => day.messages > 0)).toEqual([
      { date: '2026-11-12', messages: 1, toPeople: 1 },
    ]);
  });

  test('what there is room for goes to the sequence of higher priority, whichever comes first in the draft', async () => {
    const [step] = cart.steps;
    const document = {
      name: 'Shop',
      email: { from: 'Shop <hello@shop.example>' },
      contactBudget: { messages: { perWeek: 1 } },
      sequences: [
        { ...cart, id: 'low', steps: [step] },
        { ...cart, id: 'high', priority: 1, steps: [step] },
      ],
    };
    const { body } = await preview(shop, { document, templates });
    expect(body.stopped).toEqual([
      { reason: 'contact_budget', messages: 3 },
      { reason: 'no_address', messages: 2 },
    ]);
    expect(body.sequences).toMatchObject([
      {
        id: 'low',
        steps: [{ id: 'first', sent: 0, stopped: [{ reason: 'contact_budget', messages: 3 }, {}] }],
      },
      { id: 'high', steps: [{ id: 'first', sent: 3, stopped: [{ reason: 'no_address', messages: 1 }] }] },
    ]);
  });

  test('a draft of one takes the place of its like, and stands beside the others', async () => {
    const document = { name: 'Shop', sequences: [{ ...cart, steps: [{ tag: { add: 'seen' } }] }] };
    const added = { ...cart, id: 'other', steps: [{ task: { title: 'Call', due: '1h' } }] };
    await shop.publish(document);
    const { body } = await preview(shop, { sequence: added });
    expect(body.sequences).toMatchObject([{ id: 'cart' }, { id: 'other', started: 4, steps: [{ sent: 4 }] }]);
    const again = await preview(shop, { sequence: { ...added, id: 'cart' } });
    expect(again.body.sequences).toMatchObject([{ id: 'cart', started: 4, steps: [{ sent: 4 }] }]);
    await shop.publish({ name: 'Shop', email: { from: 'Shop <hello@shop.example>' } });
  });

  test('sequences that start each other come to an end', async () => {
    const echo = (id: string, touchpoint: string, tag: object) => ({
      id,
      start: { touchpoint },
      reentry: '0s',
      steps: [{ tag }],
    });
    const sequences = [
      echo('first', 'add_to_cart', { add: 'seen' }),
      echo('on', 'tag_added', { remove: 'seen' }),
      echo('off', 'tag_removed', { add: 'seen' }),
    ];
    const { status, body } = await preview(shop, { sequences });
    expect({ status, cutShort: body.cutShort, leads: body.leads }).toEqual({
      status: 200,
      cutShort: 0,
      leads: 4,
    });
  });

  test('without a draft it is what was published last: here, no sequence at all', async () => {
    expect((await preview(shop)).body).toMatchObject({ sequences: [], sent: 0, sample: [] });
  });

  test.each([
    ['a step that names no template', { sequence: cart }, 422, 'sequence.steps[0].send.template'],
    [
      'a step that is none',
      { sequences: [{ ...cart, steps: [{ sned: {} }] }], templates },
      422,
      'sequences[0].steps[0]',
    ],
    ['a document that is no site', { document: { name: 'Shop', stges: [] } }, 422, ''],
    ['two drafts at once', { sequence: cart, sequences: [cart] }, 400, 'document'],
    ['days that are too many', { days: 366 }, 400, 'days'],
    ['what is no sequence', { sequence: 7 }, 400, 'sequence'],
    ['an unknown key', { sequnce: cart }, 400, 'body'],
  ])('%s is refused, with its path', async (_, body, status, field) => {
    const answer = await preview(shop, body);
    expect(answer.status).toBe(status);
    expect(answer.body.field.slice(0, field.length)).toBe(field);
  });
});
