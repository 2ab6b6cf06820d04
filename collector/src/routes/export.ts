/** Lists as files: `Accept: text/csv` or `application/x-ndjson` gives a whole list, written as fast as it is read. */

import { pipeline, Readable } from 'node:stream';
import { z } from '@hono/zod-openapi';
import { type Options, stringify } from 'csv-stringify';
import type { TypedResponse } from 'hono';
import { accepts } from 'hono/accepts';
import type { Cursor, Slice } from '../store/store.ts';
import type { HandrailContext } from './context.ts';
import { parseCursor } from './lists.ts';

const FORMATS = ['application/json', 'text/csv', 'application/x-ndjson'] as const;
type Format = (typeof FORMATS)[number];
/** Rows read at a time. */
const PART = 200;

/** To spread into an owner route's `content`, beside its JSON. */
export const exportContent = {
  'text/csv': { schema: z.string().openapi({ description: 'All of the list; RFC 4180.' }) },
  'application/x-ndjson': {
    schema: z.string().openapi({ description: 'All of the list, an object a line.' }),
  },
};

/** Columns of a CSV file: its header, and what stands under it. */
export type Columns<Item> = { readonly [header: string]: (item: Item) => unknown };

/**
 * The whole list as a file where the client asks for one, else `null`: it is to be answered as JSON, page by page.
 * Begins at the request's `cursor`; its `limit` is of no account.
 */
export function asFile<Row, Item>(
  c: HandrailContext,
  name: string,
  load: (limit: number, after: Cursor | null) => Promise<Slice<Row>>,
  toItem: (row: Row) => Item,
  columns: Columns<Item>,
): FileResponse | null {
  const format = wantedFormat(c);
  c.header('Vary', 'Accept', { append: true });
  if (format === 'application/json') return null;
  const items = itemsOf((after) => load(PART, after), toItem, parseCursor(c.req.query('cursor')));
  const isCsv = format === 'text/csv';
  const lines = isCsv ? csvLines(items, columns) : jsonLines(items);
  const body = Readable.toWeb(lines) as ReadableStream<Uint8Array>;
  return c.body(body, 200, {
    'content-type': `${format}; charset=utf-8`,
    'content-disposition': `attachment; filename="${name}.${isCsv ? 'csv' : 'ndjson'}"`,
  }) as Response as FileResponse;
}

/** Stands for any answer in JSON: the router's types do not know that a route may answer in several formats. */
type FileResponse = Response & TypedResponse<never, 200, 'json'>;

function wantedFormat(c: HandrailContext): Format {
  const wanted = accepts(c, {
    header: 'Accept',
    supports: [...FORMATS],
    default: 'application/json',
  });
  return FORMATS.find((each) => each === wanted) ?? 'application/json';
}

async function* itemsOf<Row, Item>(
  load: (after: Cursor | null) => Promise<Slice<Row>>,
  toItem: (row: Row) => Item,
  first: Cursor | null,
): AsyncGenerator<Item> {
  let after: Cursor | null = first;
  do {
    const { rows, next }: Slice<Row> = await load(after);
    yield* rows.map(toItem);
    after = next;
  } while (after);
}

function jsonLines<Item>(items: AsyncIterable<Item>): Readable {
  const lines = (async function* () {
    for await (const item of items) yield `${JSON.stringify(item)}\n`;
  })();
  return Readable.from(lines, { objectMode: false });
}

function csvLines<Item>(items: AsyncIterable<Item>, columns: Columns<Item>): Readable {
  const options: Options = {
    header: true,
    columns: Object.keys(columns),
    record_delimiter: 'windows',
    // What a visitor typed must not be run by the spreadsheet that it is opened in.
    escape_formulas: true,
    // A lone CR or LF is a line break to many a reader (RFC 4180, section 2.6).
    quoted_match: /[\r\n]/,
    cast: { boolean: String },
  };
  const rows = (async function* () {
    for await (const item of items) yield Object.values(columns).map((read) => read(item) ?? '');
  })();
  // Unlike `pipe`, it carries an error on to whoever reads; there is no one else to tell it to.
  return pipeline(Readable.from(rows), stringify(options), () => {});
}
