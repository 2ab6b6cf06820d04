import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { migrate } from '../../../collector/src/store/sqlite/migrate.ts';

const MIGRATIONS = fileURLToPath(new URL('../../../collector/src/store/sqlite/migrations/', import.meta.url));
const AT = Date.parse('2026-11-20T12:00:00Z');

test('names and merges from before it was kept who vouches are there; what a server had said is vouched for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'handrail-test-'));
  const older = join(folder, 'migrations/');
  mkdirSync(older);
  const before = readdirSync(MIGRATIONS).filter((name) => name < '006');
  for (const name of before) copyFileSync(MIGRATIONS + name, older + name);
  const path = join(folder, 'handrail.sqlite');
  const db = new Database(path);
  migrate(db, path, older);
  db.exec(`INSERT INTO sites (id, version, folded_version, created_at) VALUES (1, 1, 1, ${AT})`);
  const insertLead = db.prepare(
    `INSERT INTO leads (id, site_id, public_id, heat, stage, first_seen_at, last_seen_at, state, merged_into)
     VALUES (?, 1, ?, 0, 'awareness', ${AT}, ${AT}, ?, ?)`,
  );
  const saidBy = (trust: string, value: string) =>
    JSON.stringify({ traits: { email: { value, trust, at: AT } } });
  insertLead.run(1, 'lead_1', saidBy('server', ' Ada@example.com '), null);
  insertLead.run(2, 'lead_2', saidBy('browser', 'bob@example.com'), null);
  insertLead.run(3, 'lead_3', '{}', 1);
  db.exec(`INSERT INTO lead_identifiers (site_id, kind, value, lead_id) VALUES
    (1, 'user', 'u1', 1), (1, 'email', 'ada@example.com', 1), (1, 'email', 'bob@example.com', 2)`);
  db.exec(`INSERT INTO lead_merges (site_id, from_lead_id, into_lead_id, reason, message_id, at)
    VALUES (1, 3, 1, 'identified', 'm1', ${AT})`);

  migrate(db, path);
  expect(db.prepare('SELECT kind, value, lead_id, trust FROM lead_identifiers ORDER BY value').all()).toEqual(
    [
      { kind: 'email', value: 'ada@example.com', lead_id: 1, trust: 'server' },
      { kind: 'email', value: 'bob@example.com', lead_id: 2, trust: 'browser' },
      { kind: 'user', value: 'u1', lead_id: 1, trust: 'browser' },
    ],
  );
  expect(db.prepare('SELECT from_lead_id, reason, message_id, decided_by FROM lead_merges').all()).toEqual([
    { from_lead_id: 3, reason: 'identified', message_id: 'm1', decided_by: null },
  ]);
  expect(db.pragma('foreign_key_check')).toEqual([]);
  db.close();
  rmSync(folder, { recursive: true });
});
