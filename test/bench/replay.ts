/** Ingest beside a replay: what it keeps of its idle rate, how fast history is folded, and what the swap holds up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SECRET_KEY } from '../support/collector.ts';
import { measureCollector } from './bench-collector.ts';
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

interface ReplayState {
  version: number;
  liveVersion: number;
  replay: { leads: { done: number; total: number } } | null;
}

/** In turns, so that what else runs on the machine touches both alike. */
const ROUNDS = 2;

export async function benchReplay(folder: string): Promise<Table> {
  const { measured } = await measureCollector(folder, async (load, url) => {
    const { messages: history } = await load(HISTORY);
    await publish(url, 5);
    const alone = await untilLive(url);

    const idle: LoadResult[] = [];
    const beside: LoadResult[] = [];
    let leads = 0;
    let wasOver = false;
    let longestMs = alone.longestMs;
    for (let round = 0; round < ROUNDS; round++) {
      idle.push(await load(MEASURED));
      await publish(url, 6 + round);
      beside.push(await load(MEASURED));
      const { version, liveVersion, replay } = await state(url);
      wasOver ||= version === liveVersion;
      leads = replay?.leads.total ?? leads;
      longestMs = Math.max(longestMs, (await untilLive(url)).longestMs);
    }
    return { history, alone, idle: rate(idle), beside: rate(beside), leads, wasOver, longestMs };
  });
  const { history, alone, idle, beside, leads, wasOver, longestMs } = measured;
  const share = beside / idle;
  const perSecond = history / alone.seconds;
  return {
    title: `replay: 50 score rules; ${numberText(history)} touchpoints at first, ${numberText(leads)} leads in the end`,
    rows: [
      { what: 'ingest with no replay', measured: `${numberText(idle)} messages/s` },
      {
        what: wasOver ? 'ingest beside a replay, which was over before the end' : 'ingest beside a replay',
        measured: `${numberText(beside)} messages/s`,
      },
      { what: '  of the idle rate', measured: numberText(share), budget: atLeast(0.5, share) },
      {
        what: 'replay with no ingest beside it',
        measured: `${numberText(perSecond)} touchpoints/s, ${numberText(alone.seconds)} s`,
      },
      {
        what: `  extrapolated to ${numberText(EXTRAPOLATED_TO)} touchpoints, not measured`,
        measured: `${numberText(EXTRAPOLATED_TO / perSecond / 60)} min`,
      },
      {
        what: 'longest that any request waited, the swap included',
        measured: `${numberText(longestMs)} ms`,
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

async function untilLive(url: string): Promise<{ seconds: number; longestMs: number }> {
  const startMs = performance.now();
  let longestMs = 0;
  for (;;) {
    const askedMs = performance.now();
    const { version, liveVersion } = await state(url);
    longestMs = Math.max(longestMs, performance.now() - askedMs);
    if (version === liveVersion) return { seconds: (performance.now() - startMs) / MILLISECONDS, longestMs };
    await sleep(5);
  }
}

function rate(results: LoadResult[]): number {
  const sum = (of: (result: LoadResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  return sum(({ messages }) => messages) / sum(({ seconds }) => seconds);
}
