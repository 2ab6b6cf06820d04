import { fileURLToPath } from 'node:url';
import { OpenAPIHono } from '@hono/zod-openapi';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { type CompiledSites, compiledSites } from './compiled-sites.ts';
import type { AddressGuardOptions } from './follow-ups/channels/address-guard.ts';
import type { Channel } from './follow-ups/channels/channel.ts';
import { createWebhookChannel, type WebhookContent } from './follow-ups/channels/webhook.ts';
import { describe } from './ingest/decode.ts';
import { createLeadTimers } from './lead-timers.ts';
import { Problem, problemResponse } from './problem.ts';
import { createReplays, type Replays } from './replays.ts';
import { answerRoutes } from './routes/answers.ts';
import { ownerOnly } from './routes/auth.ts';
import { confirmRoutes } from './routes/confirm.ts';
import type { Env, Services } from './routes/context.ts';
import { cookielessRoutes } from './routes/cookieless.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { docsRoutes } from './routes/docs.ts';
import { dropRoutes } from './routes/drops.ts';
import { endpointRoutes } from './routes/endpoints.ts';
import { enrollmentRoutes } from './routes/enrollments.ts';
import { readFiles, serveFile } from './routes/files.ts';
import { flagRoutes } from './routes/flags.ts';
import { ingestRoutes } from './routes/ingest.ts';
import { leadFollowUpRoutes } from './routes/lead-follow-ups.ts';
import { leadListRoute } from './routes/lead-list.ts';
import { leadRoutes } from './routes/leads.ts';
import { mailLinkRoutes } from './routes/mail-links.ts';
import { mergeRoutes } from './routes/merges.ts';
import { previewRoutes } from './routes/previews.ts';
import { promptRoutes } from './routes/prompts.ts';
import { rejectedRoutes } from './routes/rejected.ts';
import { segmentRoutes } from './routes/segments.ts';
import { sequencePresetRoutes } from './routes/sequence-presets.ts';
import { sequencePreviewRoutes } from './routes/sequence-preview.ts';
import { sequenceResultRoutes } from './routes/sequence-results.ts';
import { sessionRoutes } from './routes/session.ts';
import { siteRoutes } from './routes/site.ts';
import { siteConfigRoutes } from './routes/site-config.ts';
import { sitePresetRoutes } from './routes/site-presets.ts';
import { sitePreviewRoutes } from './routes/site-preview.ts';
import { suppressionRoutes } from './routes/suppressions.ts';
import { tagRoutes } from './routes/tags.ts';
import { taskRoutes } from './routes/tasks.ts';
import { templateRoutes } from './routes/templates.ts';
import type { Variables } from './site/document.ts';
import { type Store, StoreUnavailable } from './store/store.ts';

declare const __VERSION__: string;

export interface CollectorOptions {
  /** Where everything is kept, such as `openSqliteStore('handrail.sqlite')`. */
  store: Store;
  /** Milliseconds UTC. [now=Date.now] */
  now?: () => number;
  /** What `${HANDRAIL_…}` stands for in a site's configuration. [variables=none] */
  variables?: Variables;
  /** Shared with a dispatcher on the same store. [sites=compiledSites(store, variables)] */
  sites?: CompiledSites;
  /** What makes a published version live. [replays=createReplays({ store, sites, onError, now })] */
  replays?: Replays;
  /** Where the build has put the page's scripts and the dashboard. [filesDirectory=beside this file] */
  filesDirectory?: string;
  /** Where endpoints may lead. [webhookTargets=public addresses] */
  webhookTargets?: AddressGuardOptions;
  /** Sends what an owner asks to be sent just to see. [webhook=createWebhookChannel(webhookTargets)] */
  webhook?: Channel<WebhookContent>;
  /** Told of what should not happen; the client gets a 500. [onError=console.error] */
  onError?: (error: unknown) => void;
}

const INGEST_PATHS = ['batch', 'track', 'page', 'screen', 'identify', 'group', 'alias'].map(
  (name) => `/v1/${name}`,
);
const OWNER_PATHS = [
  'site',
  'leads',
  'duplicates',
  'segments',
  'site-presets',
  'sequence-presets',
  'answers',
  'prompts',
  'prompt-templates',
  'sequences',
  'deliveries',
  'endpoints',
  'tasks',
  'suppressions',
  'bounces',
  'templates',
  'rejected',
  'drops',
  'cookieless',
].map((name) => `/v1/${name}`);
const RETRY_AFTER_SECONDS = 5;

const DASHBOARD_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** What Hono itself refuses: a body that is not JSON, or does not say that it is. */
function problemOfBody({ status, message }: HTTPException): Problem {
  return status === 415
    ? new Problem(415, 'invalid_content_type', 'content-type: expected application/json', { field: 'body' })
    : new Problem(400, 'invalid_json', `body: ${message}`, { field: 'body' });
}

/**
 * The collector as a Hono app: serve it with `@hono/node-server`, or mount it in any server that speaks Web standards.
 * Follow-ups are sent by a dispatcher of their own (`createDispatcher`).
 */
export function createCollector({
  store,
  now = Date.now,
  variables = {},
  sites = compiledSites(store, variables),
  webhookTargets = {},
  webhook = createWebhookChannel({ now, ...webhookTargets }),
  filesDirectory = fileURLToPath(new URL('.', import.meta.url)),
  onError = console.error,
  replays = createReplays({ store, sites, onError, now }),
}: CollectorOptions): OpenAPIHono<Env> {
  const timers = createLeadTimers(store, sites, now);
  const services: Services = { store, sites, timers, replays, variables, now, webhook, webhookTargets };
  const app = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return;
      const field = result.error.issues[0]?.path.join('.') || result.target;
      throw new Problem(400, 'invalid_parameter', describe(result.error.issues), { field });
    },
  });

  app.onError((error, c) => {
    if (error instanceof Problem) return problemResponse(c, error);
    if (error instanceof HTTPException) return problemResponse(c, problemOfBody(error));
    if (error instanceof StoreUnavailable) {
      const detail = 'the collector cannot store anything just now; nothing of this was kept';
      return problemResponse(
        c,
        new Problem(503, 'unavailable', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS }),
      );
    }
    onError(error);
    return problemResponse(
      c,
      new Problem(500, 'internal', 'something went wrong here; nothing of this was kept'),
    );
  });
  app.notFound((c) => problemResponse(c, new Problem(404, 'not_found', `no such path: ${c.req.path}`)));

  // Any page may send: what counts is the key, and the site's own list of origins, checked with it.
  const anyOrigin = cors({ origin: '*', exposeHeaders: ['Retry-After'], maxAge: 86_400 });
  for (const path of [...INGEST_PATHS, '/v1/sites/*']) app.use(path, anyOrigin);
  for (const path of OWNER_PATHS) {
    app.use(path, ownerOnly(services));
    app.use(`${path}/*`, ownerOnly(services));
  }

  ingestRoutes(app, services);
  siteRoutes(app, services);
  siteConfigRoutes(app, services);
  sitePreviewRoutes(app, services);
  sessionRoutes(app, services);
  leadListRoute(app, services);
  leadRoutes(app, services);
  leadFollowUpRoutes(app, services);
  mergeRoutes(app, services);
  tagRoutes(app, services);
  flagRoutes(app, services);
  segmentRoutes(app, services);
  sitePresetRoutes(app);
  sequencePresetRoutes(app);
  sequenceResultRoutes(app, services);
  enrollmentRoutes(app, services);
  sequencePreviewRoutes(app, services);
  deliveryRoutes(app, services);
  endpointRoutes(app, services);
  taskRoutes(app, services);
  suppressionRoutes(app, services);
  templateRoutes(app, services);
  rejectedRoutes(app, services);
  answerRoutes(app, services);
  promptRoutes(app, services);
  previewRoutes(app, services);
  dropRoutes(app, services);
  cookielessRoutes(app, services);
  mailLinkRoutes(app, services);
  confirmRoutes(app, services);
  docsRoutes(app, __VERSION__);

  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    await store.sites.first();
    return c.json({ status: 'ok' });
  });

  const pageFiles = readFiles(`${filesDirectory}/page`);
  // Loaded by `import()` from other origins, which asks for CORS.
  const pageHeaders = {
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Cache-Control': 'public, max-age=300, stale-while-revalidate=86400',
  };
  for (const name of pageFiles.keys()) app.get(`/${name}`, (c) => serveFile(c, pageFiles, name, pageHeaders));

  const dashboardFiles = readFiles(`${filesDirectory}/dashboard`);
  const dashboardHeaders = { 'Content-Security-Policy': DASHBOARD_CSP, 'Cache-Control': 'no-cache' };
  const dashboardFile = (name: string) => (c: Parameters<typeof serveFile>[0]) =>
    serveFile(c, dashboardFiles, name, dashboardHeaders);
  app.get('/dashboard', dashboardFile('index.html'));
  app.get('/dashboard/', dashboardFile('index.html'));
  app.get('/dashboard/:file', (c) => dashboardFile(c.req.param('file'))(c));
  return app;
}
