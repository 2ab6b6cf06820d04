/** A look at a mail before anybody gets it. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { renderEmail } from '../follow-ups/channels/email-message.ts';
import { previewLinks } from '../follow-ups/links.ts';
import { templateOf } from '../follow-ups/templates.ts';
import { leadView } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import type { Env, Services } from './context.ts';
import { answers, jsonBody, problem } from './lists.ts';

const previewRoute = createRoute({
  method: 'post',
  path: '/v1/templates/{id}/preview',
  tags: ['Follow-ups'],
  security: [{ secretKey: [] }],
  summary: 'A template as a lead would get it; sends nothing',
  request: {
    params: z.object({ id: z.string().max(64) }),
    body: jsonBody(z.strictObject({ leadId: z.string().max(100) })),
  },
  responses: {
    ...answers(z.object({ subject: z.string(), text: z.string(), html: z.string() }), 'The mail.'),
    422: problem('The lead lacks a field that has no fallback; it would get no such mail.'),
  },
});

export function templateRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  app.openapi(previewRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { leadId } = c.req.valid('json');
    const { site } = await sites(c.var.siteId);
    if (!templateOf(site.site, id)) throw new Problem(404, 'not_found', `no template ${id}`);
    const lead = await store.leads.get(c.var.siteId, leadId);
    if (!lead) throw new Problem(404, 'not_found', `no lead ${leadId}`);
    const rendering = renderEmail({
      templateId: id,
      site,
      lead: leadView(lead, site, now()),
      address: lead.email ?? '',
      isTransactional: false,
      campaign: id,
      links: previewLinks,
    });
    if (!rendering.ok) {
      const missing = rendering.missing.join(', ');
      throw new Problem(422, 'missing_field', `the lead has no ${missing}, and the template no fallback`);
    }
    return c.json(rendering.rendered, 200);
  });
}
