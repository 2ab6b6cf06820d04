/** The site's configuration as code: read, publish, versions, roll back. */
import type { JsonObject } from '@handrail/sdk/protocol';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { SiteProblem } from '../site/check.ts';
import { endpointProblems } from '../site/check-endpoints.ts';
import { readDocument, withKeptSecrets, withoutSecrets } from '../site/document.ts';
import type { Site } from '../site/schema.ts';
import type { Author, SiteVersion } from '../store/store.ts';
import { readJson } from './body.ts';
import type { Env, HandrailContext, Services } from './context.ts';
import { answers, listOf, listQuery, page, parseCursor, problem } from './lists.ts';

const owner = { tags: ['Site'], security: [{ secretKey: [] }] };
const MAX_AUTHOR_CHARS = 120;

const json = z.custom<JsonObject>().openapi({ type: 'object', additionalProperties: true });
const versionSchema = z
  .object({
    version: z.int(),
    /** Who published it; `null` where they did not say. */
    by: z.string().nullable(),
    via: z.enum(['first', 'file', 'api', 'dashboard', 'rollback']),
    publishedAt: z.iso.datetime(),
  })
  .openapi('SiteVersion');
const replaySchema = z.object({
  /** Published last. */
  version: z.int(),
  /** Touchpoints are folded under this one. */
  liveVersion: z.int(),
  /** History is being folded under `version`; `null` where it is not. */
  replay: z.object({ leads: z.object({ done: z.int(), total: z.int() }) }).nullable(),
});
const documentSchema = versionSchema.extend({
  /** Without its secrets: `(kept)` stands for one, also when the document is published again. */
  document: json,
});
const siteSchema = documentSchema.extend(replaySchema.shape).openapi('SiteConfiguration');

const refusals = {
  412: problem('Another version was published since the one in `If-Match`.'),
  413: problem('Larger than 500 KB.'),
  422: problem('Not a valid site; `errors` names the path of everything wrong.'),
};
/** Who publishes, for the list of versions. */
const author = z.strictObject({ by: z.string().trim().min(1).max(MAX_AUTHOR_CHARS).optional() });
const ifMatch = z.object({
  'if-match': z
    .string()
    .regex(/^(\*|(W\/)?"\d{1,9}"|\d{1,9})$/, { error: 'expected a version, such as "7"' })
    .optional()
    .describe('The version that the change was made to, as `ETag` told it. [If-Match=any]'),
});

const getRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/site',
  summary: 'The configuration that was published last, and how far it has come',
  responses: answers(siteSchema, 'Its version is the `ETag`.'),
});
const putRoute = createRoute({
  ...owner,
  method: 'put',
  path: '/v1/site',
  summary: 'Publish a configuration',
  description:
    'Becomes a new version, unless it is the one published last. It goes live as a whole: at once where leads fold alike under it, else when history has been folded under it in the background.',
  request: { query: author, headers: ifMatch },
  requestBody: {
    required: true,
    content: { 'application/json': { schema: { type: 'object', description: 'By `/site.schema.json`.' } } },
  },
  responses: { ...answers(siteSchema, 'Published.'), ...refusals },
});
const versionsRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/site/versions',
  summary: 'Who published what when, latest first',
  request: { query: z.strictObject(listQuery) },
  responses: answers(listOf(versionSchema), 'A page of versions.'),
});
const versionRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/site/versions/{version}',
  summary: 'One version, with its document',
  request: { params: z.object({ version: z.string().max(20) }) },
  responses: answers(documentSchema, 'The version.'),
});
const rollbackRoute = createRoute({
  ...owner,
  method: 'post',
  path: '/v1/site/rollback',
  summary: "Publish an earlier version's document again, as a new version",
  request: { query: author, headers: ifMatch },
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { type: 'object', properties: { version: { type: 'integer' } }, required: ['version'] },
      },
    },
  },
  responses: { ...answers(siteSchema, 'Published.'), ...refusals },
});
const replayRoute = createRoute({
  ...owner,
  method: 'get',
  path: '/v1/site/replay',
  summary: 'How far history has been folded under the version published last',
  responses: answers(replaySchema, 'In leads.'),
});

export function siteConfigRoutes(app: OpenAPIHono<Env>, services: Services): void {
  const { store, sites, replays, variables, now, webhookTargets } = services;

  async function latest(siteId: number): Promise<SiteVersion> {
    const version = await store.sites.latest(siteId);
    if (!version) throw new Error(`no site ${siteId}`);
    return version;
  }

  async function progress(siteId: number, version: number): Promise<z.infer<typeof replaySchema>> {
    const { site: live } = await sites(siteId);
    const leads = replays.progress(siteId)?.leads;
    return { version, liveVersion: live.version, replay: leads ? { leads } : null };
  }

  async function answer(c: HandrailContext) {
    const version = await latest(c.var.siteId);
    c.header('ETag', `"${version.version}"`);
    return c.json(
      { ...documentView(version), ...(await progress(c.var.siteId, version.version)) } satisfies z.infer<
        typeof siteSchema
      >,
      200,
    );
  }

  async function publish(c: HandrailContext, document: JsonObject, who: Author, header: string | undefined) {
    const site = siteFrom(document, variables);
    const problems = await endpointProblems(site, webhookTargets);
    if (problems.length > 0) throw invalidSite(problems);
    const published = await store.sites.publish(c.var.siteId, document, who, versionIn(header), now());
    if (published === 'conflict') {
      const { version } = await latest(c.var.siteId);
      throw new Problem(412, 'version_conflict', `version ${version} has been published meanwhile`, {
        field: 'If-Match',
      });
    }
    await replays.published(c.var.siteId);
    return answer(c);
  }

  app.openapi(getRoute, (c) => answer(c));
  app.openapi(putRoute, async (c) => {
    const { value } = await readJson(c.req.raw);
    const { document } = await latest(c.var.siteId);
    const { by = null } = c.req.valid('query');
    // A cookie came from the dashboard's own page; anything else brings the key.
    const via = c.req.header('authorization') ? 'api' : 'dashboard';
    const draft = withKeptSecrets(asDocument(value), document);
    return publish(c, draft, { by, via }, c.req.valid('header')['if-match']);
  });
  app.openapi(versionsRoute, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const versions = await store.sites.versions(c.var.siteId, limit, parseCursor(cursor));
    return c.json(page(versions, versionView), 200);
  });
  app.openapi(versionRoute, async (c) => {
    return c.json(documentView(await versionOrProblem(c, Number(c.req.valid('param').version))), 200);
  });
  app.openapi(rollbackRoute, async (c) => {
    const { value } = await readJson(c.req.raw);
    const wanted = z.strictObject({ version: z.int() }).safeParse(value);
    if (!wanted.success) {
      throw new Problem(400, 'invalid_body', 'version: expected the number of an earlier version', {
        field: 'version',
      });
    }
    const { document } = await versionOrProblem(c, wanted.data.version);
    const { by = null } = c.req.valid('query');
    return publish(c, document, { by, via: 'rollback' }, c.req.valid('header')['if-match']);
  });
  app.openapi(replayRoute, async (c) => {
    const { version } = await latest(c.var.siteId);
    return c.json(await progress(c.var.siteId, version), 200);
  });

  async function versionOrProblem(c: HandrailContext, number: number): Promise<SiteVersion> {
    const version = Number.isSafeInteger(number) ? await store.sites.version(c.var.siteId, number) : null;
    if (!version) throw new Problem(404, 'not_found', 'there is no such version');
    return version;
  }
}

/** @throws Problem 422 with the path of everything wrong */
/** @param nameOf what whoever has sent it calls a path of the document. [nameOf=the path itself] */
export function siteFrom(
  document: unknown,
  variables: Services['variables'],
  nameOf = (path: string) => path,
): Site {
  const read = readDocument(document, variables);
  if (read.ok) return read.site;
  throw invalidSite(read.problems.map((each) => ({ ...each, path: nameOf(each.path) })));
}

function invalidSite(errors: SiteProblem[]): Problem {
  const [first = { path: '', message: 'not valid' }] = errors;
  const detail = `${first.path || 'the document'}: ${first.message}`;
  return new Problem(422, 'invalid_site', detail, { field: first.path, errors });
}

/** @throws Problem 422 for what is no object */
export function asDocument(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  const errors = [{ path: '', message: 'expected an object' }];
  throw new Problem(422, 'invalid_site', 'the document: expected an object', { errors });
}

function versionIn(header: string | undefined): number | null {
  const [digits] = /\d+/.exec(header ?? '') ?? [];
  return digits === undefined ? null : Number(digits);
}

const versionView = ({ version, by, via, publishedAt }: Omit<SiteVersion, 'document'>) => ({
  version,
  by,
  via,
  publishedAt: iso(publishedAt),
});
const documentView = (version: SiteVersion) => ({
  ...versionView(version),
  document: withoutSecrets(version.document),
});
