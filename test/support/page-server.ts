import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Batch, LeadFacts, Message, Prompt, PromptsDocument, Theme } from '@handrail/sdk/protocol';

const BUILT_FILES = fileURLToPath(new URL('../../sdk/dist/page', import.meta.url));

export interface RecordedRequest {
  method: string;
  path: string;
  contentType: string | undefined;
  /** As it came; empty for GET. */
  body: string;
}

/**
 * How the collector takes a batch: with a status, `hang up` as when there is no network, `hang` as one that is stuck,
 * until something on the way loses patience and cuts the connection, or not at all.
 */
export type BatchAnswer =
  | { status: number; headers?: Record<string, string>; lead?: LeadFacts | undefined }
  | 'hang up'
  | 'hang'
  | 'never';

/** Proxies have a minute of it, for which no test should wait. */
const PATIENCE_MS = 2_000;

/**
 * A site at `shop.test` and, on another origin, a collector at `collect.test` that serves the built SDK, records what it gets and
 * answers as told. Neither is a secure context.
 */
export interface PageServer {
  siteUrl: string;
  collectorUrl: string;
  /** HTML by path; what is not there is an empty page. The tag goes in where a page says `<handrail …>`. */
  pages: { [path: string]: string };
  prompts: PromptsDocument;
  /** Drafts by their token. */
  previews: { [token: string]: { prompt: Prompt; theme?: Theme } };
  answerBatch(request: RecordedRequest): BatchAnswer;
  /** Everything that reached the collector, in order. */
  requests: RecordedRequest[];
  batches(): Batch[];
  /** Those of batches answered with success, in order; as in the real collector, a repetition does not count. */
  accepted(): Message[];
  close(): Promise<void>;
}

export const WRITE_KEY = 'pk_test';

export async function startPageServer(): Promise<PageServer> {
  const acceptedBatches: Batch[] = [];
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://any.test');
    const isCollector = request.headers.host?.startsWith('collect.');
    if (isCollector) void collect(request, response, pathname);
    else sendPage(response, pathname);
  });

  function sendPage(response: ServerResponse, path: string) {
    const html = (server.pages[path] ?? '').replace(
      /<handrail([^>]*)>/g,
      `<script async src="${server.collectorUrl}/handrail.js" data-write-key="${WRITE_KEY}"$1></script>`,
    );
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>${path}</title>${html}`,
    );
  }

  async function collect(request: IncomingMessage, response: ServerResponse, path: string) {
    const body = await text(request).catch(() => null);
    // Cut off, as the page was closed: a collector knows nothing of it.
    if (body === null) return response.destroy();
    const recorded: RecordedRequest = {
      method: request.method ?? '',
      path,
      contentType: request.headers['content-type'],
      body,
    };
    server.requests.push(recorded);
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-expose-headers', 'retry-after');
    if (path === '/v1/batch' && recorded.method === 'POST') return takeBatch(recorded, response);
    if (path === `/v1/sites/${WRITE_KEY}/prompts`) return response.end(JSON.stringify(server.prompts));
    const preview = server.previews[path.replace(`/v1/sites/${WRITE_KEY}/preview/`, '')];
    if (preview) return response.end(JSON.stringify(preview));
    const file = `${BUILT_FILES}${path}`;
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader('content-type', 'text/javascript');
    return createReadStream(file).pipe(response);
  }

  function takeBatch(recorded: RecordedRequest, response: ServerResponse) {
    const answer = server.answerBatch(recorded);
    if (answer === 'never') return;
    if (answer === 'hang up') return response.destroy();
    if (answer === 'hang') return setTimeout(() => response.destroy(), PATIENCE_MS);
    if (answer.status === 200) acceptedBatches.push(readBatch(recorded));
    const { status, headers, lead } = answer;
    return response.writeHead(status, headers).end(JSON.stringify({ success: status === 200, lead }));
  }

  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;

  const server: PageServer = {
    siteUrl: `http://shop.test:${port}`,
    collectorUrl: `http://collect.test:${port}`,
    pages: {},
    prompts: { prompts: [], contactBudget: { perSession: 1, cooldown: '7d' } },
    previews: {},
    answerBatch: () => ({ status: 200 }),
    requests: [],
    batches: () =>
      server.requests.filter(({ method, path }) => method === 'POST' && path === '/v1/batch').map(readBatch),
    accepted: () => {
      const byId = new Map<string | undefined, Message>();
      for (const message of acceptedBatches.flatMap(({ batch }) => batch)) {
        if (!byId.has(message.messageId)) byId.set(message.messageId, message);
      }
      return [...byId.values()];
    },
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}

/** As in the real collector, what a batch says for all of its messages is part of each. */
function readBatch({ body }: RecordedRequest): Batch {
  const read = JSON.parse(body) as Batch;
  const batch = read.batch.map((message) => ({
    ...message,
    context: { ...read.context, ...message.context },
  }));
  return { ...read, batch };
}
