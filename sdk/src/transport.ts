import type { PromptsDocument } from './protocol.ts';

/**
 * What came of one request.
 * `retry`: try again later, not before `retryAfterMs`; `status` is 0 where no answer came at all.
 * `drop`: the same request would be refused again.
 */
export type Outcome =
  | { kind: 'done' }
  | { kind: 'retry'; status: number; retryAfterMs: number }
  | { kind: 'drop'; status: number };

/** A collector that takes longer is treated as unreachable; what it then stores anyway, it deduplicates. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer waits are cut: past 2^31 ms a timer fires at once. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Posts one batch.
 *
 * `keepalive` lets the request outlive the page, as a beacon would, but unlike a beacon it has an answer, so
 * that only what is acknowledged is forgotten. A text body needs no pre-flight, which a closing page could not
 * wait for.
 */
export async function postBatch(endpoint: string, body: string, keepalive: boolean): Promise<Outcome> {
  try {
    const response = await fetch(`${endpoint}/v1/batch`, {
      method: 'POST',
      body,
      keepalive,
      credentials: 'omit',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return outcomeOf(response.status, response.headers.get('retry-after'), Date.now());
  } catch {
    return outcomeOf(0, null, Date.now());
  }
}

/** `status` is 0 where there was no answer. */
export function outcomeOf(status: number, retryAfter: string | null, now: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'done' };
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { kind: 'drop', status };
  return { kind: 'retry', status, retryAfterMs: parseRetryAfter(retryAfter, now) };
}

/** Seconds or an HTTP date (RFC 9110, section 10.2.3); 0 where there is none. */
function parseRetryAfter(text: string | null, now: number): number {
  if (!text) return 0;
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Math.min(Math.max(delayMs || 0, 0), MAX_RETRY_AFTER_MS);
}

/** The site's prompts; `null` where they cannot be had, which the page need not know. */
export async function getPrompts(endpoint: string, writeKey: string): Promise<PromptsDocument | null> {
  try {
    const response = await fetch(`${endpoint}/v1/sites/${encodeURIComponent(writeKey)}/prompts`, {
      credentials: 'omit',
    });
    return response.ok ? ((await response.json()) as PromptsDocument) : null;
  } catch {
    return null;
  }
}
