/** Writes down what the site's own systems are to be told, in the transaction of what brought it about. */
import type { Database } from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import type { OutgoingEvent } from '../../follow-ups/events.ts';
import type { CompiledSite } from '../../site/compile.ts';
import { deliveryInserter } from './runs.ts';

/** @param leadId the lead it is about, if any @param now when to tell */
export type EventWriter = (
  site: CompiledSite,
  leadId: number | null,
  events: readonly OutgoingEvent[],
  now: number,
) => void;

/** An event that no endpoint listens to leaves nothing behind. */
export function eventWriter(db: Database): EventWriter {
  const insertDelivery = deliveryInserter(db);
  const insert = db.prepare(
    'INSERT INTO events (site_id, public_id, type, lead_id, at, data) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return (site, leadId, events, now) => {
    for (const { type, at, data } of events) {
      const listeners = site.listenersTo(type);
      if (listeners.length === 0) continue;
      const { lastInsertRowid } = insert.run(
        site.id,
        `evt_${uuidv7()}`,
        type,
        leadId,
        Math.round(at),
        JSON.stringify(data),
      );
      const origin = { eventId: Number(lastInsertRowid) };
      for (const route of listeners) insertDelivery(site.id, leadId, origin, route, now);
    }
  };
}
