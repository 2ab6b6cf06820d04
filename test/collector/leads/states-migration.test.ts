import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { migrate } from '../../../collector/src/store/sqlite/migrate.ts';
import { startCollector } from '../../support/collector.ts';

const MIGRATIONS = fileURLToPath(new URL('../../../collector/src/store/sqlite/migrations/', import.meta.url));
const AT = Date.parse('2026-11-20T12:00:00Z');
const SITE = { name: 'Shop', stages: [{ id: 'awareness' }] };

test('leads from before their states were kept by version are listed and found, and a replay that was under way starts anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'handrail-test-'));
  const older = join(folder, 'migrations/');
  mkdirSync(older);
  for (const name of readdirSync(MIGRATIONS).filter((each) => each < '010')) {
    copyFileSync(MIGRATIONS + name, older + name);
  }
  const databasePath = join(folder, 'handrail.sqlite');
  const db = new Database(databasePath);
  migrate(db, databasePath, older);
  db.exec(
    `INSERT INTO sites (id, version, live_version, folded_version, created_at) VALUES (1, 3, 2, 1, ${AT})`,
  );
  for (const version of [1, 2, 3]) {
    db.prepare('INSERT INTO site_versions (site_id, version, document, created_at) VALUES (1, ?, ?, ?)').run(
      version,
      JSON.stringify({
        ...SITE,
        ...(version === 3 && { segments: [{ id: 'all', when: { stage: 'awareness' } }] }),
      }),
      AT,
    );
  }
  const insertLead = db.prepare(
    `INSERT INTO leads (id, site_id, public_id, user_id, heat, stage, first_seen_at, last_seen_at, state, facets,
       changes_at, merged_into)
     VALUES (?, 1, ?, ?, ?, 'awareness', ${AT}, ${AT}, ?, ?, ?, ?)`,
  );
  const state = (name: string) =>
    JSON.stringify({
      score: 1,
      scoredAt: AT,
      stage: 'awareness',
      firstSeenAt: AT,
      lastSeenAt: AT,
      traits: { name: { value: name, at: AT, trust: 'browser' } },
    });
  const facets = (name: string) => JSON.stringify(['stage:awareness', `word:${name}`]);
  insertLead.run(1, 'lead_1', 'ada', 1, state('ada'), facets('ada'), 0, null);
  insertLead.run(2, 'lead_2', 'bob', 2, state('bob'), facets('bob'), AT + 1, null);
  insertLead.run(3, 'lead_3', null, 3, state('eve'), '[]', null, 1);
  for (const [id, name] of [
    [1, 'ada'],
    [2, 'bob'],
  ]) {
    db.exec(`INSERT INTO lead_facets VALUES (1, 'stage', 'awareness', ${id}), (1, 'word', '${name}', ${id})`);
    db.exec(`INSERT INTO visitors (id, site_id, anonymous_id, lead_id) VALUES (${id}, 1, '${name}', ${id})`);
  }
  db.exec(`INSERT INTO lead_refolds VALUES (1, 3, 1, 0, 0, NULL)`);
  db.prepare(
    `INSERT INTO touchpoints
       (site_id, message_id, visitor_id, type, name, at, received_at, trust, starts_session, data)
     VALUES (1, 'm', 1, 'track', 'visit', ${AT}, ${AT}, 'browser', 1, '{}')`,
  ).run();
  db.close();

  const collector = await startCollector({ databasePath, now: AT + 1_000 });
  const listed = async (query: string) =>
    (await collector.owner(`/v1/leads?${query}`)).data.map(({ id }: { id: string }) => id);
  expect(await listed('sort=-score')).toEqual(['lead_2', 'lead_1']);
  expect(await listed('q=ad')).toEqual(['lead_1']);
  expect(await listed('stage=awareness')).toEqual(['lead_2', 'lead_1']);
  // Of a lead that was merged, the one that it was merged into is shown.
  expect((await collector.owner('/v1/leads/lead_3')).id).toBe('lead_1');
  await collector.replays.resume();
  await collector.replays.settled();
  expect(await listed('segment=all')).toEqual(['lead_1']);
  await collector.close();
  rmSync(folder, { recursive: true });
});
