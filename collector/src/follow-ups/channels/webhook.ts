/** Webhooks by https://www.standardwebhooks.com: signed JSON to an endpoint the site's owner has named. */

import { Webhook } from 'standardwebhooks';
import { Client, type Dispatcher } from 'undici';
import { type AddressGuardOptions, checkTarget, pinnedLookup, type Target } from './address-guard.ts';
import type { Channel, SendResult } from './channel.ts';
import { asDetail, describeError } from './detail.ts';
import { parseRetryAfter } from './retry-schedule.ts';

/** What Standard Webhooks sends. */
export interface WebhookEvent {
  /** Dotted, such as `lead.became_hot`. */
  type: string;
  /** When it happened, ISO 8601. */
  timestamp: string;
  /** Anything that is JSON. */
  data: object;
}

export interface WebhookContent {
  url: string;
  /** Beside our own, as `Authorization`. [headers=none] */
  headers?: { [name: string]: string } | undefined;
  /** `whsec_…`. While one is being rotated there are two, and the message carries a signature by each. */
  secrets: readonly string[];
  /** `false` for an API that knows the sender by its headers. [isSigned=true] */
  isSigned?: boolean | undefined;
  /** A `WebhookEvent`, or what a mapping has made of one. */
  payload: unknown;
  /** Finds in the JSON of a 2xx that the receiver took nothing after all, and why. [refusalIn=none] */
  refusalIn?: ((reply: unknown) => string | null) | undefined;
}

export interface WebhookOptions extends AddressGuardOptions {
  /** For all of one attempt: name resolution, connection, reply. [timeoutMs=15000] */
  timeoutMs?: number;
  /** Dates the attempt: receivers refuse what is more than minutes off *their* clock. [now=Date.now] */
  now?: () => number;
}

/** Enough for a message of error, and the most that a receiver can make us hold. */
const MAX_REPLY_BYTES = 4_096;

/**
 * Any 2xx is success and anything else is tried again: the receiver may be mended before the schedule ends.
 * Only 410 is final, as Standard Webhooks has it, and a target that we refuse to connect to. Redirects are not
 * followed: their target has not been checked.
 */
export function createWebhookChannel({
  timeoutMs = 15_000,
  now = Date.now,
  ...guard
}: WebhookOptions = {}): Channel<WebhookContent> {
  return {
    async send({ deliveryId, content }, signal) {
      const { url, secrets, isSigned = true, payload, refusalIn } = content;
      const attemptedAt = new Date(now());
      const body = JSON.stringify(payload);
      const headers: Record<string, string> = {
        ...content.headers,
        'content-type': 'application/json',
        'user-agent': 'Handrail-Webhooks',
        'webhook-id': deliveryId,
        'webhook-timestamp': String(Math.floor(attemptedAt.getTime() / 1_000)),
      };
      try {
        if (isSigned) headers['webhook-signature'] = sign(secrets, deliveryId, attemptedAt, body);
      } catch (error) {
        return { outcome: 'failed', reason: 'bad_secret', detail: describeError(error) };
      }

      const timeout = AbortSignal.timeout(timeoutMs);
      const giveUp = signal ? AbortSignal.any([timeout, signal]) : timeout;
      try {
        const target = await unlessAborted(checkTarget(url, guard), giveUp);
        if (!target.allowed) {
          const detail = `${target.refusal}: ${target.detail}`;
          return { outcome: 'failed', reason: 'blocked_address', detail };
        }
        return resultOf(await post(target, headers, body, giveUp), now(), refusalIn);
      } catch (error) {
        const detail = timeout.aborted ? `no reply within ${timeoutMs} ms` : describeError(error);
        return { outcome: 'retry', detail };
      }
    },
  };
}

/** @throws where a secret can't be used, or there is none: Standard Webhooks knows no unsigned message. */
function sign(secrets: readonly string[], deliveryId: string, attemptedAt: Date, body: string): string {
  if (secrets.length === 0) throw new Error('no signing secret');
  return secrets.map((secret) => new Webhook(secret).sign(deliveryId, attemptedAt, body)).join(' ');
}

interface Reply {
  status: number;
  retryAfter: string | undefined;
  location: string | undefined;
  excerpt: string;
}

async function post(
  { url, addresses }: Target & { allowed: true },
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Reply> {
  // A client of its own for each attempt: a kept connection could lead to an address checked long ago.
  // The signal is given twice as undici's own only ends a request once there is a connection.
  const client = new Client(url.origin, { connect: { lookup: pinnedLookup(addresses), signal } });
  try {
    const response = await client.request({
      method: 'POST',
      path: url.pathname + url.search,
      headers,
      body,
      signal,
    });
    return {
      status: response.statusCode,
      retryAfter: header(response, 'retry-after'),
      location: header(response, 'location'),
      excerpt: await readExcerpt(response.body),
    };
  } finally {
    await client.destroy();
  }
}

function header({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * Reads on to the end where that is near, also after a 2xx: some receivers are killed by their server (PHP's
 * `ignore_user_abort`) if the connection closes under their hands. The status has already decided, so trouble
 * from here on only shortens the excerpt.
 */
async function readExcerpt(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let excerpt = '';
  let bytes = 0;
  try {
    for await (const chunk of body) {
      excerpt += decoder.decode(chunk.subarray(0, MAX_REPLY_BYTES - bytes), { stream: true });
      bytes += chunk.length;
      if (bytes >= MAX_REPLY_BYTES) break;
    }
  } catch {
    // The receiver hung up, or took too long.
  }
  return excerpt;
}

function resultOf(
  { status, retryAfter, location, excerpt }: Reply,
  now: number,
  refusalIn: WebhookContent['refusalIn'],
): SendResult {
  if (status >= 200 && status < 300) {
    const refusal = refusalIn?.(parseOrNull(excerpt)) ?? null;
    if (refusal === null) return { outcome: 'sent', detail: String(status) };
    return { outcome: 'failed', reason: 'refused', detail: asDetail(`${status} ${refusal}`) };
  }
  const redirect = location === undefined ? '' : ` redirect to ${location} not followed`;
  const detail = asDetail(`${status}${redirect} ${excerpt}`);
  if (status === 410) return { outcome: 'failed', reason: 'endpoint_gone', detail };
  const retryAfterMs = parseRetryAfter(retryAfter, now);
  return { outcome: 'retry', detail, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** For work that takes no signal, as name resolution: leaves it behind. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}
