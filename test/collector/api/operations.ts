import type { TestCollector } from '../../support/collector.ts';
import type { SiteIds } from './two-sites.ts';

export interface Operation {
  method: string;
  /** `/v1/leads/{id}` */
  path: string;
  /** Whose key it asks for; empty: nobody's. */
  security: string[];
  parameters: { name: string; in: string }[];
}

/** All that the collector's own description of its API names. */
export async function documentedOperations(collector: TestCollector): Promise<Operation[]> {
  const { paths } = await (await collector.request('/openapi.json')).json();
  return Object.entries<Record<string, Record<string, unknown>>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security = [], parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      security: (security as object[]).flatMap((each) => Object.keys(each)),
      parameters: parameters as Operation['parameters'],
    })),
  );
}

/** @throws for a kind of thing it has no id of: add it to `SiteIds`, and another site's with it */
export function pathWith(ids: SiteIds, template: string): string {
  const path = template.replace('{version}', '1');
  const [, kind] = /^\/v1\/(\w+)\/\{id\}/.exec(path) ?? [];
  if (!kind) return path.replace('{email}', 'gone@example.com');
  const known = {
    leads: ids.lead,
    duplicates: ids.duplicate,
    tasks: ids.task,
    rejected: ids.rejected,
    prompts: ids.prompt,
    deliveries: ids.delivery,
    endpoints: ids.endpoint,
    templates: ids.template,
    sequences: ids.sequence,
  };
  const id = known[kind as keyof typeof known];
  if (!id) throw new Error(`no id for ${path}`);
  return path.replace('{id}', id).replace('{tag}', 'vip').replace('{flag}', 'at_risk');
}

/** What an operation needs to be sent, if anything. */
export function bodyFor(ids: SiteIds, { method, path }: Operation): object | undefined {
  const bodies: { [operation: string]: object } = {
    'POST /v1/leads/{id}/merge': { from: ids.twin },
    'PUT /v1/site': { name: 'Shop' },
    'POST /v1/site/rollback': { version: 1 },
    'POST /v1/site/preview': {},
    'POST /v1/site/suggest': {},
    'POST /v1/sequences/preview': {},
    'POST /v1/tasks/{id}/snooze': { until: '2027-01-01T00:00:00Z' },
    'POST /v1/tasks/{id}/assign': { owner: 'Ada' },
    'POST /v1/endpoints/{id}/replay': { since: '2026-01-01T00:00:00Z' },
    'POST /v1/sequences/{id}/enrollments': { userId: 'left' },
    'POST /v1/suppressions': { email: 'gone@example.com' },
    'POST /v1/bounces': { bounces: [{ email: 'lost@example.com', type: 'bounced' }] },
    'POST /v1/templates/{id}/preview': { leadId: ids.lead },
  };
  return bodies[`${method} ${path}`];
}
