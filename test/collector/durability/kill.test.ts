import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Batch } from '@handrail/sdk/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CollectorProcess, spawnCollector } from '../../support/collector-process.ts';
import { readDatabase, storedMessageIds } from '../../support/database.ts';
import { acknowledge } from './post.ts';
import { writePingSite } from './site.ts';

const ROUNDS = 20;
/** Messages in each batch of each client, so that commits of many sizes are hit. */
const BATCH_SIZES = [1, 5, 20, 100];

interface Client {
  name: string;
  batchSize: number;
  sentBatches: number;
  acknowledged: string[];
  /** Sent, and neither acknowledged nor refused: the collector died over it. */
  unanswered: Batch['batch'] | null;
}

let folder: string;
let collector: CollectorProcess | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-kill-'));
});
afterAll(async () => {
  await collector?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function nextBatch(client: Client): Batch['batch'] {
  const number = client.sentBatches++;
  return Array.from({ length: client.batchSize }, (_, index) => ({
    type: 'track',
    event: 'ping',
    anonymousId: client.name,
    messageId: `${client.name}/${number}/${index}`,
  }));
}

const idsOf = (batch: Batch['batch'] | null): string[] =>
  batch?.map(({ messageId }) => messageId ?? '') ?? [];

/** One batch after the other until the collector is gone; the one it died over is sent again first. */
async function sendUntilKilled(client: Client, url: string, onAcknowledged: () => void): Promise<void> {
  for (;;) {
    client.unanswered ??= nextBatch(client);
    const result = await acknowledge(url, client.unanswered).catch(() => null);
    if (!result) return;
    expect([0, client.batchSize], 'a batch is stored whole or not at all').toContain(result.duplicates);
    expect(result).toMatchObject({ accepted: client.batchSize - result.duplicates, rejected: [] });
    client.acknowledged.push(...idsOf(client.unanswered));
    client.unanswered = null;
    onAcknowledged();
  }
}

/** All clients at once. `enough`: so many batches are acknowledged; `ended`: the collector is gone. */
function startLoad(clients: Client[], url: string, batches: number) {
  let missing = batches;
  let onEnough = () => {};
  const enough = new Promise<void>((resolve) => {
    onEnough = resolve;
  });
  const onAcknowledged = () => {
    if (--missing === 0) onEnough();
  };
  const ended = Promise.all(clients.map((client) => sendUntilKilled(client, url, onAcknowledged)));
  return { enough, ended };
}

function expectExactlyOnce(database: string, clients: Client[]): void {
  const stored = storedMessageIds(database);
  const unique = new Set(stored);
  expect(stored).toHaveLength(unique.size);
  const missing = clients.flatMap(({ acknowledged }) => acknowledged).filter((id) => !unique.has(id));
  expect(missing, 'acknowledged but lost').toEqual([]);

  for (const { acknowledged, unanswered, batchSize } of clients) {
    for (const id of acknowledged) unique.delete(id);
    const survived = idsOf(unanswered).filter((id) => unique.delete(id));
    expect([0, batchSize], 'part of a batch').toContain(survived.length);
  }
  expect([...unique], 'stored but never sent').toEqual([]);

  const folded = readDatabase(database, (db) => ({
    entries: db.prepare('SELECT count(*) FROM score_entries').pluck().get(),
    touchpoints: db.prepare(`SELECT sum(state ->> 'touchpointCount') FROM lead_states`).pluck().get() ?? 0,
  }));
  expect(folded).toEqual({ entries: stored.length, touchpoints: stored.length });
}

test(`Q01 Q05 a collector killed ${ROUNDS} times under load keeps every acknowledged touchpoint, once`, async () => {
  const database = join(folder, 'handrail.sqlite');
  const args = ['--db', database, '--config', writePingSite(folder)];
  const clients = BATCH_SIZES.map(
    (batchSize): Client => ({
      name: `client-of-${batchSize}`,
      batchSize,
      sentBatches: 0,
      acknowledged: [],
      unanswered: null,
    }),
  );

  for (let round = 0; round < ROUNDS; round++) {
    const running = await spawnCollector(args);
    collector = running;
    if (round > 0) expectExactlyOnce(database, clients);
    const { enough, ended } = startLoad(clients, running.url, 5 + 3 * (round % 4));
    await Promise.race([enough, ended.then(() => Promise.reject(new Error('gone before it was killed')))]);
    // Not just after an acknowledgement each time, but anywhere in a commit.
    await delay(round % 5);
    await running.kill('SIGKILL');
    await ended;
  }

  collector = await spawnCollector(args);
  expectExactlyOnce(database, clients);
  for (const { unanswered } of clients) if (unanswered) await acknowledge(collector.url, unanswered);
  const sent = clients.reduce((sum, { sentBatches, batchSize }) => sum + sentBatches * batchSize, 0);
  expect(storedMessageIds(database)).toHaveLength(sent);
  expect(await collector.kill('SIGTERM')).toBe(0);
  expect(readDatabase(database, (db) => db.pragma('integrity_check', { simple: true }))).toBe('ok');
}, 180_000);
