/** The leads and visitors that one transaction touches: each read once, and written once at its end. */
import type { Database } from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import type { Enrollment } from '../../follow-ups/plan.ts';
import type { Session } from '../../ingest/sessions.ts';
import { type LeadState, stateFrom } from '../../leads/state.ts';
import type { Trust } from '../../leads/touchpoint.ts';
import type { CompiledSite } from '../../site/compile.ts';
import { isSameVersion, StoreUnavailable } from '../store.ts';
import { type LeadRows, NO_FACETS } from './lead-row.ts';
import { liveVersions } from './sites.ts';

export interface LoadedLead {
  id: number;
  publicId: string;
  userId: string | null;
  email: string | null;
  identifiedAt: number | null;
  /** Somebody was joined with it on the claim of an address: leads/identity.ts. */
  joinedOnClaim: boolean;
  /** `null`: made in this transaction, and nothing folded yet. */
  state: LeadState | null;
  /** What lists find it by, as its row has it. */
  facets: string;
  /** When time will change it; brought up to date at the end of the group. */
  changesAt: number | null;
  /** The latest of each sequence. */
  enrollments: Enrollment[];
}

export interface LoadedVisitor {
  id: number;
  leadId: number;
  session: Session | null;
  /** It has said the lead's user id. */
  isNamed: boolean;
}

export interface LoadedHolder {
  lead: LoadedLead;
  trust: Trust;
}
export type NameKind = 'user' | 'email' | 'phone';

export interface Group {
  lead(id: number): LoadedLead;
  createLead(siteId: number): LoadedLead;
  /** Who answers to a user id, an e-mail or a phone number. */
  holder(siteId: number, kind: NameKind, value: string | null): LoadedHolder | null;
  /** A name that a browser has only claimed goes over to the lead that a server says has it. @returns whether it is news */
  addName(siteId: number, kind: NameKind, value: string, lead: LoadedLead, trust: Trust): boolean;
  visitor(siteId: number, anonymousId: string | null): LoadedVisitor | null;
  createVisitor(siteId: number, anonymousId: string | null, leadId: number): LoadedVisitor;
  /** Another person uses the browser from now on. */
  retire(siteId: number, anonymousId: string, at: number): void;
  /** What servers say about a lead has a visitor of its own. */
  serverVisitor(siteId: number, leadId: number): LoadedVisitor;
  /** To be called for each lead, and the visitor that did it, where it has changed; or where time has changed it. */
  changed(site: CompiledSite, lead: LoadedLead, visitor: LoadedVisitor | null, now: number): void;
  /** Forgets what was read: a merge has moved rows behind its back. Writes first. */
  reload(): void;
  write(): void;
}

interface IdentityRow {
  public_id: string;
  user_id: string | null;
  email: string | null;
  identified_at: number | null;
  joined_on_claim: number;
}
interface StateRow {
  state: string;
  facets: string;
  changes_at: number | null;
}
interface VisitorRow {
  id: number;
  lead_id: number;
  session: string | null;
  is_named: number;
}
export interface EnrollmentRow {
  id: number;
  sequence_id: string;
  version: number;
  status: Enrollment['status'];
  began_at: number;
  anchor_at: number;
  step: number;
  timer_at: number | null;
  held_out: number;
  ended_at: number | null;
  goal_at: number | null;
}

/** A start that was told late began before it was stored; a run that has waited is counted from a later time than it began. */
export const ENROLLMENT_COLUMNS = `sequence_id, enrollments.version, enrollments.status,
  min(anchor_at, started_at) AS began_at, anchor_at, enrollments.step, timer_at, held_out, ended_at, goal_at`;

export function enrollmentFrom(row: EnrollmentRow): Enrollment {
  return {
    id: row.id,
    sequenceId: row.sequence_id,
    version: row.version,
    status: row.status,
    beganAt: row.began_at,
    anchorAt: row.anchor_at,
    step: row.step,
    dueAt: row.timer_at,
    isHeldOut: row.held_out === 1,
    endedAt: row.ended_at,
    goalAt: row.goal_at,
  };
}

/** Prepares the statements once; each call of the result begins a group. */
export function groups(db: Database, leadRows: LeadRows): () => Group {
  const selectLead = db.prepare<[number], IdentityRow>(
    'SELECT public_id, user_id, email, identified_at, joined_on_claim FROM leads WHERE id = ?',
  );
  const selectState = db.prepare<[number], StateRow>(
    // `+`, since SQLite compiles a join anew for each value that its plan might depend on: that took most of the time.
    'SELECT state, facets, changes_at FROM lead_states WHERE lead_id = +?',
  );
  const selectHolder = db.prepare<[number, string, string], { lead_id: number; trust: Trust }>(
    'SELECT lead_id, trust FROM lead_identifiers WHERE site_id = ? AND kind = ? AND value = ?',
  );
  const selectVisitor = db.prepare<[number, string], VisitorRow>(
    'SELECT id, lead_id, session, is_named FROM visitors WHERE site_id = ? AND anonymous_id = ? AND retired_at IS NULL',
  );
  const selectServerVisitor = db.prepare<[number], VisitorRow>(
    'SELECT id, lead_id, session, is_named FROM visitors WHERE lead_id = ? AND anonymous_id IS NULL LIMIT 1',
  );
  const selectEnrollments = db.prepare<[number], EnrollmentRow>(
    // The one that counts comes first: of two runs that a merge has brought together, not the one that it ended.
    `SELECT id, ${ENROLLMENT_COLUMNS} FROM enrollments WHERE lead_id = ?
     ORDER BY status = 'active' DESC, reason IS 'merged', id DESC`,
  );
  const insertLead = db.prepare<[number, string]>('INSERT INTO leads (site_id, public_id) VALUES (?, ?)');
  const insertName = db.prepare<[number, string, string, number, Trust]>(
    `INSERT INTO lead_identifiers (site_id, kind, value, lead_id, trust) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET lead_id = excluded.lead_id, trust = excluded.trust
     WHERE trust = 'browser' AND excluded.trust = 'server'`,
  );
  const insertVisitor = db.prepare<[number, string | null, number]>(
    'INSERT INTO visitors (site_id, anonymous_id, lead_id) VALUES (?, ?, ?)',
  );
  const retireVisitor = db.prepare<[number, number, string]>(
    'UPDATE visitors SET retired_at = ? WHERE site_id = ? AND anonymous_id = ? AND retired_at IS NULL',
  );
  const updateVisitor = db.prepare<[string | null, number, number]>(
    'UPDATE visitors SET session = ?, is_named = ? WHERE id = ?',
  );

  const liveVersion = liveVersions(db);

  const loadVisitor = (row: VisitorRow): LoadedVisitor => ({
    id: row.id,
    leadId: row.lead_id,
    session: row.session === null ? null : (JSON.parse(row.session) as Session),
    isNamed: row.is_named === 1,
  });

  function loadLead(id: number): LoadedLead {
    const row = selectLead.get(id);
    if (!row) throw new Error(`lead ${id} is missing`);
    const folded = selectState.get(id);
    const seen = new Set<string>();
    const enrollments = selectEnrollments
      .all(id)
      .filter((each) => !seen.has(each.sequence_id) && seen.add(each.sequence_id))
      .map(enrollmentFrom);
    return {
      id,
      publicId: row.public_id,
      userId: row.user_id,
      email: row.email,
      identifiedAt: row.identified_at,
      joinedOnClaim: row.joined_on_claim === 1,
      state: folded ? stateFrom(folded.state) : null,
      facets: folded?.facets ?? NO_FACETS,
      changesAt: folded?.changes_at ?? null,
      enrollments,
    };
  }

  return () => {
    const leads = new Map<number, LoadedLead>();
    const visitors = new Map<string, LoadedVisitor>();
    const serverVisitors = new Map<number, LoadedVisitor>();
    const changedLeads = new Map<LoadedLead, { site: CompiledSite; now: number }>();
    const changedVisitors = new Set<LoadedVisitor>();
    const visitorKey = (siteId: number, anonymousId: string) => `${siteId}/${anonymousId}`;

    const group: Group = {
      lead(id) {
        const lead = leads.get(id) ?? loadLead(id);
        leads.set(id, lead);
        return lead;
      },
      createLead(siteId) {
        const publicId = `lead_${uuidv7()}`;
        const id = Number(insertLead.run(siteId, publicId).lastInsertRowid);
        const lead: LoadedLead = {
          id,
          publicId,
          userId: null,
          email: null,
          identifiedAt: null,
          joinedOnClaim: false,
          state: null,
          facets: NO_FACETS,
          changesAt: null,
          enrollments: [],
        };
        leads.set(id, lead);
        return lead;
      },
      holder(siteId, kind, value) {
        if (value === null) return null;
        const found = selectHolder.get(siteId, kind, value);
        return found ? { lead: group.lead(found.lead_id), trust: found.trust } : null;
      },
      addName(siteId, kind, value, lead, trust) {
        return insertName.run(siteId, kind, value, lead.id, trust).changes > 0;
      },
      visitor(siteId, anonymousId) {
        if (anonymousId === null) return null;
        const key = visitorKey(siteId, anonymousId);
        const known = visitors.get(key);
        if (known) return known;
        const row = selectVisitor.get(siteId, anonymousId);
        if (!row) return null;
        const visitor = loadVisitor(row);
        visitors.set(key, visitor);
        return visitor;
      },
      createVisitor(siteId, anonymousId, leadId) {
        const id = Number(insertVisitor.run(siteId, anonymousId, leadId).lastInsertRowid);
        const visitor = { id, leadId, session: null, isNamed: false };
        if (anonymousId !== null) visitors.set(visitorKey(siteId, anonymousId), visitor);
        return visitor;
      },
      retire(siteId, anonymousId, at) {
        retireVisitor.run(at, siteId, anonymousId);
        visitors.delete(visitorKey(siteId, anonymousId));
      },
      serverVisitor(siteId, leadId) {
        const row = serverVisitors.has(leadId) ? undefined : selectServerVisitor.get(leadId);
        const visitor =
          serverVisitors.get(leadId) ?? (row ? loadVisitor(row) : group.createVisitor(siteId, null, leadId));
        serverVisitors.set(leadId, visitor);
        return visitor;
      },
      changed(site, lead, visitor, now) {
        changedLeads.set(lead, { site, now });
        if (visitor) changedVisitors.add(visitor);
      },
      reload() {
        group.write();
        for (const each of [leads, visitors, serverVisitors, changedLeads, changedVisitors]) each.clear();
      },
      write() {
        for (const site of new Set([...changedLeads.values()].map((change) => change.site))) {
          // Another process has made a version live since the rules were looked up: nothing may be folded under those.
          if (!isSameVersion(site, liveVersion(site.id)))
            throw new StoreUnavailable('another version has gone live');
        }
        for (const [lead, { site, now }] of changedLeads) {
          const { state } = lead;
          if (state) leadRows.write(site, Object.assign(lead, { state }), now);
        }
        for (const { id, session, isNamed } of changedVisitors)
          updateVisitor.run(session && JSON.stringify(session), isNamed ? 1 : 0, id);
      },
    };
    return group;
  };
}
