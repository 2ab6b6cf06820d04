import type { NewId } from './ids.ts';
import { SESSION_GAP_MS, SESSION_MAX_MS } from './protocol.ts';
import type { KeyValueStorage } from './storage.ts';

const KEY = 'session';

export interface Session {
  id: string;
  /** Milliseconds UTC, as are all times here. */
  startedAt: number;
  lastTouchpointAt: number;
}

/** The session a touchpoint at `now` belongs to: the same one until the gap or the maximum has been reached. */
export function nextSession(session: Session | undefined, newId: NewId, now: number): Session {
  const goesOn =
    session !== undefined &&
    // A clock that was set back also starts a new one: this one would last until it is as late again.
    Math.abs(now - session.lastTouchpointAt) < SESSION_GAP_MS &&
    Math.abs(now - session.startedAt) < SESSION_MAX_MS;
  return goesOn
    ? { ...session, lastTouchpointAt: now }
    : { id: newId(now), startedAt: now, lastTouchpointAt: now };
}

/** Shared by all tabs, so it is read afresh for each touchpoint. Returns the session's id. */
export function touchSession(storage: KeyValueStorage, newId: NewId, now: number): string {
  const session = nextSession(storage.get<Session>(KEY), newId, now);
  storage.set(KEY, session);
  return session.id;
}

/** The id a touchpoint would get now; a session that has run out is not prolonged by asking. */
export function currentSessionId(storage: KeyValueStorage, newId: NewId, now: number): string {
  return nextSession(storage.get<Session>(KEY), newId, now).id;
}

export function endSession(storage: KeyValueStorage): void {
  storage.remove(KEY);
}
