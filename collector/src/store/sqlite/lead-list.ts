/**
 * The list of leads. Cut by key, never by offset, so that pages stay right while rows move. By heat, since its order is
 * that of the scores at every time.
 *
 * What is rare (a flag, a word) is looked up, and its few leads are sorted; what is frequent is met soon along the index
 * of the order. Only where neither holds are many leads looked at: then in slices, between which others get their turn.
 */
import type { Database } from 'better-sqlite3';
import {
  DummyDriver,
  Kysely,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import { type Facet, facetText } from '../../leads/facets.ts';
import type { Cursor, LeadQuery, LeadRecord, LeadSort, Range, Slice } from '../store.ts';
import { LEAD_COLUMNS, type LeadRow, leadFrom } from './rows.ts';

/** So many leads are looked up one by one and sorted … */
const MAX_CANDIDATES = 2_000;
/** … and so many along an index, before others get their turn. */
const SLICE_ROWS = 2_000;

/** Only puts SQL and its parameters together; the statements run on the store's own connection. */
const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});
type Sql = RawBuilder<unknown>;

type ListRow = LeadRow & { first_seen_at: number; last_seen_at: number };
type SortColumn = 'heat' | 'last_seen_at' | 'first_seen_at' | 'next_due_at' | 'id';

/** A part of an order, of rows that one index of one table has in one piece. */
interface Part {
  table: 'lead_states' | 'leads';
  column: SortColumn;
  /** `null`: does not matter. */
  hasDue: boolean | null;
}
const PARTS: Record<LeadSort, Part[]> = {
  heat: [{ table: 'lead_states', column: 'heat', hasDue: null }],
  lastSeenAt: [{ table: 'lead_states', column: 'last_seen_at', hasDue: null }],
  firstSeenAt: [{ table: 'lead_states', column: 'first_seen_at', hasDue: null }],
  nextDueAt: [
    { table: 'leads', column: 'next_due_at', hasDue: true },
    { table: 'leads', column: 'id', hasDue: false },
  ],
};
/** In a cursor: among those with nothing due. */
const NOTHING_DUE = Number.MAX_SAFE_INTEGER;

export function leadLister(db: Database): (siteId: number, query: LeadQuery) => Promise<Slice<LeadRecord>> {
  function run<Row>(statement: Sql): Row[] {
    const { sql: text, parameters } = statement.compile(compiler);
    return db.prepare<unknown[], Row>(text).all(...parameters);
  }

  /** The ids of few leads, among which all that are asked for are; `null` where nothing that is asked for is rare. */
  function candidatesOf(siteId: number, { facets, userId, email }: LeadQuery): Sql | null {
    if (userId !== null) return withName(siteId, 'user', userId);
    if (email !== null) return withName(siteId, 'email', email);
    let rarest: { ids: Sql; count: number } | null = null;
    for (const facet of facets) {
      const ids = withFacet(siteId, facet);
      const count = run(sql`${ids} LIMIT ${MAX_CANDIDATES + 1}`).length;
      if (count <= MAX_CANDIDATES && (!rarest || count < rarest.count)) rarest = { ids, count };
    }
    return rarest?.ids ?? null;
  }

  return async (siteId, query) => {
    const candidates = candidatesOf(siteId, query);
    const tests = testsOf(siteId, query);
    const found: { row: ListRow; part: Part }[] = [];
    const wanted = query.limit + 1;
    for (const { part, after: start } of partsAfter(query)) {
      let after = start;
      while (found.length < wanted) {
        const inPart = placeIn(part, siteId, candidates);
        const isSliced = candidates === null && isCutElsewhere(query, part);
        const until = isSliced ? run<Cursor>(endOfSlice(inPart, part, after, query)).at(0) : undefined;
        const conditions = [
          ...inPart,
          ...tests,
          ...(after ? [beyond(part, after, query)] : []),
          ...(until ? [upTo(part, until, query)] : []),
        ];
        const rows = run<ListRow>(sql`
          SELECT ${sql.raw(LEAD_COLUMNS)}, first_seen_at, last_seen_at
          FROM leads JOIN lead_states ON lead_states.lead_id = leads.id WHERE ${and(conditions)}
          ${orderBy(part, query)} LIMIT ${wanted - found.length}`);
        for (const row of rows) found.push({ row, part });
        if (!until) break;
        after = until;
        await new Promise((turn) => setImmediate(turn));
      }
    }
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    return {
      rows: page.map(({ row }) => leadFrom(row)),
      next: found.length > query.limit && last ? cursorOf(last.row, last.part) : null,
    };
  };
}

const and = (conditions: Sql[]): Sql => sql.join(conditions, sql` AND `);

function partsAfter({ sort, after }: LeadQuery): { part: Part; after: Cursor | null }[] {
  const parts = PARTS[sort];
  const at = after?.key === NOTHING_DUE ? parts.length - 1 : 0;
  return parts.slice(at).map((part, index) => ({ part, after: index === 0 ? after : null }));
}

function cursorOf(row: ListRow, { column }: Part): Cursor {
  return { key: column === 'id' ? NOTHING_DUE : (row[column] ?? NOTHING_DUE), id: row.id };
}

/**
 * A lead that was merged into another has no state, so that only an order along `leads` has to leave it out. With
 * candidates, no index but theirs: `+` keeps SQLite from walking along another. https://sqlite.org/optoverview.html#uplus
 */
function placeIn({ table, hasDue }: Part, siteId: number, candidates: Sql | null): Sql[] {
  const isOfSite = sql`${sql.raw(candidates ? '+' : '')}${sql.ref(`${table}.site_id`)} = ${siteId}`;
  const due = hasDue === null ? [] : [hasDue ? sql`next_due_at IS NOT NULL` : sql`next_due_at IS NULL`];
  return [
    ...(candidates ? [sql`leads.id IN (${candidates})`] : []),
    isOfSite,
    ...(table === 'leads' ? [sql`merged_into IS NULL`] : []),
    ...due,
  ];
}

/** That of the table whose index has the order. */
const idOf = ({ table }: Part): Sql => sql.ref(table === 'leads' ? 'leads.id' : 'lead_states.lead_id');

function orderBy(part: Part, { descending }: LeadQuery): Sql {
  const direction = sql.raw(descending ? 'DESC' : 'ASC');
  return part.column === 'id'
    ? sql`ORDER BY ${idOf(part)} ${direction}`
    : sql`ORDER BY ${sql.ref(part.column)} ${direction}, ${idOf(part)} ${direction}`;
}

const beyond = (part: Part, place: Cursor, { descending }: LeadQuery): Sql =>
  compared(part, descending ? '<' : '>', place);
const upTo = (part: Part, place: Cursor, { descending }: LeadQuery): Sql =>
  compared(part, descending ? '>=' : '<=', place);

function compared(part: Part, operator: string, { key, id }: Cursor): Sql {
  const is = sql.raw(operator);
  return part.column === 'id'
    ? sql`${idOf(part)} ${is} ${id}`
    : sql`(${sql.ref(part.column)}, ${idOf(part)}) ${is} (${key}, ${id})`;
}

/** The last row that one slice looks at; none where fewer are left. */
function endOfSlice(inPart: Sql[], part: Part, after: Cursor | null, query: LeadQuery): Sql {
  const conditions = after ? [...inPart, beyond(part, after, query)] : inPart;
  return sql`SELECT ${sql.ref(part.column)} AS key, ${idOf(part)} AS id FROM ${sql.table(part.table)}
    WHERE ${and(conditions)} ${orderBy(part, query)} LIMIT 1 OFFSET ${SLICE_ROWS - 1}`;
}

/** Whether more is asked for than the order's own index cuts. */
function isCutElsewhere(
  { facets, identified, heat, lastSeenAt, firstSeenAt }: LeadQuery,
  { column }: Part,
): boolean {
  const isCut = ({ from, below }: Range) => from !== null || below !== null;
  return (
    facets.length > 0 ||
    identified !== null ||
    (column !== 'heat' && isCut(heat)) ||
    (column !== 'last_seen_at' && isCut(lastSeenAt)) ||
    (column !== 'first_seen_at' && isCut(firstSeenAt))
  );
}

function testsOf(siteId: number, query: LeadQuery): Sql[] {
  const { heat, lastSeenAt, firstSeenAt, identified, userId, email } = query;
  const range = (column: SortColumn, { from, below }: Range) => [
    ...(from === null ? [] : [sql`${sql.ref(column)} >= ${from}`]),
    ...(below === null ? [] : [sql`${sql.ref(column)} < ${below}`]),
  ];
  return [
    ...range('heat', heat),
    ...range('last_seen_at', lastSeenAt),
    ...range('first_seen_at', firstSeenAt),
    ...(identified === null
      ? []
      : [identified ? sql`identified_at IS NOT NULL` : sql`identified_at IS NULL`]),
    ...(userId === null ? [] : [sql`leads.id IN (${withName(siteId, 'user', userId)})`]),
    ...(email === null ? [] : [sql`leads.id IN (${withName(siteId, 'email', email)})`]),
    ...query.facets.map((facet) => sql`instr(facets, ${asInRow(facet)}) > 0`),
  ];
}

/** As `lead_states.facets` has it; a word without its end, for its beginning is enough. */
function asInRow(facet: Facet): string {
  const text = JSON.stringify(facetText(facet));
  return facet.kind === 'word' ? text.slice(0, -1) : text;
}

function withName(siteId: number, kind: 'user' | 'email', value: string): Sql {
  return sql`SELECT lead_id FROM lead_identifiers WHERE site_id = ${siteId} AND kind = ${kind} AND value = ${value}`;
}

const LAST_CHARACTER = '\u{10FFFF}';

function withFacet(siteId: number, { kind, value }: Facet): Sql {
  const isValue =
    kind === 'word' ? sql`value >= ${value} AND value < ${value + LAST_CHARACTER}` : sql`value = ${value}`;
  return sql`SELECT lead_id FROM lead_facets WHERE site_id = ${siteId} AND kind = ${kind} AND ${isValue}`;
}
