/** Sends messages to a collector, again and again while it cannot take them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { BatchResult } from '@handrail/sdk/protocol';
import { StartError } from '../start-error.ts';
import type { RowMessage } from './row.ts';

export type SendBatch = (messages: RowMessage[]) => Promise<BatchResult>;

/** Half a minute in all, which a restart of the collector takes. */
const RETRY_DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
const ATTEMPT_TIMEOUT_MS = 60_000;

/** @throws StartError where it refuses, or does not come back; at once where the address is none */
export function batchSender({ url, secretKey }: { url: string; secretKey: string }): SendBatch {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new StartError(`the collector's address must be like https://collect.example, not "${url}"`);
  }
  async function attempt(
    messages: RowMessage[],
  ): Promise<{ result: BatchResult } | { failure: string; waitMs: number | null }> {
    let response: Response;
    try {
      response = await fetch(new URL('/v1/batch', url), {
        method: 'POST',
        headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ batch: messages }),
        signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
      });
      if (response.ok) return { result: (await response.json()) as BatchResult };
    } catch (error) {
      const { cause, message } = error as Error;
      return { failure: cause instanceof Error ? cause.message || String(cause) : message, waitMs: null };
    }
    const { detail = response.statusText } = (await response.json().catch(() => ({}))) as { detail?: string };
    const failure = `${response.status} ${detail}`;
    if (response.status < 500 && response.status !== 429) throw new StartError(`${url}: ${failure}`);
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { failure, waitMs: Number.isNaN(seconds) ? null : seconds * 1_000 };
  }

  return async (messages) => {
    for (const delayMs of [...RETRY_DELAYS_MS, null]) {
      const outcome = await attempt(messages);
      if ('result' in outcome) return outcome.result;
      if (delayMs === null) throw new StartError(`${url} cannot be reached: ${outcome.failure}`);
      await delay(outcome.waitMs ?? delayMs);
    }
    throw new Error('unreachable');
  };
}
