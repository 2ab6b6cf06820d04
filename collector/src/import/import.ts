/** A CSV file into a collector: read, map, send, note what was refused, and know where to go on. */
import { appendFile, truncate, writeFile } from 'node:fs/promises';
import { MAX_BATCH_BYTES, MAX_MESSAGE_BYTES } from '@handrail/sdk/protocol';
import { stringify } from 'csv-stringify/sync';
import { StartError } from '../start-error.ts';
import { BEGINNING, type Checkpoint, hashOfFile, openCheckpoint, type Standing } from './checkpoint.ts';
import { type Column, type ImportKind, kindOf, mapColumns } from './columns.ts';
import { openTable } from './read.ts';
import { messageOf, type RowMessage, type RowRules } from './row.ts';
import type { SendBatch } from './send.ts';

export interface ImportOptions {
  path: string;
  /** [kind=touchpoints where a column says what happened, else leads] */
  kind?: ImportKind | undefined;
  /** By the name of the column: see columns.ts. */
  map: ReadonlyMap<string, string>;
  /** What all rows are, of touchpoints without a column for it. */
  touchpoint?: string | undefined;
  /** IANA name, for times that name none. */
  timezone: string;
  /** In Luxon's tokens. [timeFormat=ISO 8601] */
  timeFormat?: string | undefined;
  /** `null`: a dry run. */
  send: SendBatch | null;
}

export interface ImportReport {
  /** Once, before the first row. */
  onPlan(plan: ImportPlan): void;
  onProgress(standing: Standing, readBytes: number, totalBytes: number): void;
}

export interface ImportPlan {
  kind: ImportKind;
  columns: Column[];
  delimiter: string;
  encoding: string;
  /** What the first row is sent as, or what is wrong with it; `null` in a file without rows. */
  example: RowMessage | string | null;
  /** The row that an interrupted import goes on after; `null`: from the beginning. */
  goesOnAfter: number | null;
  errorPath: string;
}

const MAX_BATCH_ROWS = 1_000;
/** What is around the messages fits in between. */
const MAX_BYTES = MAX_BATCH_BYTES - 16 * 1024;

interface Refusal {
  row: number;
  error: string;
  cells: string[];
}
interface Batch {
  rows: { row: number; cells: string[]; message: RowMessage }[];
  refused: Refusal[];
  bytes: number;
  lastRow: number;
}

/** @throws StartError with one line that says what to do; what was settled before stays so */
export async function importTable(options: ImportOptions, report: ImportReport): Promise<Standing> {
  const { path, send } = options;
  const table = await openTable(path);
  const kind = options.kind ?? (options.touchpoint === undefined ? kindOf(table.header) : 'touchpoints');
  const columns = mapColumns(kind, table.header, options.map);
  refuseUseless(kind, columns, options.touchpoint);
  const { touchpoint, timezone, timeFormat } = options;
  const fileHash = await hashOfFile(path);
  const rules: RowRules = { kind, columns, touchpoint, timezone, timeFormat, fileHash };

  const checkpoint = send && openCheckpoint(path, rules);
  const begin = (await checkpoint?.read()) ?? BEGINNING;
  const errors = await errorFile(`${path}.errors.csv`, table.header, begin);
  report.onPlan({
    kind,
    columns,
    delimiter: table.delimiter,
    encoding: table.encoding,
    example: await firstMessage(table.rows(), rules),
    goesOnAfter: begin === BEGINNING ? null : begin.row,
    errorPath: errors.path,
  });

  let standing = begin;
  let sending: Promise<void> = Promise.resolve();
  const settle = async (batch: Batch) => {
    standing = await settleBatch(batch, standing, send, errors, checkpoint);
    report.onProgress(standing, table.readBytes(), table.totalBytes);
  };
  let batch = emptyBatch();
  for await (const { number, cells } of table.rows()) {
    if (number <= begin.row) continue;
    add(batch, number, cells, rules);
    if (
      batch.rows.length + batch.refused.length < MAX_BATCH_ROWS &&
      batch.bytes < MAX_BYTES - MAX_MESSAGE_BYTES
    )
      continue;
    // One after the other, for the order tells who was who first; the next is read meanwhile.
    await sending;
    sending = settle(batch);
    sending.catch(() => {});
    batch = emptyBatch();
  }
  await sending;
  await settle(batch);
  await checkpoint?.remove();
  return standing;
}

const emptyBatch = (): Batch => ({ rows: [], refused: [], bytes: 0, lastRow: 0 });

function add(batch: Batch, row: number, cells: string[], rules: RowRules): void {
  batch.lastRow = row;
  const result = messageOf(cells, rules);
  const bytes = result.ok ? Buffer.byteLength(JSON.stringify(result.message)) : 0;
  if (!result.ok) batch.refused.push({ row, error: result.error, cells });
  else if (bytes > MAX_MESSAGE_BYTES) batch.refused.push({ row, error: 'larger than 32 KB', cells });
  else {
    batch.rows.push({ row, cells, message: result.message });
    batch.bytes += bytes;
  }
}

async function settleBatch(
  { rows, refused, lastRow }: Batch,
  before: Standing,
  send: SendBatch | null,
  errors: ErrorFile,
  checkpoint: Checkpoint | null,
): Promise<Standing> {
  const nothing = { accepted: rows.length, duplicates: 0, rejected: [] };
  const sent = send && rows.length > 0 ? await send(rows.map(({ message }) => message)) : nothing;
  const rejected = sent.rejected.flatMap(({ index, message }): Refusal[] => {
    const row = rows[index];
    return row ? [{ row: row.row, cells: row.cells, error: message }] : [];
  });
  const all = [...refused, ...rejected].sort((one, other) => one.row - other.row);
  const standing: Standing = {
    row: Math.max(before.row, lastRow),
    accepted: before.accepted + sent.accepted,
    duplicates: before.duplicates + sent.duplicates,
    refused: before.refused + all.length,
    errorBytes: before.errorBytes + (await errors.append(all)),
  };
  await checkpoint?.write(standing);
  return standing;
}

interface ErrorFile {
  path: string;
  /** @returns the bytes it has grown by */
  append(refusals: Refusal[]): Promise<number>;
}

/** The refused rows with number and reason before them: mended, the file can be imported itself. */
async function errorFile(
  path: string,
  header: string[],
  { refused, errorBytes }: Standing,
): Promise<ErrorFile> {
  // What was written after the checkpoint will be again.
  if (refused > 0) await truncate(path, errorBytes);
  let isBegun = refused > 0;
  return {
    path,
    async append(refusals) {
      if (refusals.length === 0) return 0;
      const rows = refusals.map(({ row, error, cells }) => [row, error, ...cells]);
      const text = stringify(isBegun ? rows : [['import_row', 'import_error', ...header], ...rows]);
      if (isBegun) await appendFile(path, text);
      else await writeFile(path, text);
      isBegun = true;
      return Buffer.byteLength(text);
    },
  };
}

async function firstMessage(
  rows: AsyncIterable<{ cells: string[] }>,
  rules: RowRules,
): Promise<RowMessage | string | null> {
  for await (const { cells } of rows) {
    const result = messageOf(cells, rules);
    return result.ok ? result.message : result.error;
  }
  return null;
}

/** No row could be any good. */
function refuseUseless(kind: ImportKind, columns: readonly Column[], touchpoint: string | undefined): void {
  const has = (...names: string[]) =>
    columns.some(({ target }) => target && 'field' in target && names.includes(target.field));
  const say = (what: string) =>
    new StartError(`${what}; the columns are ${columns.map(({ name }) => `"${name}"`).join(', ')}`);
  if (!has('userId', 'email', 'phone', 'anonymousId')) {
    throw say('no column says who it is about: name one with --map "column=email" (or userId, phone)');
  }
  if (kind === 'leads') return;
  if (!has('timestamp')) throw say('no column says when it happened: name one with --map "column=timestamp"');
  if (touchpoint === undefined && !has('touchpoint')) {
    throw say(
      'no column says what happened: name one with --map "column=touchpoint", or say --touchpoint for all',
    );
  }
}
