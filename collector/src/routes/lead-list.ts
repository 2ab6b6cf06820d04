/** Who is ready: the list of leads, as pages or as a file. */
import type { Temperature } from '@handrail/sdk/protocol';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { MAX_LEADS_BEFORE_READ } from '../lead-timers.ts';
import { type Facet, type FacetKind, plainWords } from '../leads/facets.ts';
import { heatToReach } from '../leads/heat.ts';
import { type LeadView, leadView } from '../leads/view.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { Cursor, LeadQuery, LeadRecord, Range } from '../store/store.ts';
import type { Env, Services } from './context.ts';
import { asFile, type Columns, exportContent } from './export.ts';
import { answers, listOf, listQuery, page, parseCursor } from './lists.ts';
import { leadSchema } from './schemas.ts';

const SORTS = {
  score: { sort: 'heat', descending: false },
  '-score': { sort: 'heat', descending: true },
  lastSeenAt: { sort: 'lastSeenAt', descending: false },
  '-lastSeenAt': { sort: 'lastSeenAt', descending: true },
  firstSeenAt: { sort: 'firstSeenAt', descending: false },
  '-firstSeenAt': { sort: 'firstSeenAt', descending: true },
  nextDueAt: { sort: 'nextDueAt', descending: false },
  '-nextDueAt': { sort: 'nextDueAt', descending: true },
} as const satisfies Record<string, Pick<LeadQuery, 'sort' | 'descending'>>;

const time = z.iso.datetime({ offset: true }).optional();
const score = z.coerce.number().min(-1e6).max(1e6).optional();
const name = z.string().min(1).max(64).optional();

const query = z.strictObject({
  ...listQuery,
  sort: z.enum(Object.keys(SORTS) as (keyof typeof SORTS)[]).default('-score'),
  temperature: z.enum(['cold', 'warm', 'hot']).optional(),
  minScore: score,
  maxScore: score,
  stage: name,
  flag: name,
  tag: name,
  segment: name,
  channel: name,
  fit: z.enum(['A', 'B', 'C', 'D']).optional(),
  identified: z.enum(['true', 'false']).optional(),
  userId: z.string().max(256).optional(),
  email: z.string().max(254).optional(),
  q: z.string().min(1).max(200).optional(),
  lastSeenFrom: time,
  lastSeenTo: time,
  firstSeenFrom: time,
  firstSeenTo: time,
});
type Query = z.output<typeof query>;

const listRoute = createRoute({
  method: 'get',
  path: '/v1/leads',
  tags: ['Leads'],
  security: [{ secretKey: [] }],
  summary: 'Who is ready: leads, hottest first',
  description:
    '`q` finds the beginnings of words in name, e-mail and company. `channel` is that of the latest visit that did not come directly. A time `From` is included, a time `To` is not. By `nextDueAt`, leads with no follow-up due come last. With `Accept: text/csv` or `application/x-ndjson` the whole list.',
  request: { query },
  responses: answers(listOf(leadSchema), 'A page of leads.', exportContent),
});

export function leadListRoute(app: OpenAPIHono<Env>, { store, sites, timers, now }: Services): void {
  app.openapi(listRoute, async (c) => {
    const { limit, cursor, ...asked } = c.req.valid('query');
    await timers.tick(MAX_LEADS_BEFORE_READ);
    const { site } = await sites(c.var.siteId);
    const at = now();
    const wanted = leadQuery(asked, site, at);
    const load = (size: number, after: Cursor | null) =>
      store.leads.list(c.var.siteId, { ...wanted, limit: size, after });
    const view = (lead: LeadRecord) => leadView(lead, site, at);
    return (
      asFile(c, 'leads', load, view, COLUMNS) ??
      c.json(page(await load(limit, parseCursor(cursor)), view), 200)
    );
  });
}

function leadQuery(
  asked: Omit<Query, 'limit' | 'cursor'>,
  site: CompiledSite,
  now: number,
): Omit<LeadQuery, 'limit' | 'after'> {
  const { identified, userId, email, q } = asked;
  const facet = (kind: FacetKind, value: string | undefined): Facet[] =>
    value === undefined ? [] : [{ kind, value }];
  return {
    ...SORTS[asked.sort],
    heat: narrowed(temperatureRange(asked.temperature, site, now), scoreRange(asked, site, now)),
    lastSeenAt: timeRange(asked.lastSeenFrom, asked.lastSeenTo),
    firstSeenAt: timeRange(asked.firstSeenFrom, asked.firstSeenTo),
    facets: [
      ...facet('stage', asked.stage),
      ...facet('flag', asked.flag),
      ...facet('tag', asked.tag),
      ...facet('segment', asked.segment),
      ...facet('channel', asked.channel),
      ...facet('fit', asked.fit),
      ...plainWords(q ?? '').flatMap((word) => facet('word', word)),
    ],
    identified: identified === undefined ? null : identified === 'true',
    userId: userId ?? null,
    email: email?.trim().toLowerCase() ?? null,
  };
}

/** A score is a range of heat: the one has its order at a time, the other at every time. */
function scoreRange(
  { minScore, maxScore }: Pick<Query, 'minScore' | 'maxScore'>,
  { halfLifeMs }: CompiledSite,
  now: number,
): Range {
  // Scores come in millionths: the next one is already too much.
  const above = maxScore === undefined ? null : maxScore + 1e-6;
  return {
    from: minScore === undefined ? null : heatToReach(minScore, now, halfLifeMs),
    below: above === null ? null : heatToReach(above, now, halfLifeMs),
  };
}

function temperatureRange(
  temperature: Temperature | undefined,
  { site, halfLifeMs }: CompiledSite,
  now: number,
): Range {
  const heat = (threshold: 'warm' | 'hot') =>
    heatToReach(site.scoring.thresholds[threshold], now, halfLifeMs);
  if (temperature === 'hot') return { from: heat('hot'), below: null };
  if (temperature === 'warm') return { from: heat('warm'), below: heat('hot') };
  return { from: null, below: temperature === 'cold' ? heat('warm') : null };
}

function narrowed(a: Range, b: Range): Range {
  const pick = (choose: (...values: number[]) => number, x: number | null, y: number | null) =>
    x === null || y === null ? (x ?? y) : choose(x, y);
  return { from: pick(Math.max, a.from, b.from), below: pick(Math.min, a.below, b.below) };
}

const timeRange = (from: string | undefined, below: string | undefined): Range => ({
  from: from === undefined ? null : Date.parse(from),
  below: below === undefined ? null : Date.parse(below),
});

const COLUMNS: Columns<LeadView> = {
  id: ({ id }) => id,
  userId: ({ userId }) => userId,
  email: ({ email }) => email,
  name: (lead) => lead.name,
  score: (lead) => lead.score,
  temperature: ({ temperature }) => temperature,
  coolsAt: ({ coolsAt }) => coolsAt,
  fit: ({ fit }) => fit,
  stage: ({ stage }) => stage,
  flags: ({ flags }) => flags.join(', '),
  tags: ({ tags }) => tags.join(', '),
  segments: ({ segments }) => segments.join(', '),
  firstChannel: ({ source }) => source?.first.channel,
  lastChannel: ({ source }) => source?.last.channel,
  campaign: ({ source }) => source?.last.campaign,
  marketingConsent: ({ consent }) => consent.marketing,
  firstSeenAt: ({ firstSeenAt }) => firstSeenAt,
  lastSeenAt: ({ lastSeenAt }) => lastSeenAt,
  identifiedAt: ({ identifiedAt }) => identifiedAt,
  nextDueAt: ({ nextDueAt }) => nextDueAt,
  touchpointCount: ({ touchpointCount }) => touchpointCount,
  sessionCount: ({ sessionCount }) => sessionCount,
};
