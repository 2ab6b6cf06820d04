import { SESSION_GAP_MS, SESSION_MAX_MS } from '@handrail/sdk/protocol';
import type { Source } from '../leads/touchpoint.ts';

/** A visitor's latest session, as the visitor's row keeps it. */
export interface Session {
  id: string;
  startedAt: number;
  lastAt: number;
  source: Source | null;
}

/**
 * The session a touchpoint belongs to: the SDK's own where it names one, else cut by time.
 * A touchpoint from before the current session is late: it keeps its name and starts nothing.
 */
export function sessionOf(
  current: Session | null,
  touchpoint: { sessionId: string | null; messageId: string; at: number; source: Source | null },
): { session: Session; sessionId: string; isNew: boolean } {
  const { at, sessionId, messageId, source } = touchpoint;
  if (current && at < current.startedAt - SESSION_GAP_MS) {
    return { session: current, sessionId: sessionId ?? current.id, isNew: false };
  }
  const goesOn =
    current &&
    (sessionId === null
      ? at - current.lastAt <= SESSION_GAP_MS && at - current.startedAt <= SESSION_MAX_MS
      : sessionId === current.id);
  if (!goesOn) {
    const id = sessionId ?? messageId;
    return { session: { id, startedAt: at, lastAt: at, source }, sessionId: id, isNew: true };
  }
  return {
    // A session that began with no page, as by an identification, came by the way its first page tells.
    session: { ...current, source: current.source ?? source, lastAt: Math.max(current.lastAt, at) },
    sessionId: current.id,
    isNew: false,
  };
}
