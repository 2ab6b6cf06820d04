import { expect, test } from 'vitest';
import { nextSession } from '../../sdk/src/session.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const newId = () => 'new';
const session = { id: 'old', startedAt: 0, lastTouchpointAt: 0 };

test.each([
  ['29 min 59.999 s after the last touchpoint', session, 30 * MINUTE_MS - 1, 'old'],
  ['30 min after it', session, 30 * MINUTE_MS, 'new'],
  ['busy for just under 24 h', { ...session, lastTouchpointAt: 24 * HOUR_MS - 2 }, 24 * HOUR_MS - 1, 'old'],
  ['busy for 24 h', { ...session, lastTouchpointAt: 24 * HOUR_MS - 1 }, 24 * HOUR_MS, 'new'],
])('%s', (_, before, now, id) => {
  expect(nextSession(before, newId, now)).toMatchObject({ id, lastTouchpointAt: now });
});

test('the first touchpoint starts a session', () => {
  expect(nextSession(undefined, newId, 5)).toEqual({ id: 'new', startedAt: 5, lastTouchpointAt: 5 });
});

test.each([
  ['years ahead', -1],
  ['years behind', 1],
])('Q41 a clock that was set %s starts a new session, once', (_, direction) => {
  const now = direction * 2 * 365 * 24 * HOUR_MS;
  const next = nextSession(session, newId, now);
  expect(next.id).toBe('new');
  expect(nextSession({ ...next, id: 'kept' }, newId, now + MINUTE_MS).id).toBe('kept');
});
