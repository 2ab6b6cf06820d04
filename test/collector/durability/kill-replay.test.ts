/** A collector killed in the middle of a replay: the old version or the new one, never half. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SECRET_KEY } from '../../support/collector.ts';
import { type CollectorProcess, spawnCollector } from '../../support/collector-process.ts';
import { readDatabase } from '../../support/database.ts';
import { acknowledge } from './post.ts';
import { PING_SITE } from './site.ts';

const LEADS = 4_000;
const PINGS_EACH = 2;
const BATCH = 2_000;
const ROUNDS = 6;
const NEW_POINTS = 7;

let folder: string;
let collector: CollectorProcess | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-kill-replay-'));
});
afterAll(async () => {
  await collector?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function siteFile(points: number): string {
  const path = join(folder, `site-${points}.json`);
  const rules = [{ id: 'ping', when: { touchpoint: 'ping' }, points }];
  // So slow a decay that a score can be read as its points.
  writeFileSync(path, JSON.stringify({ ...PING_SITE, scoring: { halfLifeDays: 3650, rules } }));
  return path;
}

const pings = (leads: number[], round: string) =>
  leads.map((lead) => ({
    type: 'track' as const,
    event: 'ping',
    anonymousId: `visitor-${lead}`,
    messageId: `${round}/${lead}`,
  }));

/** @returns the points that every lead and every ledger is folded with; fails if they are not of one version */
function expectOneVersion(database: string): number {
  return readDatabase(database, (db) => {
    const version = db.prepare('SELECT live_version FROM sites').pluck().get();
    const points = version === 1 ? 1 : NEW_POINTS;
    const leads = db
      .prepare<[], { score: number; pings: number; ledger: number; entries: number }>(
        `SELECT state ->> 'score' AS score, state ->> 'touchpointCount' AS pings,
           (SELECT sum(points) FROM score_entries WHERE lead_id = lead_states.lead_id) AS ledger,
           (SELECT count(*) FROM score_entries WHERE lead_id = lead_states.lead_id) AS entries FROM lead_states`,
      )
      .all();
    expect(leads).toHaveLength(LEADS);
    const wrong = leads.filter(
      ({ score, pings: count, ledger, entries }) =>
        Math.abs(score - count * points) > 0.01 || ledger !== count * points || entries !== count,
    );
    expect(wrong.slice(0, 3), `of version ${version}`).toEqual([]);
    const touchpoints = db.prepare('SELECT count(*) FROM touchpoints').pluck().get();
    expect(leads.reduce((sum, { pings: count }) => sum + count, 0)).toBe(touchpoints);
    return points;
  });
}

async function leadsDone(url: string): Promise<number | 'live' | null> {
  const headers = { authorization: `Bearer ${SECRET_KEY}` };
  const { version, liveVersion, replay } = (await (
    await fetch(`${url}/v1/site/replay`, { headers })
  ).json()) as {
    version: number;
    liveVersion: number;
    replay: { leads: { done: number } } | null;
  };
  return version === liveVersion ? 'live' : (replay?.leads.done ?? null);
}

test(`Q01 a collector killed up to ${ROUNDS} times in the middle of a replay goes on with it, and is never half-way`, async () => {
  const database = join(folder, 'handrail.sqlite');
  collector = await spawnCollector(['--db', database, '--config', siteFile(1)]);
  for (let lead = 0; lead < LEADS; lead += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, index) => lead + index);
    for (let ping = 0; ping < PINGS_EACH; ping++) {
      await acknowledge(collector.url, pings(batch, `first-${ping}`));
    }
  }
  expect(await collector.kill('SIGTERM')).toBe(0);
  expect(expectOneVersion(database)).toBe(1);

  const newSite = siteFile(NEW_POINTS);
  const doneAtKill: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const running = await spawnCollector(['--db', database, '--config', newSite]);
    collector = running;
    let done: number | 'live' | null = null;
    const before = doneAtKill.at(-1) ?? 0;
    // Somewhat further than the last time.
    while (done === null || (done !== 'live' && done <= before)) done = await leadsDone(running.url);
    if (done === 'live') break;
    expect(done, 'what was done before the kill is not done again').toBeGreaterThan(before);
    doneAtKill.push(done);
    // Leads that are folded already, and ones that are not: both have to be caught up with.
    const touched = [0, 1, 2, LEADS - 2, LEADS - 1].map((lead) => (lead + 17 * round) % LEADS);
    await acknowledge(running.url, pings(touched, `round-${round}`));
    await delay(round % 4);
    await running.kill('SIGKILL');
    expectOneVersion(database);
  }
  expect(doneAtKill.length, 'it was killed in the middle').toBeGreaterThan(0);

  await collector.kill('SIGKILL');
  collector = await spawnCollector(['--db', database, '--config', newSite]);
  while ((await leadsDone(collector.url)) !== 'live') await delay(20);
  expect(expectOneVersion(database)).toBe(NEW_POINTS);
  await acknowledge(collector.url, pings([0, LEADS - 1], 'last'));
  expectOneVersion(database);
  expect(await collector.kill('SIGTERM')).toBe(0);
  expect(readDatabase(database, (db) => db.pragma('integrity_check', { simple: true }))).toBe('ok');
}, 60_000);
