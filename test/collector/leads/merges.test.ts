import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEmailChannel, type EmailChannel } from '../../../collector/src/follow-ups/channels/email.ts';
import { hashOf } from '../../../collector/src/keys.ts';
import { SECRET_KEY, startCollector, type TestCollector } from '../../support/collector.ts';
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts';
import { identify, message, pricing } from './people.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SITE = {
  name: 'Merges',
  scoring: { rules: [{ id: 'pricing', when: { touchpoint: 'page_view' }, points: 10 }] },
  email: { from: 'Shop <hello@shop.example>' },
  templates: {
    reminder: { subject: 'Your cart', text: 'Still there' },
    again: { subject: 'Your cart again', text: 'Still there' },
  },
  sequences: [
    {
      id: 'warm',
      start: { temperature: 'warm' },
      steps: [{ after: '1h', task: { title: 'Call', due: '1h' } }],
    },
    {
      id: 'cart',
      start: { touchpoint: 'add_to_cart' },
      goal: { touchpoint: 'purchase' },
      holdout: 0,
      steps: [
        { after: '10m', send: { channel: 'email', template: 'reminder' } },
        { after: '1h', send: { channel: 'email', template: 'again' } },
      ],
    },
  ],
};

let collector: TestCollector;
let sink: SmtpSink;
let email: EmailChannel;
beforeEach(async () => {
  sink = await startSmtpSink();
  email = createEmailChannel(sink.url);
  collector = await startCollector({ site: SITE, channels: { email } });
});
afterEach(async () => {
  email.close();
  await collector.close();
  await sink.close();
});

const track = (visitor: string, event: string) => message(visitor, { type: 'track', event });
const agreed = (visitor: string, userId: string, email: string) => ({
  ...identify(visitor, userId, { email }),
  context: { consent: { categoryPreferences: { marketing: true } } },
});
const later = async (ms: number) => {
  collector.clock.now += ms;
  await collector.dispatcher.tick();
};
const idOf = async (userId: string): Promise<string> =>
  (await collector.owner(`/v1/leads?userId=${userId}`)).data[0].id;

async function merge(into: string, body: object) {
  const response = await collector.request(`/v1/leads/${into}/merge`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
const mergesOf = async (id: string) => (await collector.owner(`/v1/leads/${id}/merges`)).data;

describe('the owner merges two leads', () => {
  test('history, score, names and visitors are one; asking again answers the same; the old id finds it', async () => {
    await collector.ingest(pricing('a'), identify('a', 'ada', { email: 'ada@example.com', name: 'Ada' }));
    await collector.ingest(
      pricing('b'),
      identify('b', 'lovelace', { email: 'a.l@example.org', plan: 'pro' }),
    );
    const [ada, lovelace] = [await idOf('ada'), await idOf('lovelace')];
    const merged = await merge(ada, { from: lovelace, by: 'Grace' });
    expect(merged).toMatchObject({
      status: 200,
      body: {
        id: ada,
        userId: 'ada',
        name: 'Ada',
        traits: { plan: 'pro' },
        score: 20,
        touchpointCount: 4,
        sessionCount: 2,
      },
    });
    expect(await merge(ada, { from: lovelace })).toEqual(merged);
    expect(await idOf('lovelace')).toBe(ada);
    expect((await collector.owner(`/v1/leads/${lovelace}`)).id).toBe(ada);
    expect(await mergesOf(ada)).toMatchObject([
      {
        from: { id: lovelace, userId: 'lovelace', email: 'a.l@example.org' },
        into: ada,
        reason: 'by_owner',
        messageId: null,
        by: 'Grace',
      },
    ]);
    await collector.ingest(pricing('b'));
    expect((await collector.owner('/v1/leads')).data).toMatchObject([{ touchpointCount: 5 }]);
    const { score, entries } = await collector.owner(`/v1/leads/${ada}/score`);
    expect(entries.reduce((sum: number, each: { current: number }) => sum + each.current, 0)).toBeCloseTo(
      score,
      9,
    );
  });

  test('what cannot be is refused, with its reason', async () => {
    await collector.ingest(...['a', 'b', 'c'].map((id) => identify(id, id)));
    const [a = '', b = '', c = ''] = await Promise.all(['a', 'b', 'c'].map(idOf));
    const other = await collector.store.sites.create(SITE, collector.clock.now);
    await collector.store.sites.addKey(other, 'write', hashOf('pk_other_0123456789'), collector.clock.now);
    await collector.store.sites.addKey(other, 'secret', hashOf('sk_other_0123456789'), collector.clock.now);
    const headers = { authorization: 'Bearer sk_other_0123456789' };
    const body = JSON.stringify({ writeKey: 'pk_other_0123456789', batch: [identify('x', 'x')] });
    await collector.request('/v1/batch', { method: 'POST', body });
    const foreign = (await (await collector.request('/v1/leads', { headers })).json()).data[0].id;

    expect(await merge(a, { from: a })).toMatchObject({ status: 409, body: { code: 'same_lead' } });
    expect(await merge(a, { from: foreign })).toMatchObject({ status: 404, body: { field: 'from' } });
    expect(await merge(foreign, { from: a })).toMatchObject({ status: 404, body: { field: 'id' } });
    expect(await merge(a, {})).toMatchObject({ status: 400, body: { field: 'from' } });
    expect(await merge(a, { from: b, force: true })).toMatchObject({ status: 400 });
    expect((await merge(a, { from: b })).status).toBe(200);
    expect(await merge(c, { from: b })).toMatchObject({ status: 409, body: { code: 'already_merged' } });
    expect(await merge(b, { from: a })).toMatchObject({ status: 409, body: { code: 'same_lead' } });
    expect((await merge(b, { from: c })).body.id).toBe(a);
    expect((await mergesOf(a)).map((each: { from: { id: string } }) => each.from.id)).toEqual([c, b]);
    expect((await collector.owner('/v1/leads')).data).toHaveLength(1);
  });

  test('two halves of a warm lead are warm: its sequence starts', async () => {
    await collector.ingest(pricing('a'), identify('a', 'a'), pricing('b'), identify('b', 'b'));
    await merge(await idOf('a'), { from: await idOf('b') });
    expect((await collector.owner('/v1/deliveries')).data).toMatchObject([
      { sequenceId: 'warm', status: 'due' },
    ]);
    await merge(await idOf('a'), { from: await idOf('b') });
    expect((await collector.owner('/v1/deliveries')).data).toHaveLength(1);
  });
});

test.each([
  ['{', 'application/json', 400, 'invalid_json'],
  ['', 'application/json', 400, 'invalid_json'],
  ['{"from":"x"}', 'text/plain', 415, 'invalid_content_type'],
  ['[]', 'application/json', 400, 'invalid_parameter'],
])(
  'a body that is not as it should be is a problem and no failure of ours: %s as %s',
  async (body, type, status, code) => {
    const response = await collector.request('/v1/leads/x/merge', {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': type },
      body,
    });
    expect([response.status, (await response.json()).code]).toEqual([status, code]);
  },
);

describe('why leads were merged', () => {
  test('each merge tells its reason and the message that told; merges of merged ones too', async () => {
    await collector.ingestAsServer(identify(null, undefined, { email: 'ada@example.com' }));
    const known = identify(null, 'u1', { phone: '+442079460958' });
    const sameEmail = identify('laptop', 'u1', { email: 'ada@example.com' });
    const signIn = identify('phone', 'u1');
    const renamed = message(null, { type: 'alias', previousId: 'u2', userId: 'u1' });
    await collector.ingestAsServer(known, sameEmail);
    await collector.ingest(pricing('phone'), signIn);
    await collector.ingestAsServer(identify(null, 'u2'), renamed);
    const [lead, ...others] = (await collector.owner('/v1/leads')).data;
    expect(others).toEqual([]);
    expect(await mergesOf(lead.id)).toMatchObject([
      { reason: 'alias', messageId: renamed.messageId, from: { userId: 'u2' }, by: null },
      { reason: 'identified', messageId: signIn.messageId, from: { userId: null } },
      { reason: 'same_email', messageId: sameEmail.messageId, from: { email: 'ada@example.com' } },
    ]);
    // The lead itself tells so, with all that it answers to.
    expect(await collector.owner(`/v1/leads/${lead.id}`)).toMatchObject({
      identifiers: [
        { kind: 'user', value: 'u1', trust: 'server' },
        { kind: 'user', value: 'u2', trust: 'server' },
        { kind: 'phone', value: '+442079460958', trust: 'server' },
        { kind: 'email', value: 'ada@example.com', trust: 'server' },
      ],
      mergedFrom: await mergesOf(lead.id),
    });
  });
});

describe('what two leads had under way comes together', () => {
  const bothHaveCarts = async () => {
    await collector.ingest(agreed('a', 'a', 'a@example.com'), track('a', 'add_to_cart'));
    await later(5 * MINUTE_MS);
    await collector.ingest(agreed('b', 'b', 'b@example.com'), track('b', 'add_to_cart'));
  };
  const mails = () => sink.mails.map(({ subject }) => subject);

  test('of the same sequence in both, the one that is further goes on, and no mail goes twice', async () => {
    await bothHaveCarts();
    await later(6 * MINUTE_MS);
    expect(mails()).toEqual(['Your cart']);
    // The second one has been sent nothing yet, and is to stay.
    await merge(await idOf('b'), { from: await idOf('a') });
    await later(2 * HOUR_MS);
    expect(mails()).toEqual(['Your cart', 'Your cart again']);
    expect((await collector.owner('/v1/deliveries')).data).toMatchObject([
      { status: 'sent', step: 1 },
      { status: 'skipped', step: 0, reason: 'merged' },
      { status: 'sent', step: 0 },
    ]);
  });

  test('a run that is over in one is not begun again by the other, which had just begun it', async () => {
    await collector.ingest(agreed('a', 'a', 'a@example.com'), track('a', 'add_to_cart'));
    await later(11 * MINUTE_MS);
    await later(HOUR_MS);
    await collector.ingest(agreed('b', 'b', 'b@example.com'), track('b', 'add_to_cart'));
    await merge(await idOf('b'), { from: await idOf('a') });
    await later(2 * HOUR_MS);
    expect(mails()).toEqual(['Your cart', 'Your cart again']);
  });

  test('a cart that was bought in the other browser is not reminded of', async () => {
    await collector.ingest(agreed('a', 'a', 'a@example.com'), track('a', 'add_to_cart'));
    await later(MINUTE_MS);
    await collector.ingest(track('b', 'purchase'));
    await later(MINUTE_MS);
    await collector.ingest(identify('b', 'a'));
    await later(2 * HOUR_MS);
    expect(mails()).toEqual([]);
    expect((await collector.owner('/v1/deliveries')).data).toMatchObject([
      { status: 'skipped', reason: 'goal_met' },
    ]);
  });

  test('a purchase from before the cart ends nothing', async () => {
    await collector.ingest(track('b', 'purchase'));
    await later(MINUTE_MS);
    await collector.ingest(agreed('a', 'a', 'a@example.com'), track('a', 'add_to_cart'), identify('b', 'a'));
    await later(11 * MINUTE_MS);
    expect(mails()).toEqual(['Your cart']);
  });

  test('whoever has unsubscribed one address is not written to at the other', async () => {
    await bothHaveCarts();
    const no = {
      address: 'b@example.com',
      topic: '',
      reason: 'unsubscribed',
      detail: null,
      at: collector.clock.now,
    } as const;
    await collector.store.suppressions.add(1, no);
    await merge(await idOf('a'), { from: await idOf('b') });
    await later(11 * MINUTE_MS);
    expect(mails()).toEqual([]);
    expect((await collector.owner('/v1/deliveries?status=skipped')).data).toContainEqual(
      expect.objectContaining({ reason: 'suppressed' }),
    );
  });

  test.each([
    ['a refusal', false, 'denied'],
    ['an agreement', true, 'granted'],
  ])('of two words on consent the later one counts: %s', async (_, last, state) => {
    const says = (visitor: string, marketing: boolean) => ({
      ...pricing(visitor),
      context: { consent: { categoryPreferences: { marketing } } },
    });
    await collector.ingest(identify('a', 'a'), says('a', !last));
    collector.clock.now += MINUTE_MS;
    await collector.ingest(identify('b', 'b'), says('b', last));
    expect((await merge(await idOf('a'), { from: await idOf('b') })).body.consent.marketing).toBe(state);
    const other = await startCollector({ site: SITE });
    await other.ingest(identify('a', 'a'), says('a', !last), says('a', last));
    expect((await other.owner('/v1/leads')).data[0].consent.marketing).toBe(state);
    await other.close();
  });

  test('tasks and answers are those of the lead that stays', async () => {
    await collector.ingest(pricing('b'), pricing('b'), identify('b', 'b'), identify('a', 'a'));
    await collector.ingest(
      message('b', {
        type: 'track',
        event: 'prompt_answered',
        properties: { promptId: 'nps', questionId: 'q', value: 9 },
      }),
    );
    await later(HOUR_MS);
    const a = await idOf('a');
    await merge(a, { from: await idOf('b') });
    expect((await collector.owner('/v1/tasks')).data).toMatchObject([{ leadId: a, title: 'Call' }]);
    expect((await collector.owner('/v1/answers')).data).toMatchObject([{ leadId: a, value: 9 }]);
    expect((await collector.owner(`/v1/deliveries?leadId=${a}`)).data).toHaveLength(1);
  });
});
