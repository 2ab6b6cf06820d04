/** What the owner asks about leads. Lists are cut by key, never by offset, so that pages stay right while rows move. */

import type { Database } from 'better-sqlite3';
import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Cursor, LeadQuery, LeadStore, Slice, StoredScoreEntry, StoredTouchpoint } from '../store.ts';
import {
  idFrom,
  LEAD_COLUMNS,
  type LeadRow,
  leadFrom,
  TOUCHPOINT_COLUMNS,
  type TouchpointRow,
  touchpointFrom,
} from './rows.ts';

interface Tables {
  leads: {
    id: number;
    site_id: number;
    public_id: string;
    user_id: string | null;
    email: string | null;
    heat: number;
    stage: string;
    first_seen_at: number;
    last_seen_at: number;
    identified_at: number | null;
    state: string;
    merged_into: number | null;
  };
  lead_identifiers: { site_id: number; kind: string; value: string; lead_id: number };
}

/** Builds SQL only; the statements run on the store's own connection. */
const sql = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

const SORT_COLUMNS = { heat: 'heat', lastSeenAt: 'last_seen_at', firstSeenAt: 'first_seen_at' } as const;

function leadList(siteId: number, query: LeadQuery): Compilable {
  const column = SORT_COLUMNS[query.sort];
  const direction = query.descending ? 'desc' : 'asc';
  let select = sql
    .selectFrom('leads')
    .select([
      'id',
      'public_id',
      'user_id',
      'email',
      'heat',
      'identified_at',
      'state',
      'first_seen_at',
      'last_seen_at',
    ])
    .where('site_id', '=', siteId)
    .where('merged_into', 'is', null)
    .orderBy(column, direction)
    .orderBy('id', direction)
    .limit(query.limit + 1);
  const { after, heat, stage, identified, userId, email } = query;
  if (after) {
    select = select.where((eb) =>
      eb(eb.refTuple(column, 'id'), query.descending ? '<' : '>', eb.tuple(after.key, after.id)),
    );
  }
  if (heat.from !== null) select = select.where('heat', '>=', heat.from);
  if (heat.below !== null) select = select.where('heat', '<', heat.below);
  if (stage !== null) select = select.where('stage', '=', stage);
  if (identified !== null) select = select.where('identified_at', identified ? 'is not' : 'is', null);
  for (const [kind, value] of [
    ['user', userId],
    ['email', email],
  ] as const) {
    if (value === null) continue;
    select = select.where('id', 'in', (eb) =>
      eb
        .selectFrom('lead_identifiers')
        .select('lead_id')
        .where('site_id', '=', siteId)
        .where('kind', '=', kind)
        .where('value', '=', value),
    );
  }
  return select;
}

/** The rows were asked for with one more than the limit, which tells whether there is a next page. */
export function slice<Row, Out>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
  toOutput: (row: Row) => Out,
): Slice<Out> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page.map(toOutput), next: rows.length > limit && last ? cursorOf(last) : null };
}

export function leadStore(db: Database): LeadStore {
  const selectLead = db.prepare<[number, string], LeadRow>(
    `SELECT ${LEAD_COLUMNS} FROM leads AS named
     JOIN leads ON leads.id = coalesce(named.merged_into, named.id)
     WHERE named.site_id = ? AND named.public_id = ?`,
  );
  const selectTouchpoints = db.prepare<
    [number, string, number, number],
    TouchpointRow & { anonymous_id: string | null }
  >(
    `SELECT ${TOUCHPOINT_COLUMNS}, anonymous_id FROM touchpoints JOIN visitors ON visitors.id = visitor_id
     WHERE visitor_id IN (
       SELECT visitors.id FROM visitors JOIN leads ON visitors.lead_id = coalesce(leads.merged_into, leads.id)
       WHERE leads.site_id = ? AND leads.public_id = ?)
     AND touchpoints.id < ? ORDER BY touchpoints.id DESC LIMIT ?`,
  );
  const selectEntries = db.prepare<
    [number, string],
    Omit<StoredScoreEntry, 'messageId'> & { message_id: Buffer | string }
  >(
    `SELECT rule_id AS ruleId, version, points, score_entries.at, message_id, name AS touchpoint FROM score_entries
     JOIN touchpoints ON touchpoints.id = touchpoint_id
     WHERE score_entries.lead_id = (
       SELECT coalesce(merged_into, id) FROM leads WHERE site_id = ? AND public_id = ?)
     ORDER BY score_entries.at, touchpoint_id, rule_id`,
  );

  return {
    async list(siteId, query) {
      const { sql: text, parameters } = leadList(siteId, query).compile();
      const rows = db
        .prepare<unknown[], LeadRow & { first_seen_at: number; last_seen_at: number }>(text)
        .all(...parameters);
      const column = SORT_COLUMNS[query.sort];
      return slice(rows, query.limit, (row) => ({ key: row[column], id: row.id }), leadFrom);
    },
    async get(siteId, leadId) {
      const row = selectLead.get(siteId, leadId);
      return row ? leadFrom(row) : null;
    },
    async touchpoints(siteId, leadId, limit, after) {
      const rows = selectTouchpoints.all(siteId, leadId, after?.id ?? Number.MAX_SAFE_INTEGER, limit + 1);
      return slice(
        rows,
        limit,
        byId,
        (row): StoredTouchpoint => ({
          ...touchpointFrom(row),
          visitorId: row.anonymous_id,
        }),
      );
    },
    async scoreEntries(siteId, leadId) {
      return selectEntries
        .all(siteId, leadId)
        .map(({ message_id, ...entry }) => ({ ...entry, messageId: idFrom(message_id) }));
    },
  };
}

export const byId = (row: { id: number }): Cursor => ({ key: row.id, id: row.id });

export interface LeadName {
  leadId: string;
  leadName: string | null;
  leadEmail: string | null;
}
/** The `name` trait, where it is a text. */
export const LEAD_NAME = `CASE json_type(leads.state, '$.traits.name.value')
  WHEN 'text' THEN json_extract(leads.state, '$.traits.name.value') END AS leadName`;
