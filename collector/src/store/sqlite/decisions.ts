/** Counts why prompts were shown or not, as browsers tell it: for each prompt and day, and for each browser. */
import type { Database } from 'better-sqlite3';
import type { Site } from '../../site/schema.ts';
import type { IncomingBatch } from '../store.ts';

const DAY_MS = 86_400_000;

/** @param visitorId the one browser that the batch came from, if it was one */
export type DecisionsWriter = (batch: IncomingBatch, visitorId: number | null, site: Site) => void;

export function decisionsWriter(db: Database): DecisionsWriter {
  const addDay = db.prepare(
    `INSERT INTO prompt_decisions (site_id, prompt_id, day, reason, count) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  );
  const addVisitor = db.prepare(
    `INSERT INTO visitor_prompt_decisions (visitor_id, prompt_id, reason, count, last_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)`,
  );
  return ({ siteId, decisions, receivedAt }, visitorId, { prompts }) => {
    if (!decisions) return;
    const day = receivedAt - (receivedAt % DAY_MS);
    // Only of prompts that the site has, so that a public key cannot fill the disk.
    for (const { id } of prompts) {
      if (!Object.hasOwn(decisions, id)) continue;
      for (const [reason, count] of Object.entries(decisions[id] ?? {})) {
        if (!count) continue;
        addDay.run(siteId, id, day, reason, count);
        if (visitorId !== null) addVisitor.run(visitorId, id, reason, count, receivedAt);
      }
    }
  };
}
