import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch } from '@handrail/sdk/protocol';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { groupCommit } from '../../../collector/src/store/sqlite/group-commit.ts';
import { StoreUnavailable } from '../../../collector/src/store/store.ts';
import { SECRET_KEY } from '../../support/collector.ts';
import { type CollectorProcess, spawnCollector } from '../../support/collector-process.ts';
import { readDatabase, storedMessageIds } from '../../support/database.ts';
import { acknowledge, postBatch } from './post.ts';
import { writePingSite } from './site.ts';

let folder: string;
let collector: CollectorProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-full-'));
});
afterEach(async () => {
  await collector?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** About 100 KB. */
const bigBatch = (number: number): Batch['batch'] =>
  Array.from({ length: 50 }, (_, index) => ({
    type: 'track',
    event: 'ping',
    anonymousId: 'visitor',
    messageId: `${number}/${index}`,
    properties: { note: 'x'.repeat(2_000) },
  }));

test('Q04 a full disk: 503 with Retry-After, nothing half-written, and by itself right again once there is space', async () => {
  const database = join(folder, 'handrail.sqlite');
  // No file may grow beyond 2 MB: the kernel refuses the write, as a full disk does. The limit of a running process
  // can be raised again.
  collector = await spawnCollector(['--db', database, '--config', writePingSite(folder)], {}, [
    'prlimit',
    '--fsize=2097152:unlimited',
    '--',
  ]);
  const { url, child } = collector;

  let full: Response | undefined;
  let batches = 0;
  while (!full && batches < 100) {
    const response = await postBatch(url, bigBatch(batches));
    if (response.status === 200) batches++;
    else full = response;
  }
  expect(batches).toBeGreaterThan(0);
  expect(full?.status).toBe(503);
  expect(Number(full?.headers.get('retry-after'))).toBeGreaterThan(0);
  // Or a page's script could not read it. https://fetch.spec.whatwg.org/#http-access-control-expose-headers
  expect(full?.headers.get('access-control-expose-headers')).toBe('Retry-After');
  expect(full?.headers.get('content-type')).toBe('application/problem+json');
  expect(await full?.json()).toMatchObject({ status: 503, code: 'unavailable' });
  expect((await postBatch(url, bigBatch(batches))).status).toBe(503);

  expect(storedMessageIds(database)).toHaveLength(batches * 50);
  const owner = await fetch(`${url}/v1/leads`, { headers: { authorization: `Bearer ${SECRET_KEY}` } });
  expect((await owner.json()).data).toMatchObject([{ touchpointCount: batches * 50 }]);

  execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited']);
  expect(await acknowledge(url, bigBatch(batches))).toMatchObject({ accepted: 50, duplicates: 0 });
  expect(await acknowledge(url, bigBatch(0))).toMatchObject({ accepted: 0, duplicates: 50 });
  expect(storedMessageIds(database)).toHaveLength((batches + 1) * 50);
  expect(readDatabase(database, (db) => db.prepare('SELECT count(*) FROM score_entries').pluck().get())).toBe(
    (batches + 1) * 50,
  );
  expect(await collector.kill('SIGTERM')).toBe(0);
  expect(readDatabase(database, (db) => db.pragma('integrity_check', { simple: true }))).toBe('ok');
}, 30_000);

test('Q04 SQLite finding the disk full refuses every batch of the commit, whole, and takes them later', async () => {
  const db = new Database(join(folder, 'small.sqlite'));
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE notes (text TEXT) STRICT');
  db.pragma('max_page_count = 20');
  const insert = db.prepare('INSERT INTO notes VALUES (?)');
  const commits = groupCommit(
    db,
    () => null,
    () => {},
  );
  const submit = (notes: string[]) =>
    commits.submit(() => notes.map((note) => insert.run(note)).length, notes.length);
  const page = 'x'.repeat(4_000);
  const small = [page];
  const large = Array.from({ length: 30 }, () => page);

  const results = await Promise.allSettled([submit(small), submit(large)]);
  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
  }
  expect(db.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(0);

  db.pragma('max_page_count = 1000');
  expect(await Promise.all([submit(small), submit(large)])).toEqual([1, 30]);
  db.close();
});

test('one batch that breaks the transaction does not cost the others of its commit', async () => {
  const db = new Database(join(folder, 'small.sqlite'));
  db.exec('CREATE TABLE notes (text TEXT NOT NULL UNIQUE) STRICT');
  const insert = db.prepare('INSERT INTO notes VALUES (?)');
  const commits = groupCommit(
    db,
    () => null,
    () => {},
  );
  const submit = (note: string) =>
    commits.submit(() => {
      insert.run(note);
      if (note === 'bad') throw new TypeError('broken');
    }, 1);
  const results = await Promise.allSettled(['first', 'bad', 'last'].map(submit));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({ reason: expect.any(TypeError) });
  expect(db.prepare('SELECT text FROM notes ORDER BY rowid').pluck().all()).toEqual(['first', 'last']);
  db.close();
});
