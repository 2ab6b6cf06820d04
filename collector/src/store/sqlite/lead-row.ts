/**
 * All that is written of a lead as its state changes: who it is, what a version of the rules makes of it, what lists find
 * it by, and its timers. In one place, so that an ingest, a replay and a timer leave the same behind.
 */
import type { Database, Statement } from 'better-sqlite3';
import { facetFrom, facetsOf, facetText } from '../../leads/facets.ts';
import { heatOf } from '../../leads/heat.ts';
import { silenceOf } from '../../leads/silence.ts';
import { nextChangeAt } from '../../leads/standing.ts';
import { type LeadState, stateFrom } from '../../leads/state.ts';
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
  /** Who it is, and what the site's version makes of it. */
  write(site: CompiledSite, lead: WrittenLead, now: number): void;
  /** Only what the site's version makes of it: who it is does not depend on rules. */
  writeFolded(site: CompiledSite, leadId: number, state: LeadState, now: number): void;
  /** What the site's version has made of it; `null` where nothing is folded yet. */
  folded(site: CompiledSite, leadId: number): LeadState | null;
  /** Takes away what was made of it under all versions, or all but `kept`. @returns how many rows that were */
  remove(leadId: number, kept?: readonly number[]): number;
}

export const NO_FACETS = '[]';

interface FoldedRow {
  siteId: number;
  version: number;
  facets: string;
}

export function leadRows(db: Database, gaps: Gaps): LeadRows {
  const updateIdentity = db.prepare(
    `UPDATE leads SET user_id = $userId, email = $email, identified_at = $identifiedAt, joined_on_claim = $joinedOnClaim
     WHERE id = $id AND (user_id, email, identified_at, joined_on_claim)
       IS NOT ($userId, $email, $identifiedAt, $joinedOnClaim)`,
  );
  const putState = db.prepare(
    `INSERT INTO all_lead_states
       (lead_id, version, site_id, heat, first_seen_at, last_seen_at, changes_at, silent_at, facets, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET heat = excluded.heat, first_seen_at = excluded.first_seen_at,
       last_seen_at = excluded.last_seen_at, changes_at = excluded.changes_at, silent_at = excluded.silent_at,
       facets = excluded.facets, state = excluded.state`,
  );
  const selectState = db
    .prepare<[number, number], string>('SELECT state FROM all_lead_states WHERE lead_id = ? AND version = ?')
    .pluck();
  const selectFacets = db
    .prepare<[number, number], string>('SELECT facets FROM all_lead_states WHERE lead_id = ? AND version = ?')
    .pluck();
  const selectFolded = db.prepare<[number], FoldedRow>(
    'SELECT site_id AS siteId, version, facets FROM all_lead_states WHERE lead_id = ?',
  );
  const deleteState = db.prepare('DELETE FROM all_lead_states WHERE lead_id = ? AND version = ?');
  const insertFacet = db.prepare(
    `INSERT INTO all_lead_facets (site_id, version, kind, value, lead_id) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const deleteFacet = db.prepare(
    'DELETE FROM all_lead_facets WHERE site_id = ? AND version = ? AND kind = ? AND value = ? AND lead_id = ?',
  );

  /** @returns how many rows were written */
  function moveFacets(leadId: number, { siteId, version, facets }: FoldedRow, after: string): number {
    if (facets === after) return 0;
    const [old, next] = [new Set<string>(JSON.parse(facets)), new Set<string>(JSON.parse(after))];
    const run = (statement: Statement, text: string): number => {
      const { kind, value } = facetFrom(text);
      return statement.run(siteId, version, kind, value, leadId).changes;
    };
    let rows = 0;
    for (const text of old) if (!next.has(text)) rows += run(deleteFacet, text);
    for (const text of next) if (!old.has(text)) rows += run(insertFacet, text);
    return rows;
  }

  /** @param before the facets that the row has. @returns those that it has now */
  function put(site: CompiledSite, leadId: number, state: LeadState, before: string, now: number): string {
    const { id: siteId, foldedVersion: version } = site;
    const facets = JSON.stringify(facetsOf(state, site, now).map(facetText));
    moveFacets(leadId, { siteId, version, facets: before }, facets);
    const silentAt = silenceOf(state, site, (segment) => gaps.counts(siteId, segment), now)?.at ?? null;
    putState.run(
      leadId,
      version,
      siteId,
      heatOf(state.score, state.scoredAt, site.halfLifeMs),
      state.firstSeenAt,
      state.lastSeenAt,
      nextChangeAt(state, site, now),
      // What is long past has lost its moment, as in a history that is imported.
      silentAt !== null && silentAt > now ? silentAt : null,
      facets,
      JSON.stringify(state),
    );
    return facets;
  }

  return {
    write(site, lead, now) {
      const { id, userId, email, identifiedAt, joinedOnClaim, state, facets } = lead;
      lead.facets = put(site, id, state, facets, now);
      updateIdentity.run({ id, userId, email, identifiedAt, joinedOnClaim: joinedOnClaim ? 1 : 0 });
    },
    writeFolded(site, leadId, state, now) {
      put(site, leadId, state, selectFacets.get(leadId, site.foldedVersion) ?? NO_FACETS, now);
    },
    folded(site, leadId) {
      const state = selectState.get(leadId, site.foldedVersion);
      return state === undefined ? null : stateFrom(state);
    },
    remove(leadId, kept = []) {
      let rows = 0;
      for (const folded of selectFolded.all(leadId)) {
        if (kept.includes(folded.version)) continue;
        rows += moveFacets(leadId, folded, NO_FACETS) + 1;
        deleteState.run(leadId, folded.version);
      }
      return rows;
    },
  };
}
