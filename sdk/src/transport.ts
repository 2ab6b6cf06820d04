import { isNative } from './native.ts';
import type { BatchResult, LeadFacts, Prompt, PromptsDocument, Theme } from './protocol.ts';

/**
 * What came of one request.
 * `done`: it is acknowledged, perhaps with what the collector tells of the person.
 * `retry`: try again later, not before `retryAfterMs`; `status` is 0 where no answer came at all.
 * `drop`: the same request would be refused again.
 */
export type Outcome =
  | { kind: 'done'; lead?: LeadFacts | undefined }
  | { kind: 'retry'; status: number; retryAfterMs: number }
  | { kind: 'drop'; status: number };

/**
 * `outliving`: the request goes on if the page is left, within the quota that the page has for such requests.
 * `leaving`: the page is being left, so that nothing else is of use.
 */
export type Manner = 'plain' | 'outliving' | 'leaving';

/** A collector that takes longer is treated as unreachable; what it then stores anyway, it deduplicates. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer waits are cut: past 2^31 ms a timer fires at once. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Posts one batch. Never rejects.
 *
 * `keepalive` lets the request outlive the page, as a beacon would, but unlike a beacon it has an answer, so
 * that only what is acknowledged is forgotten. A text body needs no pre-flight, which a closing page could not
 * wait for.
 */
export async function postBatch(endpoint: string, body: string, manner: Manner): Promise<Outcome> {
  let answer: Response | undefined;
  try {
    // Firefox before 133 has no keepalive.
    if (manner === 'leaving' && !('keepalive' in Request.prototype)) postUnanswered(endpoint, body);
    else answer = await request(batchUrl(endpoint), { method: 'POST', body, keepalive: manner !== 'plain' });
  } catch {
    // The page may have broken its `fetch`, and be gone before anything else can answer.
    if (manner === 'leaving') postUnanswered(endpoint, body);
  }
  const outcome = outcomeOf(answer?.status ?? 0, answer?.headers.get('retry-after'), Date.now());
  if (outcome.kind === 'done' && answer && manner !== 'leaving') outcome.lead = await leadIn(answer);
  return outcome;
}

/** Hands a batch to the browser, which answers only whether it takes it (64 KB at most). Without a pre-flight, as above. */
export function postUnanswered(endpoint: string, body: string): boolean {
  return navigator.sendBeacon(batchUrl(endpoint), body);
}

const batchUrl = (endpoint: string) => `${endpoint}/v1/batch`;

/** `status` is 0 where there was no answer. */
export function outcomeOf(status: number, retryAfter: string | null | undefined, now: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'done' };
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { kind: 'drop', status };
  return { kind: 'retry', status, retryAfterMs: parseRetryAfter(retryAfter, now) };
}

/** Seconds or an HTTP date (RFC 9110, section 10.2.3); 0 where there is none. */
function parseRetryAfter(text: string | null | undefined, now: number): number {
  if (!text) return 0;
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Math.min(Math.max(delayMs || 0, 0), MAX_RETRY_AFTER_MS);
}

/** The status alone acknowledges: what else there is may be cut off, or of a proxy's. */
async function leadIn(answer: Response): Promise<LeadFacts | undefined> {
  try {
    return ((await answer.json()) as Partial<BatchResult>).lead;
  } catch {
    return undefined;
  }
}

/** The site's prompts; `null` where they cannot be had, which the page need not know. */
export function getPrompts(endpoint: string, writeKey: string): Promise<PromptsDocument | null> {
  return get(`${endpoint}/v1/sites/${encodeURIComponent(writeKey)}/prompts`);
}

/** A draft that the owner wants to see on the page; `null` where it cannot be had. */
export function getPreview(
  endpoint: string,
  writeKey: string,
  token: string,
): Promise<{ prompt: Prompt; theme?: Theme } | null> {
  return get(`${endpoint}/v1/sites/${encodeURIComponent(writeKey)}/preview/${encodeURIComponent(token)}`);
}

async function get<Answer>(url: string): Promise<Answer | null> {
  try {
    const response = await request(url);
    return response.ok ? ((await response.json()) as Answer) : null;
  } catch {
    return null;
  }
}

async function request(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    return await fetch(url, { ...init, credentials: 'omit', signal });
  } catch (error) {
    // What the page has put in its place may be what fails.
    if (isNative(fetch)) throw error;
    return requestByXhr(url, init);
  }
}

/** As `fetch`, in the older way, which cannot outlive the page. */
function requestByXhr(url: string, { method = 'GET', body }: RequestInit): Promise<Response> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.timeout = REQUEST_TIMEOUT_MS;
    xhr.onload = () => {
      const headers = { 'retry-after': xhr.getResponseHeader('retry-after') ?? '' };
      resolve(new Response(xhr.responseText, { status: xhr.status, headers }));
    };
    xhr.onerror = xhr.ontimeout = reject;
    xhr.send(body as string);
  });
}
