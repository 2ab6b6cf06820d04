/** Large files, 1 % of their rows bad: in little memory, and across deaths in the middle. */
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CollectorProcess, spawnCollector } from '../../support/collector-process.ts';
import { readDatabase } from '../../support/database.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startImport } from './command.ts';

const BAD_EVERY = 100;
const PEOPLE = 2_000;
/** Of the importer's heap; as objects, all rows would take several times as much. */
const MAX_HEAP_MB = 40;
/** What was acknowledged while the importer died: one batch of rows, or little more. */
const MAX_SENT_TWICE = 2_000;
const TIMEOUT_MS = 120_000;

let folder: string;
let table: string;
let collector: CollectorProcess;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-import-'));
  table = join(folder, 'touchpoints.csv');
  collector = await spawnCollector(['--db', join(folder, 'handrail.sqlite')]);
});
afterEach(async () => {
  await collector.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const isBad = (row: number) => row % BAD_EVERY === 0;

/** Row 1 is the header; each row tells its number. */
function writeTable(rows: number): void {
  const file = openSync(table, 'w');
  writeSync(file, 'Event,Time,Email,Row,Remark\n');
  for (let row = 2; row <= rows + 1; row++) {
    const time = isBad(row)
      ? 'the other day'
      : `2026-0${1 + (row % 9)}-1${row % 10} 10:${10 + (row % 50)}:00`;
    const email = `person${row % PEOPLE}@example.com`;
    writeSync(
      file,
      `call_completed,${time},${email},${row},"said: ""call again"", ${'and '.repeat(20)}hung up"\n`,
    );
  }
  closeSync(file);
}

function expectAllOnce(rows: number): void {
  const bad = Array.from({ length: rows / BAD_EVERY }, (_, index) => (index + 1) * BAD_EVERY);
  const stored = readDatabase(join(folder, 'handrail.sqlite'), (db) =>
    db.prepare<[], number>(`SELECT data ->> '$.properties.row' FROM touchpoints`).pluck().all(),
  );
  const unique = new Set(stored);
  expect([stored.length, unique.size]).toEqual([rows - bad.length, rows - bad.length]);
  expect(bad.filter((row) => unique.has(row))).toEqual([]);
  const [header, ...refused] = parse(readFileSync(`${table}.errors.csv`)) as string[][];
  expect(header).toEqual(['import_row', 'import_error', 'Event', 'Time', 'Email', 'Row', 'Remark']);
  expect(refused.map(([row]) => Number(row))).toEqual(bad);
  expect(refused[0]?.[1]).toMatch(/^timestamp: "the other day" is not a time such as/);
}

test(
  'of 100,000 rows all good ones arrive, each once; the bad ones are in a file with their reasons',
  async () => {
    writeTable(100_000);
    const { output, code } = await startImport(collector.url, [table], {
      NODE_OPTIONS: `--max-old-space-size=${MAX_HEAP_MB}`,
    }).ended;
    expect(output).toContain('99,000 rows imported, 1,000 refused');
    expect(code).toBe(2);
    expectAllOnce(100_000);
    expect(existsSync(`${table}.import.json`), 'nothing to go on with').toBe(false);
  },
  TIMEOUT_MS,
);

test(
  'an import that is killed in the middle goes on there, and nothing is there twice; nor when all is done again',
  async () => {
    const rows = 20_000;
    writeTable(rows);
    const reached = () =>
      existsSync(`${table}.import.json`) ? JSON.parse(readFileSync(`${table}.import.json`, 'utf8')).row : 0;
    let before = 0;
    for (const share of [0.2, 0.6]) {
      const running = startImport(collector.url, [table]);
      await waitFor(`${share} of the import`, async () => reached() > share * rows, TIMEOUT_MS);
      running.child.kill('SIGKILL');
      await running.ended;
      expect(reached()).toBeGreaterThan(before);
      expect(reached()).toBeLessThan(rows);
      before = reached();
    }
    const last = await startImport(collector.url, [table]).ended;
    expect(last.code).toBe(2);
    expect(last.output).toContain(`going on after row ${before.toLocaleString('en')}`);
    const [, again = '0'] = /([\d,]+) were there already/.exec(last.output) ?? [];
    expect(Number(again.replaceAll(',', ''))).toBeLessThanOrEqual(MAX_SENT_TWICE);
    expectAllOnce(rows);

    const second = await startImport(collector.url, [table]).ended;
    expect(second.output).toContain('0 rows imported, 19,800 were there already, 200 refused');
    expectAllOnce(rows);
  },
  TIMEOUT_MS,
);
