/** Segment's HTTP API (DESIGN section 4): parse, decode each message, store, acknowledge. */

import {
  type BatchResult,
  type JsonObject,
  MAX_BATCH_MESSAGES,
  type RejectedMessage,
} from '@handrail/sdk/protocol';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { CookielessTouchpoint } from '../ingest/cookieless.ts';
import {
  type Decoded,
  decode,
  describe,
  type Envelope,
  type Rejection,
  withSharedContext,
} from '../ingest/decode.ts';
import { tame } from '../ingest/limits.ts';
import type { Trust } from '../leads/touchpoint.ts';
import { Problem } from '../problem.ts';
import type { IncomingBatch, RejectedRecord } from '../store/store.ts';
import { batchEnvelopeSchema, batchResultSchema, batchSchema, messageSchema } from '../wire.ts';
import { keyOf } from './auth.ts';
import { readJson } from './body.ts';
import type { Env, HandrailContext, Services } from './context.ts';
import { problemSchema } from './schemas.ts';

const SINGLE_TYPES = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const;

export function ingestRoutes(app: OpenAPIHono<Env>, services: Services): void {
  app.post('/v1/batch', async (c) => {
    const { value, bytes } = await readJson(c.req.raw);
    const envelope = parseEnvelope(value);
    const { siteId, trust, country } = await authorize(c, services, envelope.writeKey);
    const receivedAt = services.now();
    const result = await store(services, siteId, envelope.batch, {
      drops: envelope.drops,
      decisions: envelope.decisions,
      sender: networkSender(c),
      sentAt: envelope.sentAt === undefined ? null : Date.parse(envelope.sentAt),
      receivedAt,
      trust,
      context: envelope.context as JsonObject | undefined,
      bodyBytes: bytes,
      country,
    });
    return c.json({ success: true, ...result } satisfies BatchResult);
  });

  for (const type of SINGLE_TYPES) {
    app.post(`/v1/${type}`, async (c) => {
      const { value, bytes } = await readJson(c.req.raw);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw new Problem(400, 'invalid_body', 'body: expected one message, an object', { field: 'body' });
      }
      // The key stays out of the message: what is rejected is kept as it came.
      const { writeKey, sentAt, ...message } = value as { writeKey?: unknown; sentAt?: unknown };
      const { siteId, trust, country } = await authorize(
        c,
        services,
        typeof writeKey === 'string' ? writeKey : undefined,
      );
      const sent = typeof sentAt === 'string' ? Date.parse(sentAt) : Number.NaN;
      const result = await store(services, siteId, [{ ...message, type }], {
        sender: networkSender(c),
        sentAt: Number.isNaN(sent) ? null : sent,
        receivedAt: services.now(),
        trust,
        context: undefined,
        bodyBytes: bytes,
        country,
      });
      const [rejection] = result.rejected;
      if (rejection) throw problemOf(rejection);
      return c.json({ success: true, ...result } satisfies BatchResult);
    });
  }
  describeIngest(app);
}

function problemOf({ code, message }: RejectedMessage): Problem {
  const status = code === 'message_too_large' ? 413 : 400;
  return new Problem(status, code as Rejection['code'], message, {
    field: message.split(':', 1)[0] ?? 'body',
  });
}

function parseEnvelope(value: unknown) {
  if (typeof value === 'object' && value !== null && 'batch' in value && Array.isArray(value.batch)) {
    if (value.batch.length > MAX_BATCH_MESSAGES) {
      const detail = `batch: more than ${MAX_BATCH_MESSAGES} messages`;
      throw new Problem(413, 'too_many_messages', detail, { field: 'batch' });
    }
  }
  const parsed = batchEnvelopeSchema.safeParse(value);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') || 'body';
    throw new Problem(400, 'invalid_body', describe(parsed.error.issues).replace(/^message:/, 'body:'), {
      field,
    });
  }
  if (!tame(parsed.data.context)) {
    throw new Problem(400, 'message_too_deep', 'context: nested deeper than 10 levels', { field: 'context' });
  }
  return parsed.data;
}

/** By HTTP Basic (the key as user name), by Bearer, or in the body. */
async function authorize(
  c: HandrailContext,
  services: Services,
  writeKey: string | undefined,
): Promise<{ siteId: number; trust: Trust; country: Envelope['country'] }> {
  const { siteId, kind } = await keyOf(c, services, writeKey);
  const trust: Trust = kind === 'secret' ? 'server' : 'browser';
  const origin = c.req.header('origin');
  const { origins, country } = (await services.sites(siteId)).site.site;
  if (trust === 'browser' && origin && origins.length > 0 && !origins.includes(origin)) {
    throw new Problem(403, 'origin_not_allowed', `origin ${origin} is not among the site's origins`);
  }
  return { siteId, trust, country };
}

/** What a connection tells of who is at its other end. */
interface NetworkSender {
  /** `null` where there is no connection, as in a server that is no Node server. */
  address: string | null;
  userAgent: string;
}

/** By the connection alone: a header that names an address can be made up by anyone. */
function networkSender(c: HandrailContext): NetworkSender {
  const isConnected = c.env !== null && typeof c.env === 'object' && 'incoming' in c.env;
  const address = isConnected ? getConnInfo(c).remote.address : undefined;
  return { address: address ?? null, userAgent: c.req.header('user-agent') ?? '' };
}

async function store(
  { store, sites }: Services,
  siteId: number,
  messages: unknown[],
  {
    drops,
    decisions,
    sender,
    ...envelope
  }: Omit<Envelope, 'userAgent' | 'scrub'> &
    Pick<IncomingBatch, 'drops' | 'decisions'> & { sender: NetworkSender },
): Promise<Omit<BatchResult, 'success'>> {
  const decoded: Decoded[] = [];
  const counted: CookielessTouchpoint[] = [];
  const refused: (Rejection & { body: string })[] = [];
  const rejected: RejectedMessage[] = [];
  const advance = await sites(siteId);
  const { scrub } = advance.site;
  messages.forEach((raw, index) => {
    const result = decode(raw, { ...envelope, userAgent: sender.userAgent, scrub }, uuidv7);
    if (result.kind === 'touchpoint') decoded.push(result.decoded);
    else if (result.kind === 'cookieless') counted.push(result.counted);
    else {
      const { code, message, messageId } = result.rejection;
      rejected.push({ index, messageId, code, message });
      refused.push({ ...result.rejection, body: asText(withSharedContext(raw, envelope.context)) });
    }
  });
  const { sentAt, receivedAt, trust } = envelope;
  const cookieless = { touchpoints: counted, ...sender };
  const batch = {
    siteId,
    decoded,
    rejected: refused,
    drops,
    decisions,
    cookieless,
    trust,
    sentAt,
    receivedAt,
  };
  const { lead, ...counts } = await store.apply(batch, advance);
  return { ...counts, rejected, ...(lead && { lead }) };
}

/** What is nested thousands deep can be parsed but not written again. */
function asText(raw: unknown): string {
  try {
    return JSON.stringify(raw) ?? 'null';
  } catch {
    return 'null';
  }
}

/** Sends a rejected message again, as when a bug of ours has been mended. */
export async function replay(
  services: Services,
  siteId: number,
  { id, body, trust, sentAt, receivedAt }: RejectedRecord,
): Promise<{ accepted: number; duplicates: number; rejection: Rejection | null }> {
  const advance = await services.sites(siteId);
  const envelope: Envelope = {
    sentAt,
    receivedAt,
    trust,
    // Who it came from was not kept.
    userAgent: '',
    context: undefined,
    bodyBytes: Buffer.byteLength(body),
    scrub: advance.site.scrub,
    country: advance.site.site.country,
  };
  // One without an id gets the same one at each replay, so that a crash in between doubles nothing.
  const result = decode(parseOrNull(body), envelope, () => `rejected-${id}`);
  if (result.kind === 'rejected') return { accepted: 0, duplicates: 0, rejection: result.rejection };
  const batch = {
    siteId,
    decoded: result.kind === 'touchpoint' ? [result.decoded] : [],
    rejected: [],
    cookieless: {
      touchpoints: result.kind === 'cookieless' ? [result.counted] : [],
      // Who it came from was not kept.
      address: null,
      userAgent: '',
    },
    trust,
    sentAt,
    receivedAt,
  };
  const { accepted, duplicates } = await services.store.apply(batch, advance);
  return { accepted, duplicates, rejection: null };
}

/** A body that was too large was cut off. */
function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function describeIngest(app: OpenAPIHono<Env>): void {
  const answers = {
    200: {
      description: 'Stored and fsynced. What was rejected is listed, kept, and costs its neighbours nothing.',
      content: { 'application/json': { schema: batchResultSchema } },
    },
    400: problem('Malformed; `field` names the place.'),
    401: problem('No key, or an unknown one.'),
    403: problem("The page's origin is not among the site's."),
    413: problem('Larger than 500 KB, or more than 2,500 messages.'),
    503: problem('Nothing was kept; try again after `Retry-After`.'),
  };
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/v1/batch',
    tags: ['Ingest'],
    summary: "Record touchpoints, by Segment's spec",
    security: [{ writeKey: [] }],
    request: { body: { content: { 'application/json': { schema: asJsonSchema(batchSchema) } } } },
    responses: answers,
  });
  for (const type of SINGLE_TYPES) {
    app.openAPIRegistry.registerPath({
      method: 'post',
      path: `/v1/${type}`,
      tags: ['Ingest'],
      summary: `Record one ${type} message`,
      security: [{ writeKey: [] }],
      request: { body: { content: { 'application/json': { schema: asJsonSchema(messageSchema) } } } },
      responses: answers,
    });
  }
}

/** By zod itself: the generator of the owner routes does not know `catch` and `custom`. */
function asJsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return jsonSchema;
}

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});
