/** A real collector on a real SQLite file, in this process, under a clock the test sets. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { createCollector } from '../../collector/src/app.ts';
import { compiledSites } from '../../collector/src/compiled-sites.ts';
import { type Channels, openChannels } from '../../collector/src/follow-ups/channels/open.ts';
import { createWebhookChannel } from '../../collector/src/follow-ups/channels/webhook.ts';
import { createDispatcher, type Dispatcher } from '../../collector/src/follow-ups/dispatch.ts';
import { signedLinks } from '../../collector/src/follow-ups/links.ts';
import { hashOf } from '../../collector/src/keys.ts';
import { createLeadTimers, type LeadTimers } from '../../collector/src/lead-timers.ts';
import { createReplays, type Replays } from '../../collector/src/replays.ts';
import { readDocument, type Variables } from '../../collector/src/site/document.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite/index.ts';
import type { Store } from '../../collector/src/store/store.ts';

export const WRITE_KEY = 'pk_test_0123456789ab';
export const SECRET_KEY = 'sk_test_0123456789ab';
/** What `npm test` has built before the tests run. */
export const BUILT = fileURLToPath(new URL('../../collector/dist/', import.meta.url));

export interface TestClock {
  now: number;
  /** What leases are timed by; stands still unless a test moves it. */
  monotonic: number;
}

export interface TestCollector {
  store: Store;
  clock: TestClock;
  dispatcher: Dispatcher;
  timers: LeadTimers;
  replays: Replays;
  databasePath: string;
  /** One request without a server. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Sends messages with the write key; fails unless the answer is 200. */
  ingest(...messages: object[]): Promise<{ accepted: number; duplicates: number; rejected: unknown[] }>;
  /** As `ingest`, with the secret key. */
  ingestAsServer(
    ...messages: object[]
  ): Promise<{ accepted: number; duplicates: number; rejected: unknown[] }>;
  /** GETs from the owner API; fails unless the answer is 200. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON as clients do
  owner(path: string): Promise<any>;
  /** Publishes a configuration; resolves once it is live. @returns its version */
  publish(site: object): Promise<number>;
  /** Publishes what folds every lead anew into the same; resolves once it is live. */
  foldAnew(): Promise<void>;
  /** Serves on a free port until `close`. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

export const START = Date.parse('2026-11-21T12:00:00Z');

let database: Buffer | undefined;
/** An empty database. Migrations take most of a collector's start, and each test file starts many. */
async function migrated(): Promise<Buffer> {
  if (database) return database;
  const folder = mkdtempSync(join(tmpdir(), 'handrail-test-'));
  const path = join(folder, 'handrail.sqlite');
  await openSqliteStore(path).close();
  database = readFileSync(path);
  rmSync(folder, { recursive: true });
  return database;
}

export async function startCollector({
  site = { name: 'Test' },
  channels = {},
  variables = {},
  databasePath,
  now = START,
}: {
  site?: object;
  channels?: Channels;
  variables?: Variables;
  databasePath?: string;
  now?: number;
} = {}): Promise<TestCollector> {
  const checked = readDocument(site, variables);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const folder = databasePath ? null : mkdtempSync(join(tmpdir(), 'handrail-test-'));
  const path = databasePath ?? join(folder ?? '', 'handrail.sqlite');
  if (folder) writeFileSync(path, await migrated());
  const clock: TestClock = { now, monotonic: 0 };
  const store = openSqliteStore(path);
  const document = JSON.parse(JSON.stringify(site)) as Parameters<Store['sites']['create']>[0];
  const siteId = (await store.sites.first()) ?? (await store.sites.create(document, now));
  await store.sites.addKey(siteId, 'write', hashOf(WRITE_KEY), now);
  await store.sites.addKey(siteId, 'secret', hashOf(SECRET_KEY), now);
  const signingSecret = await store.sites.signingSecret();
  const sites = compiledSites(store, variables);
  const onError = (error: unknown) => console.error(error);
  const replays = createReplays({ store, sites, onError, now: () => clock.now });
  const webhook = channels.webhook ?? createWebhookChannel();
  const app = createCollector({
    store,
    variables,
    sites,
    replays,
    now: () => clock.now,
    webhook,
    filesDirectory: BUILT,
    onError,
  });
  const dispatcher = createDispatcher({
    store,
    sites,
    channels: { ...openChannels({}), webhook, ...channels },
    links: signedLinks('https://collect.example', signingSecret),
    now: () => clock.now,
    monotonicNow: () => clock.monotonic,
    random: () => 0.5,
    onError,
  });

  const send = async (key: string, batch: object[]) => {
    const response = await app.request('/v1/batch', {
      method: 'POST',
      body: JSON.stringify({ writeKey: key, sentAt: new Date(clock.now).toISOString(), batch }),
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  };
  async function owner(ownerPath: string) {
    const response = await app.request(ownerPath, { headers: { authorization: `Bearer ${SECRET_KEY}` } });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  }
  async function publish(changed: object): Promise<number> {
    const response = await app.request('/v1/site', {
      method: 'PUT',
      headers: { authorization: `Bearer ${SECRET_KEY}` },
      body: JSON.stringify(changed),
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    await replays.settled();
    return (await response.json()).version;
  }
  const closers: (() => Promise<void>)[] = [];
  return {
    store,
    clock,
    dispatcher,
    timers: createLeadTimers(store, sites, () => clock.now),
    replays,
    databasePath: path,
    request: async (requestPath, init) => app.request(requestPath, init),
    ingest: (...batch) => send(WRITE_KEY, batch),
    ingestAsServer: (...batch) => send(SECRET_KEY, batch),
    owner,
    publish,
    async foldAnew() {
      const { document, version } = await owner('/v1/site');
      const conversion = { touchpoint: `never_${version}` };
      await publish({ ...document, scoring: { ...document.scoring, conversion } });
    },
    async listen() {
      const server = createAdaptorServer({ fetch: app.fetch });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      closers.push(
        () =>
          new Promise((closed) => {
            server.close(() => closed());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      );
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async close() {
      for (const closeOne of closers) await closeOne();
      await replays.stop();
      await store.close();
      if (folder) rmSync(folder, { recursive: true });
    },
  };
}
