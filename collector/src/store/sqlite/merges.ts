import type { Database } from 'better-sqlite3';
import type { Advance } from '../../advance.ts';
import type { MatchKind } from '../../leads/duplicates.ts';
import type { DuplicateRecord, DuplicateStore, MergeRecord, MergeStore } from '../merges.ts';
import type { LeadRecord } from '../store.ts';
import { enrollmentWriter } from './enroll.ts';
import type { Group } from './group.ts';
import { byId, slice } from './leads.ts';
import type { MatchKeys } from './match-keys.ts';
import type { Merge } from './merge.ts';
import { idFrom, LEAD_COLUMNS, type LeadRow, leadFrom } from './rows.ts';

/** @param commit does something together with what is being ingested */
export function mergeStore(
  db: Database,
  commit: <Output>(work: (group: Group) => Output) => Promise<Output>,
  merge: Merge,
  keys: MatchKeys,
): MergeStore {
  const enroll = enrollmentWriter(db);
  const selectId = db
    .prepare<[number, string], number>(
      'SELECT id FROM leads WHERE site_id = ? AND public_id = ? AND merged_into IS NULL',
    )
    .pluck();
  const selectMerges = db.prepare<
    [number, string, number, number],
    Omit<MergeRecord, 'from' | 'messageId'> & {
      fromId: string;
      userId: string | null;
      email: string | null;
      message_id: Buffer | string | null;
    }
  >(
    // Also the merges of those that were merged into it.
    `SELECT lead_merges.id, mine.public_id AS fromId, mine.user_id AS userId, mine.email, theirs.public_id AS "into",
       reason, message_id, decided_by AS "by", at
     FROM leads AS named
     JOIN leads AS mine ON mine.merged_into = coalesce(named.merged_into, named.id)
     JOIN lead_merges ON from_lead_id = mine.id JOIN leads AS theirs ON theirs.id = into_lead_id
     WHERE named.site_id = ? AND named.public_id = ? AND lead_merges.id < ?
     ORDER BY lead_merges.id DESC LIMIT ?`,
  );

  function mergeNow(
    group: Group,
    from: string,
    into: string,
    by: string | null,
    advance: Advance,
    now: number,
  ) {
    const { site } = advance;
    const [fromId, intoId] = [selectId.get(site.id, from), selectId.get(site.id, into)];
    if (fromId === undefined || intoId === undefined) return false;
    const before = group.lead(intoId).state;
    const lead = merge(group, site, fromId, intoId, { reason: 'by_owner', messageId: null, by, at: now });
    // The owner knows that it is one person, and not whose browsers these are.
    lead.joinedOnClaim = true;
    if (before && lead.state) {
      enroll(site, lead, advance.afterMerge(before, lead.state, lead.enrollments, now), now);
    }
    keys.write(site, lead, now);
    group.changed(site, lead, null, now);
    return true;
  }

  return {
    async list(siteId, leadId, limit, after) {
      const rows = selectMerges.all(siteId, leadId, after?.id ?? Number.MAX_SAFE_INTEGER, limit + 1);
      return slice(rows, limit, byId, ({ fromId, userId, email, message_id, ...row }) => ({
        ...row,
        from: { id: fromId, userId, email },
        messageId: message_id === null ? null : idFrom(message_id),
      }));
    },
    merge: (from, into, by, advance, now) => commit((group) => mergeNow(group, from, into, by, advance, now)),
  };
}

interface PairRow {
  id: number;
  first_lead_id: number;
  second_lead_id: number;
  found_at: number;
  dismissed_at: number | null;
  /** Kinds, with commas between. */
  reasons: string;
}

const SHARED_KINDS = `(SELECT group_concat(DISTINCT mine.kind) FROM lead_match_keys AS mine
  JOIN lead_match_keys AS theirs USING (site_id, kind, value)
  WHERE mine.lead_id = first_lead_id AND theirs.lead_id = second_lead_id)`;

export function duplicateStore(db: Database): DuplicateStore {
  const selectPairs = db.prepare<[number, number, number, number], PairRow>(
    `SELECT *, ${SHARED_KINDS} AS reasons FROM duplicates
     WHERE site_id = ? AND (dismissed_at IS NOT NULL) = ? AND id < ? AND reasons IS NOT NULL
     ORDER BY id DESC LIMIT ?`,
  );
  const selectPair = db.prepare<[number, number], PairRow>(
    `SELECT *, coalesce(${SHARED_KINDS}, '') AS reasons FROM duplicates WHERE site_id = ? AND id = ?`,
  );
  const selectLead = db.prepare<[number], LeadRow>(
    `SELECT ${LEAD_COLUMNS} FROM leads JOIN lead_states ON lead_states.lead_id = leads.id WHERE leads.id = ?`,
  );
  const dismiss = db.prepare<[number, number, number]>(
    'UPDATE duplicates SET dismissed_at = ? WHERE site_id = ? AND id = ? AND dismissed_at IS NULL',
  );

  function leadOf(id: number): LeadRecord {
    const row = selectLead.get(id);
    if (!row) throw new Error(`lead ${id} is missing`);
    return leadFrom(row);
  }
  const recordOf = (row: PairRow): DuplicateRecord => ({
    id: row.id,
    leads: [leadOf(row.first_lead_id), leadOf(row.second_lead_id)],
    reasons: row.reasons.split(',').filter(Boolean) as MatchKind[],
    foundAt: row.found_at,
    dismissedAt: row.dismissed_at,
  });

  return {
    async list(siteId, status, limit, after) {
      const isDismissed = status === 'dismissed' ? 1 : 0;
      const rows = selectPairs.all(siteId, isDismissed, after?.id ?? Number.MAX_SAFE_INTEGER, limit + 1);
      return slice(rows, limit, byId, recordOf);
    },
    async get(siteId, id) {
      const row = selectPair.get(siteId, id);
      return row ? recordOf(row) : null;
    },
    async dismiss(siteId, id, now) {
      dismiss.run(now, siteId, id);
    },
  };
}
