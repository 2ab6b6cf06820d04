/** The leads and visitors that one transaction touches: each read once, and written once at its end. */
import type { Database } from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import type { Enrollment } from '../../follow-ups/plan.ts';
import type { Session } from '../../ingest/sessions.ts';
import { heatOf } from '../../leads/heat.ts';
import { type LeadState, stateFrom } from '../../leads/state.ts';
import type { CompiledSite } from '../../site/compile.ts';
import { LEAD_COLUMNS, type LeadRow } from './rows.ts';

export interface LoadedLead {
  id: number;
  userId: string | null;
  email: string | null;
  identifiedAt: number | null;
  /** `null`: made in this transaction, and nothing folded yet. */
  state: LeadState | null;
  /** The latest of each sequence. */
  enrollments: Enrollment[];
}

export interface LoadedVisitor {
  id: number;
  leadId: number;
  session: Session | null;
}

export interface Group {
  lead(id: number): LoadedLead;
  createLead(siteId: number): LoadedLead;
  /** The lead that answers to a user id or an e-mail. */
  leadNamed(siteId: number, kind: 'user' | 'email', value: string | null): LoadedLead | null;
  addName(siteId: number, kind: 'user' | 'email', value: string, lead: LoadedLead): void;
  visitor(siteId: number, anonymousId: string | null): LoadedVisitor | null;
  createVisitor(siteId: number, anonymousId: string | null, leadId: number): LoadedVisitor;
  /** Another person uses the browser from now on. */
  retire(siteId: number, anonymousId: string, at: number): void;
  /** What servers say about a lead has a visitor of its own. */
  serverVisitor(siteId: number, leadId: number): LoadedVisitor;
  /** To be called for each lead and visitor changed. */
  changed(site: CompiledSite, lead: LoadedLead, visitor: LoadedVisitor): void;
  /** Forgets what was read: a merge has moved rows behind its back. Writes first. */
  reload(): void;
  write(): void;
}

interface VisitorRow {
  id: number;
  lead_id: number;
  session: string | null;
}
interface EnrollmentRow {
  id: number;
  sequence_id: string;
  status: Enrollment['status'];
  anchor_at: number;
  step: number;
  ended_at: number | null;
}

export function enrollmentFrom(row: EnrollmentRow): Enrollment {
  return {
    id: row.id,
    sequenceId: row.sequence_id,
    status: row.status,
    anchorAt: row.anchor_at,
    step: row.step,
    endedAt: row.ended_at,
  };
}

/** Prepares the statements once; each call of the result begins a group. */
export function groups(db: Database): () => Group {
  const selectLead = db.prepare<[number], LeadRow>(`SELECT ${LEAD_COLUMNS} FROM leads WHERE id = ?`);
  const selectNamed = db
    .prepare<[number, string, string], number>(
      'SELECT lead_id FROM lead_identifiers WHERE site_id = ? AND kind = ? AND value = ?',
    )
    .pluck();
  const selectVisitor = db.prepare<[number, string], VisitorRow>(
    'SELECT id, lead_id, session FROM visitors WHERE site_id = ? AND anonymous_id = ? AND retired_at IS NULL',
  );
  const selectServerVisitor = db.prepare<[number], VisitorRow>(
    'SELECT id, lead_id, session FROM visitors WHERE lead_id = ? AND anonymous_id IS NULL LIMIT 1',
  );
  const selectEnrollments = db.prepare<[number], EnrollmentRow>(
    'SELECT id, sequence_id, status, anchor_at, step, ended_at FROM enrollments WHERE lead_id = ? ORDER BY id DESC',
  );
  const insertLead = db.prepare<[number, string]>(
    `INSERT INTO leads (site_id, public_id, heat, stage, first_seen_at, last_seen_at, state)
     VALUES (?, ?, 0, '', 0, 0, '')`,
  );
  const insertName = db.prepare<[number, string, string, number]>(
    'INSERT INTO lead_identifiers (site_id, kind, value, lead_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const insertVisitor = db.prepare<[number, string | null, number]>(
    'INSERT INTO visitors (site_id, anonymous_id, lead_id) VALUES (?, ?, ?)',
  );
  const retireVisitor = db.prepare<[number, number, string]>(
    'UPDATE visitors SET retired_at = ? WHERE site_id = ? AND anonymous_id = ? AND retired_at IS NULL',
  );
  const updateLead = db.prepare(
    `UPDATE leads SET user_id = ?, email = ?, heat = ?, stage = ?, first_seen_at = ?, last_seen_at = ?,
       identified_at = ?, state = ? WHERE id = ?`,
  );
  const updateVisitor = db.prepare<[string | null, number]>('UPDATE visitors SET session = ? WHERE id = ?');

  const loadVisitor = (row: VisitorRow): LoadedVisitor => ({
    id: row.id,
    leadId: row.lead_id,
    session: row.session === null ? null : (JSON.parse(row.session) as Session),
  });

  function loadLead(id: number): LoadedLead {
    const row = selectLead.get(id);
    if (!row) throw new Error(`lead ${id} is missing`);
    const seen = new Set<string>();
    const enrollments = selectEnrollments
      .all(id)
      .filter((each) => !seen.has(each.sequence_id) && seen.add(each.sequence_id))
      .map(enrollmentFrom);
    return {
      id,
      userId: row.user_id,
      email: row.email,
      identifiedAt: row.identified_at,
      state: row.state === '' ? null : stateFrom(row.state),
      enrollments,
    };
  }

  return () => {
    const leads = new Map<number, LoadedLead>();
    const visitors = new Map<string, LoadedVisitor>();
    const serverVisitors = new Map<number, LoadedVisitor>();
    const changedLeads = new Map<LoadedLead, CompiledSite>();
    const changedVisitors = new Set<LoadedVisitor>();
    const visitorKey = (siteId: number, anonymousId: string) => `${siteId}/${anonymousId}`;

    const group: Group = {
      lead(id) {
        const lead = leads.get(id) ?? loadLead(id);
        leads.set(id, lead);
        return lead;
      },
      createLead(siteId) {
        const id = Number(insertLead.run(siteId, `lead_${uuidv7()}`).lastInsertRowid);
        const lead = { id, userId: null, email: null, identifiedAt: null, state: null, enrollments: [] };
        leads.set(id, lead);
        return lead;
      },
      leadNamed(siteId, kind, value) {
        if (value === null) return null;
        const id = selectNamed.get(siteId, kind, value);
        return id === undefined ? null : group.lead(id);
      },
      addName(siteId, kind, value, lead) {
        insertName.run(siteId, kind, value, lead.id);
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
        const visitor = { id, leadId, session: null };
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
      changed(site, lead, visitor) {
        changedLeads.set(lead, site);
        changedVisitors.add(visitor);
      },
      reload() {
        group.write();
        for (const each of [leads, visitors, serverVisitors, changedLeads, changedVisitors]) each.clear();
      },
      write() {
        for (const [lead, { halfLifeMs }] of changedLeads) {
          const { state } = lead;
          if (!state) continue;
          updateLead.run(
            lead.userId,
            lead.email,
            heatOf(state.score, state.scoredAt, halfLifeMs),
            state.stage,
            state.firstSeenAt,
            state.lastSeenAt,
            lead.identifiedAt,
            JSON.stringify(state),
            lead.id,
          );
        }
        for (const { id, session } of changedVisitors)
          updateVisitor.run(session && JSON.stringify(session), id);
      },
    };
    return group;
  };
}
