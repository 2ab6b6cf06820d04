import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type BetterSqlite from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { openSqliteStore } from '../../../collector/src/store/sqlite/index.ts';

const BIN = fileURLToPath(new URL('../../../collector/bin/handrail.js', import.meta.url));

/** The real SQLite, but for the version it says it has. */
const sqlite = vi.hoisted(() => ({ version: '' }));
vi.mock('better-sqlite3', async (importOriginal) => {
  const { default: Original } = await importOriginal<{ default: typeof BetterSqlite }>();
  function Database(...args: ConstructorParameters<typeof Original>) {
    const db = new Original(...args);
    if (sqlite.version) db.function('sqlite_version', () => sqlite.version);
    return db;
  }
  return { default: Database };
});

const OLD_VERSION = '20.20.2';
const PRETENDED = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${OLD_VERSION}'}})`;

/** This Node, made to say that it is old; and every really old one on this machine. */
function oldNodes(): { name: string; command: string[] }[] {
  const installed = (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'node'))
    .filter((path) => existsSync(path))
    .map((path) => ({ path, version: spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim() }))
    .filter(({ version }) => Number(/^v(\d+)/.exec(version)?.[1]) < 22);
  return [
    { name: 'a Node that says it is old', command: [process.execPath, '--import', PRETENDED] },
    ...installed.map(({ path, version }) => ({ name: `${version} at ${path}`, command: [path] })),
  ];
}

test.each(oldNodes())('Q03 $name is refused in one line that says what to do', ({ command }) => {
  const [path = '', ...args] = command;
  const { status, stdout, stderr } = spawnSync(path, [...args, BIN, 'start'], { encoding: 'utf8' });
  expect(stderr).toMatch(/^handrail: Node \d+\.\d+\.\d+ is too old: install Node 22 or later\n$/);
  expect([status, stdout]).toEqual([1, '']);
});

test.each([
  ['3.51.2', true],
  ['3.50.9', true],
  ['2.99.99', true],
  ['3.51.3', false],
  ['3.52.0', false],
  ['4.0.0', false],
])('Q03 SQLite %s: too old: %s', async (version, isTooOld) => {
  const folder = mkdtempSync(join(tmpdir(), 'handrail-old-'));
  sqlite.version = version;
  const open = () => openSqliteStore(join(folder, 'handrail.sqlite'));
  if (isTooOld) expect(open).toThrow(`SQLite ${version} is too old: 3.51.3 or later is needed`);
  else await open().close();
  rmSync(folder, { recursive: true });
});
