/** Reads a CSV file row by row, never more of it than a few buffers. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { StartError } from '../start-error.ts';

export interface Table {
  header: string[];
  delimiter: string;
  encoding: string;
  totalBytes: number;
  /** After the header; a row's number is that of a spreadsheet, the header being 1. Rows of blanks are left out. */
  rows(): AsyncGenerator<{ number: number; cells: string[] }>;
  /** Read so far. */
  readBytes(): number;
}

const BYTE_ORDER_MARKS: [string, number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
const PEEK_BYTES = 64 * 1024;
/** Beyond this a row is a quote that was never closed. */
const MAX_ROW_CHARS = 1024 * 1024;

/** @throws StartError where it cannot be read as a table */
export async function openTable(path: string): Promise<Table> {
  const { head, size } = await peek(path);
  const [encoding] = BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, at) => head[at] === byte)) ?? [
    'utf-8',
  ];
  const delimiter = delimiterOf(new TextDecoder(encoding).decode(head));
  let readBytes = 0;

  async function* texts(): AsyncGenerator<string> {
    const decoder = new TextDecoder(encoding, { fatal: true });
    for await (const chunk of createReadStream(path)) {
      readBytes += (chunk as Buffer).byteLength;
      yield decoder.decode(chunk as Buffer, { stream: true });
    }
    yield decoder.decode();
  }

  async function* records(): AsyncGenerator<{ number: number; cells: string[] }> {
    const parser = parse({
      delimiter,
      info: true,
      relax_column_count: true,
      // A stray quote inside a cell is a letter like any other.
      relax_quotes: true,
      max_record_size: MAX_ROW_CHARS,
    });
    // What goes wrong on the way comes out of the parser.
    pipeline(Readable.from(texts()), parser, () => {});
    let number = 0;
    try {
      for await (const { record } of parser as AsyncIterable<{ record: string[] }>) {
        number++;
        if (record.some((cell) => cell.trim() !== '')) yield { number, cells: record };
      }
    } catch (error) {
      throw readError(path, number + 1, error);
    }
  }

  async function* rows() {
    for await (const row of records()) if (row.number > 1) yield row;
  }

  const first = await records().next();
  if (first.done || first.value.number !== 1)
    throw new StartError(`${path}: the first row must name the columns`);
  const header = first.value.cells.map((name) => name.trim());
  readBytes = 0;
  return { header, delimiter, encoding, totalBytes: size, rows, readBytes: () => readBytes };
}

async function peek(path: string): Promise<{ head: Buffer; size: number }> {
  try {
    const { size } = await stat(path);
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0);
      return { head: buffer.subarray(0, bytesRead), size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new StartError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

/** The one of comma, semicolon and tab that is most frequent in the header, outside of quotes. */
export function delimiterOf(text: string): string {
  const [header = ''] = text.replace(/"[^"]*"/g, '').split(/\r?\n|\r/, 1);
  const count = (delimiter: string) => header.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, each) => (count(each) > count(best) ? each : best));
}

function readError(path: string, row: number, error: unknown): unknown {
  if (error instanceof CsvError) {
    const reason =
      error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
        ? 'a quote is opened here or later and never closed'
        : error.message;
    return new StartError(`${path}, row ${row}: ${reason}`);
  }
  if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new StartError(`${path} is not in UTF-8: save it as "CSV UTF-8"`);
  }
  return error;
}
