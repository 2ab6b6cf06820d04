/** Durable ingest through HTTP, beside the raw limits of the same machine at the same time. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bareInserts, readTouchpoints } from './bare-inserts.ts';
import { type Loaded, measureCollector } from './bench-collector.ts';
import { type LoadOptions, type LoadResult, load } from './load.ts';
import { atLeast, atMost, numberText, type Row, type Table } from './table.ts';

const BATCH = 20;
const BATCHES = { messagesPerRequest: BATCH, connections: 64, maxRequests: 8_000, maxSeconds: 3 };
const SINGLES = { messagesPerRequest: 1, connections: 64, maxRequests: 50_000, maxSeconds: 3 };
const OFFERED_PER_SECOND = 10_000;
const OFFERED = {
  messagesPerRequest: BATCH,
  connections: 64,
  requestsPerSecond: OFFERED_PER_SECOND / BATCH,
  maxSeconds: 5,
  maxRequests: (5 * OFFERED_PER_SECOND) / BATCH,
};
const BARE_SECONDS = 2;

export async function benchIngest(folder: string): Promise<Table> {
  const { measured, databasePath, touchpoints } = await measureCollector(folder, async (loadCollector) => ({
    batches: await loadCollector(BATCHES),
    mixed: await loadCollector({ ...BATCHES, visitors: 'interleaved' }),
    singles: await loadCollector({ ...SINGLES, visitors: 'interleaved' }),
    offered: await loadCollector(OFFERED),
  }));
  const { batches, mixed, singles, offered } = measured;

  const bareHttp = await loadBareServer([BATCHES, SINGLES]);
  const rows = readTouchpoints(databasePath);
  const bareSql = (size: number) => bareInserts(folder, rows, size, BARE_SECONDS);
  const bareInGroups = bareSql(groupSize(batches));
  const bareSingles = bareSql(groupSize(singles));
  const bareInBatches = bareSql(BATCH);

  const share = rate(batches) / bareInGroups;
  return {
    title: 'ingest: durable, through HTTP, 64 connections from another process; 50 score rules',
    rows: [
      {
        what: `${BATCH} messages a request`,
        measured: rateText(batches),
        budget: atLeast(40_000, rate(batches), 'messages/s'),
      },
      ...shares(batches, bareHttp[0], bareInGroups, groupSize(batches), atLeast(0.6, share)),
      { what: `${BATCH} messages a request, each of another visitor`, measured: rateText(mixed) },
      {
        what: 'one message a request',
        measured: rateText(singles),
        budget: atLeast(12_000, rate(singles), 'messages/s'),
      },
      ...shares(singles, bareHttp[1], bareSingles, groupSize(singles)),
      { what: `bare inserts, ${BATCH} a transaction`, measured: `${numberText(bareInBatches)} rows/s` },
      {
        what: `p99 at ${numberText(OFFERED_PER_SECOND)} messages/s offered`,
        measured: `${numberText(offered.p99Ms)} ms (p50 ${numberText(offered.p50Ms)})`,
        budget: atMost(50, offered.p99Ms, 'ms'),
      },
      { what: 'acknowledged, and counted in the file', measured: touchpoints.toLocaleString('en') },
    ],
  };
}

function shares(
  loaded: LoadResult,
  bareHttp: LoadResult | undefined,
  bareInserts: number,
  groupSize: number,
  budget?: Row['budget'],
): Row[] {
  const bareRate = bareHttp ? rate(bareHttp) : Number.NaN;
  return [
    {
      what: `  of a bare insert loop, ${groupSize} a transaction as here on average`,
      measured: `${numberText(rate(loaded) / bareInserts)} of ${numberText(bareInserts)} rows/s`,
      ...(budget && { budget }),
    },
    {
      what: '  of a bare Hono handler that parses and forgets',
      measured: `${numberText(rate(loaded) / bareRate)} of ${numberText(bareRate)} messages/s`,
    },
  ];
}

async function loadBareServer(loads: Omit<LoadOptions, 'url' | 'seed'>[]): Promise<LoadResult[]> {
  const server = fork(fileURLToPath(new URL('bare-server.ts', import.meta.url)));
  try {
    const [port] = await once(server, 'message');
    const url = `http://127.0.0.1:${port}`;
    await load({ ...BATCHES, url, seed: 1, maxSeconds: 1, maxRequests: 2_500 });
    const results: LoadResult[] = [];
    for (const options of loads)
      results.push(await load({ ...options, url, seed: 1, maxSeconds: BARE_SECONDS }));
    return results;
  } finally {
    server.kill();
  }
}

/** Of one transaction, in messages. */
const groupSize = ({ messages, commits }: Loaded): number => Math.round(messages / commits);

const rate = ({ messages, seconds }: LoadResult): number => messages / seconds;

function rateText(result: LoadResult): string {
  const { p50Ms, p99Ms } = result;
  return `${numberText(rate(result))} messages/s, p50 ${numberText(p50Ms)} p99 ${numberText(p99Ms)} ms`;
}
