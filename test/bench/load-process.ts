/** The load generator: the entry of a process that load.ts starts. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, BatchResult, Message } from '@handrail/sdk/protocol';
import { Pool } from 'undici';
import { WRITE_KEY } from '../support/collector.ts';
import type { LoadOptions, LoadResult } from './load.ts';
import { interleavedVisits, take, visits } from './traffic.ts';

const CONTEXT = {
  library: { name: '@handrail/sdk', version: '0.1.0' },
  locale: 'en-GB',
  timezone: 'Europe/London',
};
const MILLISECONDS = 1_000;

function bodies({ seed, visitors, messagesPerRequest, maxRequests }: LoadOptions): Buffer[] {
  const now = Date.now();
  const sentAt = new Date(now).toISOString();
  const messages: Iterator<Message, never> = (visitors === 'interleaved' ? interleavedVisits : visits)(
    seed,
    now,
  );
  return Array.from({ length: maxRequests }, () => {
    const batch = take(messages, messagesPerRequest);
    return Buffer.from(
      JSON.stringify({ batch, sentAt, writeKey: WRITE_KEY, context: CONTEXT } satisfies Batch),
    );
  });
}

async function run(options: LoadOptions): Promise<LoadResult> {
  const { url, connections, messagesPerRequest, requestsPerSecond, maxSeconds } = options;
  const waiting = bodies(options).values();
  const pool = new Pool(url, { connections, pipelining: 1 });
  const latenciesMs: number[] = [];

  async function post(body: Buffer, dueMs: number): Promise<void> {
    const answer = await pool.request({ method: 'POST', path: '/v1/batch', body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${text}`);
    const { accepted } = JSON.parse(text) as BatchResult;
    if (accepted !== messagesPerRequest) throw new Error(`accepted ${accepted}: ${text}`);
    latenciesMs.push(performance.now() - dueMs);
  }

  const startMs = performance.now();
  const endMs = startMs + maxSeconds * MILLISECONDS;
  if (requestsPerSecond === undefined) await Promise.all(Array.from({ length: connections }, sendOneByOne));
  else await sendAtRate(requestsPerSecond);
  const seconds = (performance.now() - startMs) / MILLISECONDS;
  await pool.close();

  async function sendOneByOne(): Promise<void> {
    // Shared: whoever is free takes the next one, so that each visit is sent in its order.
    for (const body of waiting) {
      await post(body, performance.now());
      if (performance.now() >= endMs) return;
    }
  }

  async function sendAtRate(rate: number): Promise<void> {
    const sent: Promise<void>[] = [];
    for (const body of waiting) {
      const dueMs = startMs + (sent.length / rate) * MILLISECONDS;
      if (dueMs >= endMs) break;
      while (performance.now() < dueMs) await sleep(1);
      sent.push(post(body, dueMs));
    }
    await Promise.all(sent);
  }

  latenciesMs.sort((a, b) => a - b);
  const percentile = (share: number) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? Number.NaN;
  const requests = latenciesMs.length;
  return {
    requests,
    messages: requests * messagesPerRequest,
    seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    longestMs: latenciesMs.at(-1) ?? Number.NaN,
  };
}

const [options] = (await once(process, 'message')) as [LoadOptions];
const result = await run(options);
process.send?.(result, () => process.disconnect());
