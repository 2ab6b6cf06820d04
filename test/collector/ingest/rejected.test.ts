import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';
import { readDatabase, storedMessageIds } from '../../support/database.ts';

let collector: TestCollector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(() => collector.close());

const good = (messageId: string) => ({ type: 'track', event: 'ping', anonymousId: 'visitor', messageId });
const replay = (id: string) =>
  collector.request(`/v1/rejected/${id}/replay`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}` },
  });

test('Q07 a bad message costs its neighbours nothing, is told of, and is kept as it came', async () => {
  const bad = {
    type: 'track',
    event: 7,
    anonymousId: 'visitor',
    messageId: 'bad',
    properties: { plan: 'pro' },
  };
  expect(await collector.ingest(good('before'), bad, good('after'))).toEqual({
    success: true,
    accepted: 2,
    duplicates: 0,
    rejected: [
      {
        index: 1,
        messageId: 'bad',
        code: 'invalid_message',
        message: expect.stringMatching(/^event: .*string/),
      },
    ],
  });
  expect(storedMessageIds(collector.databasePath)).toEqual(['before', 'after']);

  const { data, next } = await collector.owner('/v1/rejected');
  expect(data).toMatchObject([{ messageId: 'bad', code: 'invalid_message', replayedAt: null }]);
  expect(JSON.parse(data[0].body)).toEqual(bad);
  expect(next).toBeNull();
});

test.each([
  ['no object', 17, 'invalid_message', 'message'],
  ['null', null, 'invalid_message', 'message'],
  ['an unknown type', { ...good('x'), type: 'trak' }, 'invalid_message', 'type'],
  ['no type', { ...good('x'), type: undefined }, 'invalid_message', 'type'],
  ['an empty name', { ...good('x'), event: ' ' }, 'invalid_message', 'event'],
  ['nobody who did it', { ...good('x'), anonymousId: null }, 'missing_identity', 'anonymousId'],
  ['a time that is none', { ...good('x'), timestamp: 'yesterday' }, 'invalid_message', 'timestamp'],
  ['properties that are a list', { ...good('x'), properties: [1] }, 'invalid_message', 'properties'],
  ['traits that are a text', { ...good('x'), type: 'identify', traits: 'Ada' }, 'invalid_message', 'traits'],
  ['a group without an id', { ...good('x'), type: 'group' }, 'invalid_message', 'groupId'],
  ['an alias of nobody', { ...good('x'), type: 'alias', userId: 'u1' }, 'invalid_message', 'previousId'],
  [
    'a consent that is no yes or no',
    { ...good('x'), context: { consent: { categoryPreferences: { analytics: 'yes' } } } },
    'invalid_message',
    'context.consent.categoryPreferences.analytics',
  ],
])('Q07 %s: the answer has the code and names the field', async (_, message, code, field) => {
  const { accepted, rejected } = await collector.ingest(good('neighbour'), message as object);
  expect(accepted).toBe(1);
  expect(rejected).toMatchObject([{ index: 1, code }]);
  expect((rejected[0] as { message: string }).message.split(':')[0]).toBe(field);
  expect((await collector.owner('/v1/rejected')).data).toMatchObject([
    { code, body: JSON.stringify(message) },
  ]);
});

test('Q07 replaying what is still bad answers 400, names the field, and keeps it', async () => {
  await collector.ingest({ ...good('bad'), event: '' });
  const [{ id }] = (await collector.owner('/v1/rejected')).data;
  const answer = await replay(id);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'invalid_message', field: 'event' });
  expect((await collector.owner('/v1/rejected')).data).toMatchObject([{ id, replayedAt: null }]);
  expect(storedMessageIds(collector.databasePath)).toEqual([]);
});

test('Q07 a rejected message is stored by a replay once it can be, at the time it had, and only once', async () => {
  const sent = { ...good('bad'), event: '', timestamp: new Date(collector.clock.now - 60_000).toISOString() };
  await collector.ingest(sent);
  // As though a later version had learned to read it: its body is made readable behind the collector's back.
  const db = new Database(collector.databasePath);
  db.prepare('UPDATE rejected_messages SET body = ?').run(JSON.stringify({ ...sent, event: 'ping' }));
  db.close();
  const happenedAt = sent.timestamp;
  collector.clock.now += 3_600_000;

  const [{ id }] = (await collector.owner('/v1/rejected')).data;
  const answer = await replay(id);
  expect([answer.status, await answer.json()]).toEqual([200, { accepted: 1, duplicates: 0 }]);
  const [lead] = (await collector.owner('/v1/leads')).data;
  expect((await collector.owner(`/v1/leads/${lead.id}/touchpoints`)).data).toMatchObject([
    { messageId: 'bad', name: 'ping', timestamp: happenedAt, trust: 'browser' },
  ]);

  const again = await replay(id);
  expect([again.status, (await again.json()).code]).toEqual([409, 'already_replayed']);
  expect(storedMessageIds(collector.databasePath)).toEqual(['bad']);
  const [kept] = (await collector.owner('/v1/rejected')).data;
  expect(kept.replayedAt).toBe(new Date(collector.clock.now).toISOString());
});

test.each(['rej_999', 'rej_x', '17', 'rej_99999999999999999999'])(
  'there is no rejected message %s',
  async (id) => {
    const { status } = await replay(id);
    expect([400, 404]).toContain(status);
  },
);

test('Q07 Q55 a refused single message is kept without the key it was sent with', async () => {
  for (const key of [WRITE_KEY, SECRET_KEY]) {
    const body = JSON.stringify({ writeKey: key, anonymousId: 'visitor', messageId: 'bad' });
    const answer = await collector.request('/v1/track', { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_message', field: 'event' });
  }
  const bodies = (await collector.owner('/v1/rejected')).data.map(({ body }: { body: string }) =>
    JSON.parse(body),
  );
  const kept = { type: 'track', anonymousId: 'visitor', messageId: 'bad' };
  expect(bodies).toEqual([kept, kept]);
});

test('Q07 the oldest rejected messages make room, so that a public key cannot fill the disk', async () => {
  const batch = Array.from({ length: 2_500 }, (_, index) => ({ type: 'none', n: index }));
  for (let round = 0; round < 5; round++) await collector.ingest(...batch);
  const kept = readDatabase(collector.databasePath, (db) =>
    db.prepare('SELECT count(*) AS count, min(id) AS oldest FROM rejected_messages').get(),
  );
  expect(kept).toEqual({ count: 10_000, oldest: 2_501 });
});
