/** One-click unsubscribe (RFC 8058): GET shows a button and changes nothing, for link checkers follow every link. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { Problem } from '../problem.ts';
import { deliveryOf } from '../unsubscribe-link.ts';
import type { Env, HandrailContext, Services } from './context.ts';

const CSP = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export function unsubscribeRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  async function find(token: string) {
    const deliveryId = deliveryOf(token, await store.sites.signingSecret());
    const found = deliveryId && (await store.followUps.addressOf(deliveryId));
    if (!found) throw new Problem(404, 'not_found', 'this link is not valid');
    const { name } = (await sites(found.siteId)).site.site;
    return { ...found, name };
  }
  const respond = (c: HandrailContext, title: string, body: ReturnType<typeof html>) =>
    c.html(
      html`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>${title}</title><h1>${title}</h1>${body}</html>`,
      200,
      { 'Content-Security-Policy': CSP, 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store' },
    );

  app.get('/unsubscribe/:token', async (c) => {
    const { name, address } = await find(c.req.param('token'));
    return respond(
      c,
      `No more mail from ${name}?`,
      html`<p>${address} gets no more of these messages.</p><form method="post"><button>Unsubscribe</button></form>`,
    );
  });
  app.post('/unsubscribe/:token', async (c) => {
    const { siteId, name, address } = await find(c.req.param('token'));
    await store.followUps.suppress(siteId, address, now());
    return respond(c, 'Done', html`<p>${address} gets no more messages from ${name}.</p>`);
  });
}
