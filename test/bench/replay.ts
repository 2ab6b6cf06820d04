/** Ingest beside a replay: what it keeps of its idle rate, how fast history is folded, and what the swap holds up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SECRET_KEY } from '../support/collector.ts';
import { measureCollector } from './bench-collector.ts';
import { growHistory } from './grow.ts';
import type { LoadResult } from './load.ts';
import { SITE } from './site.ts';
import { atLeast, numberText, type Table } from './table.ts';

const HISTORY = {
  messagesPerRequest: 100,
  connections: 16,
  maxRequests: 1_000,
  maxSeconds: 30,
};
/** As many people at once as write most often. */
const MEASURED = { messagesPerRequest: 20, connections: 64, maxRequests: 4_000, maxSeconds: 2 };
const EXTRAPOLATED_TO = 10_000_000;
const MILLISECONDS = 1_000;
/** Between two lines about a replay that takes long. */
const REPORT_EVERY_MS = 15_000;

interface ReplayState {
  version: number;
  liveVersion: number;
  replay: { leads: { done: number; total: number } } | null;
}

interface Replayed {
  seconds: number;
  /** The request that saw the new version first: it had waited for the swap. */
  swapMs: number;
  /** Any request. */
  longestMs: number;
}

/** In turns, so that what else runs on the machine touches both alike. */
const ROUNDS = 2;

/** @param atLeastTouchpoints how long a history is folded anew; as long as `HISTORY` makes it, where that is more */
export async function benchReplay(folder: string, atLeastTouchpoints: number): Promise<Table> {
  const { databasePath } = await measureCollector(folder, (load) => load(HISTORY));
  growHistory(databasePath, atLeastTouchpoints, (count) => tell(`${numberText(count)} touchpoints`));
  const { measured, touchpoints } = await measureCollector(folder, async (load, url) => {
    await publish(url, 5);
    const alone = await untilLive(url);
    const replays = [alone];
    const idle: LoadResult[] = [];
    const beside: LoadResult[] = [];
    let leads = 0;
    let wasOver = false;
    for (let round = 0; round < ROUNDS; round++) {
      idle.push(await load(MEASURED));
      await publish(url, 6 + round);
      beside.push(await load(MEASURED));
      const { version, liveVersion, replay } = await state(url);
      wasOver ||= version === liveVersion;
      leads = replay?.leads.total ?? leads;
      replays.push(await untilLive(url));
    }
    return { alone, replays, idle, beside, leads, wasOver };
  });
  const { alone, replays, idle, beside, leads, wasOver } = measured;
  const loads = [...idle, ...beside];
  const history = touchpoints - loads.reduce((sum, { messages }) => sum + messages, 0);
  const share = rate(beside) / rate(idle);
  const perSecond = history / alone.seconds;
  const isLong = history >= EXTRAPOLATED_TO;
  return {
    title: `replay: 50 score rules; ${numberText(history)} touchpoints at first, ${numberText(leads)} leads in the end`,
    rows: [
      { what: 'ingest with no replay', measured: `${numberText(rate(idle))} messages/s` },
      {
        what: wasOver ? 'ingest beside a replay, which was over before the end' : 'ingest beside a replay',
        measured: `${numberText(rate(beside))} messages/s`,
      },
      { what: '  of the idle rate', measured: numberText(share), budget: atLeast(0.5, share) },
      {
        what: 'replay with no ingest beside it',
        measured: `${numberText(perSecond)} touchpoints/s, ${numberText(alone.seconds)} s`,
      },
      ...(isLong
        ? []
        : [
            {
              what: `  extrapolated to ${numberText(EXTRAPOLATED_TO)} touchpoints, not measured`,
              measured: `${numberText(EXTRAPOLATED_TO / perSecond / 60)} min`,
            },
          ]),
      {
        what: 'longest that a request waited for a swap',
        measured: `${numberText(Math.max(...replays.map(({ swapMs }) => swapMs)))} ms`,
      },
      {
        what: '  for anything, with no ingest',
        measured: `${numberText(Math.max(...replays.map(({ longestMs }) => longestMs)))} ms`,
      },
      {
        what: '  an ingest beside a replay, and with none',
        measured: `${[beside, idle].map((results) => numberText(longest(results))).join(' ms, ')} ms`,
      },
    ],
  };
}

const headers = { authorization: `Bearer ${SECRET_KEY}` };

/** Other points for every rule: another history for every lead. */
async function publish(url: string, points: number): Promise<void> {
  const rules = SITE.scoring.rules.map((rule) => ({ ...(rule as object), points }));
  const body = JSON.stringify({ ...SITE, scoring: { rules } });
  const response = await fetch(`${url}/v1/site`, { method: 'PUT', headers, body });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

async function state(url: string): Promise<ReplayState> {
  return (await fetch(`${url}/v1/site/replay`, { headers })).json() as Promise<ReplayState>;
}

async function untilLive(url: string): Promise<Replayed> {
  const startMs = performance.now();
  let toldMs = startMs;
  let longestMs = 0;
  for (;;) {
    const askedMs = performance.now();
    const { version, liveVersion, replay } = await state(url);
    const answeredMs = performance.now();
    const waitedMs = answeredMs - askedMs;
    longestMs = Math.max(longestMs, waitedMs);
    if (version === liveVersion) {
      return { seconds: (answeredMs - startMs) / MILLISECONDS, swapMs: waitedMs, longestMs };
    }
    if (replay && answeredMs - toldMs > REPORT_EVERY_MS) {
      toldMs = answeredMs;
      tell(`${numberText(replay.leads.done)} of ${numberText(replay.leads.total)} leads folded anew`);
    }
    await sleep(5);
  }
}

/** While it takes long; the table comes at the end. */
const tell = (progress: string): void => console.error(`  ${progress}`);

const longest = (results: LoadResult[]): number => Math.max(...results.map(({ longestMs }) => longestMs));

function rate(results: LoadResult[]): number {
  const sum = (of: (result: LoadResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  return sum(({ messages }) => messages) / sum(({ seconds }) => seconds);
}
