/** One-click unsubscribe (RFC 8058): GET shows a button and changes nothing, for link checkers follow every link. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { unsubscribedDelivery } from '../mail-links.ts';
import { Problem } from '../problem.ts';
import type { Env, Services } from './context.ts';
import { mailPage } from './mail-page.ts';

export function unsubscribeRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  async function find(token: string) {
    const deliveryId = unsubscribedDelivery(token, await store.sites.signingSecret());
    const found = deliveryId && (await store.followUps.addressOf(deliveryId));
    if (!found) throw new Problem(404, 'not_found', 'this link is not valid');
    const { name } = (await sites(found.siteId)).site.site;
    return { ...found, name };
  }

  app.get('/unsubscribe/:token', async (c) => {
    const { name, address } = await find(c.req.param('token'));
    return mailPage(
      c,
      `No more mail from ${name}?`,
      html`<p>${address} gets no more of these messages.</p><form method="post"><button>Unsubscribe</button></form>`,
    );
  });
  app.post('/unsubscribe/:token', async (c) => {
    const { siteId, name, address } = await find(c.req.param('token'));
    await store.followUps.suppress(siteId, address, now());
    return mailPage(c, 'Done', html`<p>${address} gets no more messages from ${name}.</p>`);
  });
}
