/**
 * All that is written of a lead as its state changes: its own row, what lists find it by, and its timers. In one place,
 * so that an ingest, a replay and a timer leave the same behind.
 */
import type { Database, Statement } from 'better-sqlite3';
import { facetFrom, facetsOf, facetText } from '../../leads/facets.ts';
import { heatOf } from '../../leads/heat.ts';
import { silenceOf } from '../../leads/silence.ts';
import { nextChangeAt } from '../../leads/standing.ts';
import type { LeadState } from '../../leads/state.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { Gaps } from './gaps.ts';

export interface WrittenLead {
  id: number;
  userId: string | null;
  email: string | null;
  identifiedAt: number | null;
  joinedOnClaim: boolean;
  state: LeadState;
  /** As the row has them; brought up to date. */
  facets: string;
}

export interface LeadRows {
  write(site: CompiledSite, lead: WrittenLead, now: number): void;
  /** What a replay has told anew. It triggers nothing: the lead's timers are set once the next tick has looked at it. */
  writeFolded(site: CompiledSite, leadId: number, state: LeadState): void;
  /** The lead has become another one: no list finds it and no timer wakes it. */
  retire(leadId: number): void;
}

/** In `changes_at`: due at once, and only to be written anew. */
export const RENEW = 0;

export function leadRows(db: Database, gaps: Gaps): LeadRows {
  const update = db.prepare(
    `UPDATE leads SET user_id = ?, email = ?, identified_at = ?, joined_on_claim = ?, heat = ?, stage = ?, first_seen_at = ?,
       last_seen_at = ?, state = ?, facets = ?, changes_at = ?, silent_at = ? WHERE id = ?`,
  );
  const updateFolded = db.prepare(
    `UPDATE leads SET heat = ?, stage = ?, first_seen_at = ?, last_seen_at = ?, state = ?, changes_at = ${RENEW},
       silent_at = NULL WHERE id = ?`,
  );
  const selectFacets = db.prepare<[number], { siteId: number; facets: string }>(
    'SELECT site_id AS siteId, facets FROM leads WHERE id = ?',
  );
  const insertFacet = db.prepare(
    'INSERT INTO lead_facets (site_id, kind, value, lead_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const deleteFacet = db.prepare(
    'DELETE FROM lead_facets WHERE site_id = ? AND kind = ? AND value = ? AND lead_id = ?',
  );
  const retire = db.prepare(
    `UPDATE leads SET facets = '[]', changes_at = NULL, silent_at = NULL WHERE id = ?`,
  );

  function moveFacets(siteId: number, leadId: number, before: string, after: string): void {
    if (before === after) return;
    const [old, next] = [new Set<string>(JSON.parse(before)), new Set<string>(JSON.parse(after))];
    const run = (statement: Statement, text: string) => {
      const { kind, value } = facetFrom(text);
      statement.run(siteId, kind, value, leadId);
    };
    for (const text of old) if (!next.has(text)) run(deleteFacet, text);
    for (const text of next) if (!old.has(text)) run(insertFacet, text);
  }

  return {
    write(site, lead, now) {
      const { state } = lead;
      const facets = JSON.stringify(facetsOf(state, site, now).map(facetText));
      moveFacets(site.id, lead.id, lead.facets, facets);
      lead.facets = facets;
      const silentAt = silenceOf(state, site, (segment) => gaps.counts(site.id, segment), now)?.at ?? null;
      update.run(
        lead.userId,
        lead.email,
        lead.identifiedAt,
        lead.joinedOnClaim ? 1 : 0,
        heatOf(state.score, state.scoredAt, site.halfLifeMs),
        state.stage,
        state.firstSeenAt,
        state.lastSeenAt,
        JSON.stringify(state),
        facets,
        nextChangeAt(state, site, now),
        // What is long past has lost its moment, as in a history that is imported.
        silentAt !== null && silentAt > now ? silentAt : null,
        lead.id,
      );
    },
    writeFolded({ halfLifeMs }, leadId, state) {
      updateFolded.run(
        heatOf(state.score, state.scoredAt, halfLifeMs),
        state.stage,
        state.firstSeenAt,
        state.lastSeenAt,
        JSON.stringify(state),
        leadId,
      );
    },
    retire(leadId) {
      const row = selectFacets.get(leadId);
      if (row) moveFacets(row.siteId, leadId, row.facets, '[]');
      retire.run(leadId);
    },
  };
}
