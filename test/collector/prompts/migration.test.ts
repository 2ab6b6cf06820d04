import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { migrate } from '../../../collector/src/store/sqlite/migrate.ts';
import { startCollector } from '../../support/collector.ts';

const MIGRATIONS = fileURLToPath(new URL('../../../collector/src/store/sqlite/migrations/', import.meta.url));
const BEFORE_PROMPTS = ['001-initial.sql', '002-cookieless.sql', '003-drops.sql'];

test('answers from before there were impressions are kept, each as a showing of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'handrail-test-'));
  const older = join(folder, 'migrations/');
  mkdirSync(older);
  for (const name of BEFORE_PROMPTS) copyFileSync(MIGRATIONS + name, older + name);
  const databasePath = join(folder, 'handrail.sqlite');
  const db = new Database(databasePath);
  migrate(db, databasePath, older);
  const prompt = {
    id: 'poll',
    type: 'survey',
    on: { exitIntent: true },
    questions: [{ id: 'score', type: 'nps', text: 'How likely?' }],
  };
  const at = Date.parse('2026-11-20T12:00:00Z');
  const data = {
    page: { path: '/thanks' },
    properties: { promptId: 'poll', questionId: 'score', questionType: 'nps', value: 9 },
  };
  const lead = {
    score: 0,
    scoredAt: at,
    stage: 'awareness',
    flags: {},
    memory: {},
    scored: {},
    answers: {},
    traits: {},
  };
  db.exec(`INSERT INTO sites VALUES (1, 1, 1, ${at})`);
  db.prepare('INSERT INTO site_versions VALUES (1, 1, ?, ?)').run(
    JSON.stringify({ name: 'Shop', prompts: [prompt] }),
    at,
  );
  db.prepare(
    `INSERT INTO leads (id, site_id, public_id, heat, stage, first_seen_at, last_seen_at, state)
     VALUES (1, 1, 'lead_1', 0, 'awareness', ?, ?, ?)`,
  ).run(at, at, JSON.stringify(lead));
  db.exec(`INSERT INTO visitors (id, site_id, anonymous_id, lead_id) VALUES (1, 1, 'v', 1)`);
  db.prepare(
    `INSERT INTO touchpoints (id, site_id, message_id, visitor_id, type, name, at, received_at, trust, starts_session, data)
     VALUES (7, 1, 'm', 1, 'track', 'prompt_answered', ?, ?, 'browser', 1, ?)`,
  ).run(at, at, JSON.stringify(data));
  db.exec(`INSERT INTO answers VALUES (7, 1, 1, 'poll', 'score', 9)`);
  db.close();

  const collector = await startCollector({ databasePath });
  expect((await collector.owner('/v1/answers')).data).toMatchObject([
    { id: 'ans_7', leadId: 'lead_1', questionType: 'nps', value: 9, page: { path: '/thanks' } },
  ]);
  const results = await collector.owner('/v1/prompts/poll/results?splitBy=page');
  expect(results.splits).toMatchObject([
    { value: '/thanks', counts: { shown: 1, started: 1 }, questions: [{ answers: 1 }] },
  ]);
  // What a lead's state lacks is empty, until its history is folded anew.
  expect((await collector.owner('/v1/leads/lead_1/prompts')).data).toMatchObject([
    { promptId: 'poll', shown: 0 },
  ]);
  await collector.ingest({ type: 'track', event: 'visit', anonymousId: 'v', messageId: 'n' });
  await collector.close();
  rmSync(folder, { recursive: true });
});
