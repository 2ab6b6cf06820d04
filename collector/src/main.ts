/** Puts the collector together and runs it: environment, store, site, keys, listener, timers. Sole reader of process.env. */

import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '@handrail/sdk/protocol';
import { serve } from '@hono/node-server';
import { createCollector } from './app.ts';
import { clockSteps } from './clock-steps.ts';
import { compiledSites } from './compiled-sites.ts';
import { type AddressGuardOptions, guardOptionsIn } from './follow-ups/channels/address-guard.ts';
import type { Environment } from './follow-ups/channels/channel.ts';
import { type Channels, closeChannels, openChannels } from './follow-ups/channels/open.ts';
import { createDispatcher } from './follow-ups/dispatch.ts';
import { signedLinks } from './follow-ups/links.ts';
import { hashOf, isUsableKey, newKey } from './keys.ts';
import { createLeadTimers } from './lead-timers.ts';
import { createReplays, type ReplayProgress } from './replays.ts';
import { endpointProblems } from './site/check-endpoints.ts';
import { readDocument } from './site/document.ts';
import { loadSite, problemLines } from './site/load.ts';
import { StartError } from './start-error.ts';
import { openSqliteStore } from './store/sqlite/index.ts';
import type { KeyKind, Store } from './store/store.ts';

/** How often what is due is looked for; a look costs one index lookup. */
const TICK_MS = 1_000;
/** How long after midnight what tells a day's cookieless visitors apart may still be there. */
const FORGET_MS = 15 * 60_000;
/** SIGTERM: requests and deliveries under way get this long. */
const DRAIN_MS = 8_000;
const SWEEP_MS = 50;
const DEFAULT_SITE: JsonObject = { name: 'My site' };

export interface StartOptions {
  /** [port=8787] */
  port?: number | undefined;
  /** [db="handrail.sqlite"] */
  db?: string | undefined;
  /**
   * Site file, published at each start: it wins over what was published otherwise, which stays among the versions.
   * Without one the site keeps its configuration, a new one gets an empty one.
   */
  config?: string | undefined;
}

export interface RunningCollector {
  url: string;
  /** Answers what is under way, writes the log into the database, closes it. */
  stop(): Promise<void>;
}

/**
 * `handrail start`. Options win over the environment: HANDRAIL_PORT, HANDRAIL_DB, HANDRAIL_CONFIG, and see the README.
 *
 * @throws StartError with one line that says what to do
 */
export async function start(options: StartOptions, log: (line: string) => void): Promise<RunningCollector> {
  const environment = process.env;
  const port = options.port ?? portIn(environment.HANDRAIL_PORT) ?? 8787;
  const config = options.config ?? environment.HANDRAIL_CONFIG;
  const document = config ? loadSite(config, environment) : undefined;
  const webhookTargets = guardOptionsIn(environment);
  if (config && document) await refuseEndpointsInside(config, document, environment, webhookTargets);
  const channels = openAll(environment);
  const store = openSqliteStore(options.db ?? environment.HANDRAIL_DB ?? 'handrail.sqlite');

  try {
    const sites = compiledSites(store, environment);
    const siteId = await prepareSite(store, document, log);
    await sites(siteId).catch((error: Error) => Promise.reject(new StartError(error.message)));
    await prepareKey(store, siteId, 'write', environment.HANDRAIL_WRITE_KEY, log);
    await prepareKey(store, siteId, 'secret', environment.HANDRAIL_SECRET_KEY, log);

    const replays = createReplays({
      store,
      sites,
      onProgress: progressTo(log),
      onError: (error) => log(`replay: ${error instanceof Error ? error.message : String(error)}`),
    });
    const app = createCollector({ store, variables: environment, sites, replays, webhookTargets });
    const listener = await listen(app, port);
    await replays.resume();
    const url = `http://localhost:${listener.port}`;
    const publicUrl = environment.HANDRAIL_PUBLIC_URL ?? url;
    const secret = await store.sites.signingSecret();
    const isClockSteady = clockSteps({
      onStep: (stepMs) =>
        log(`the clock was set by ${Math.round(stepMs / 1000)} s: nothing is sent for ten minutes`),
    });
    const dispatcher = createDispatcher({
      store,
      sites,
      channels,
      links: signedLinks(publicUrl, secret),
      isClockSteady,
      onError: (error) => log(`follow-ups: ${error instanceof Error ? error.message : String(error)}`),
    });
    const stopTicking = keepStarting(TICK_MS, dispatcher.tick, (error) =>
      log(`follow-ups: ${String(error)}`),
    );
    const timers = createLeadTimers(store, sites, Date.now);
    const tellTime = async () => isClockSteady() && timers.tick();
    const stopTimers = every(TICK_MS, tellTime, (error) => log(`leads: ${String(error)}`));
    const stopForgetting = every(
      FORGET_MS,
      () => store.cookieless.forgetPastDays(Date.now()),
      (error) => log(`cookieless: ${String(error)}`),
    );
    log(`listening on ${url}`);
    return {
      url,
      async stop() {
        const stopped = [replays.stop(), stopTicking(), stopTimers(), stopForgetting()];
        await Promise.all([listener.close(), ...stopped]);
        closeChannels(channels);
        await store.close();
      },
    };
  } catch (error) {
    closeChannels(channels);
    await store.close();
    throw error;
  }
}

function portIn(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartError(`the port must be a whole number from 0 to 65535, not "${text}"`);
  }
  return port;
}

/** @throws StartError that names them */
async function refuseEndpointsInside(
  path: string,
  document: JsonObject,
  environment: Environment,
  targets: AddressGuardOptions,
): Promise<void> {
  const read = readDocument(document, environment);
  const problems = read.ok ? await endpointProblems(read.site, targets) : read.problems;
  if (problems.length === 0) return;
  throw new StartError(`${path} is not a valid site:\n${problemLines(problems).join('\n')}`);
}

function openAll(environment: Environment): Channels {
  try {
    return openChannels(environment);
  } catch (error) {
    throw new StartError((error as Error).message);
  }
}

/** The first site, made on the first start; what the file says becomes a version, where it is not the latest one. */
async function prepareSite(
  store: Store,
  document: JsonObject | undefined,
  log: (line: string) => void,
): Promise<number> {
  const siteId = await store.sites.first();
  if (siteId === null) return store.sites.create(document ?? DEFAULT_SITE, Date.now());
  if (!document) return siteId;
  const latest = await store.sites.latest(siteId);
  const version = await store.sites.publish(siteId, document, { by: null, via: 'file' }, null, Date.now());
  if (latest && version !== latest.version) {
    const isOwn = latest.via === 'file' || latest.via === 'first';
    const kept = isOwn
      ? ''
      : `; version ${latest.version}, published otherwise, is kept: handrail site pull --version ${latest.version}`;
    log(`the site file becomes version ${version}${kept}`);
  }
  return siteId;
}

const PROGRESS_PERIOD_MS = 5_000;

/** A line every few seconds, and one at the end. */
function progressTo(log: (line: string) => void): (progress: ReplayProgress) => void {
  let toldAt = 0;
  return ({ version, leads: { done, total }, isLive }) => {
    if (!isLive && Date.now() < toldAt + PROGRESS_PERIOD_MS) return;
    toldAt = Date.now();
    log(`history under version ${version}: ${done} of ${total} leads${isLive ? ', now live' : ''}`);
  };
}

async function prepareKey(
  store: Store,
  siteId: number,
  kind: KeyKind,
  given: string | undefined,
  log: (line: string) => void,
): Promise<void> {
  const variable = kind === 'write' ? 'HANDRAIL_WRITE_KEY' : 'HANDRAIL_SECRET_KEY';
  if (given) {
    if (!isUsableKey(kind, given)) {
      const prefix = kind === 'write' ? 'pk_' : 'sk_';
      throw new StartError(
        `${variable} must be ${prefix} and at least 13 letters, digits, "-" or "_" after it`,
      );
    }
    const known = await store.sites.findKey(hashOf(given));
    if (known && (known.siteId !== siteId || known.kind !== kind)) {
      throw new StartError(`${variable} is already the ${known.kind} key of another site`);
    }
    await store.sites.addKey(siteId, kind, hashOf(given), Date.now());
  } else if (!(await store.sites.hasKey(siteId, kind))) {
    const key = newKey(kind);
    await store.sites.addKey(siteId, kind, hashOf(key), Date.now());
    log(`${kind} key, shown only now: ${key}`);
  }
}

function listen(
  app: { fetch: (request: Request) => Response | Promise<Response> },
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port }, (info) => resolve({ port: info.port, close }));
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `port ${port} is in use: stop what listens there, or choose another with --port`
          : `cannot listen on port ${port}: ${error.message}`;
      reject(new StartError(reason));
    });
    const close = () =>
      new Promise<void>((closed) => {
        // A client that keeps its connection busy is told to leave; one that has fallen idle is let go of.
        server.prependListener('request', (_request, response) => {
          response.shouldKeepAlive = false;
        });
        const sweep = setInterval(
          () => 'closeIdleConnections' in server && server.closeIdleConnections(),
          SWEEP_MS,
        );
        const giveUp = setTimeout(
          () => 'closeAllConnections' in server && server.closeAllConnections(),
          DRAIN_MS,
        );
        server.close(() => {
          clearInterval(sweep);
          clearTimeout(giveUp);
          closed();
        });
      });
  });
}

/** Begins `work` again and again, whether or not the run before is done. @returns as `every` */
function keepStarting(
  periodMs: number,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const running = new Set<Promise<unknown>>();
  const run = () => {
    const one = work()
      .catch(onError)
      .finally(() => running.delete(one));
    running.add(one);
  };
  run();
  const timer = setInterval(run, periodMs);
  return async () => {
    clearInterval(timer);
    // A delivery cut off here is tried again, once its lease has run out.
    await Promise.race([Promise.all(running), delay(DRAIN_MS, undefined, { ref: false })]);
  };
}

/** Runs `work` again and again, never twice at once. @returns stops it; resolves once the run under way is over, or at the latest after DRAIN_MS */
function every(
  periodMs: number,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const run = () => {
    running = work()
      .catch(onError)
      .then(() => {
        if (!isStopped) timer = setTimeout(run, periodMs);
      });
  };
  run();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await Promise.race([running, delay(DRAIN_MS, undefined, { ref: false })]);
  };
}
