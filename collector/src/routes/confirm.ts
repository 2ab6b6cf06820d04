/** Double opt-in: GET shows a button and changes nothing, for link checkers follow every link; POST confirms. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { collectorTouchpoint } from '../follow-ups/sent-touchpoint.ts';
import { payloadOf, unverifiedPayloadOf } from '../follow-ups/signed-token.ts';
import { EMAIL_CONFIRMED } from '../follow-ups/transactional.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import { Problem } from '../problem.ts';
import type { Env, Services } from './context.ts';
import { mailPage } from './mail-page.ts';

export function confirmRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  async function find(token: string) {
    const deliveryId = unverifiedPayloadOf(token);
    const found = await store.followUps.recipient(deliveryId);
    if (!found || !payloadOf('confirm', token, await store.sites.signingSecret(), found.address))
      throw new Problem(404, 'not_found', 'this link is not valid');
    const { name } = (await sites(found.siteId)).site.site;
    return { ...found, deliveryId, name };
  }

  app.get('/confirm/:token', async (c) => {
    const { name, address } = await find(c.req.param('token'));
    return mailPage(
      c,
      `May ${name} write to you?`,
      html`<p>To ${address}, until you say no.</p><form method="post"><button>Yes, write to me</button></form>`,
    );
  });
  app.post('/confirm/:token', async (c) => {
    const { siteId, leadId, deliveryId, name, address } = await find(c.req.param('token'));
    await store.record(siteId, leadId, confirmation(deliveryId, now()), await sites(siteId));
    return mailPage(c, 'Thank you', html`<p>${name} may now write to ${address}.</p>`);
  });
}

/** A touchpoint like any other, so that a replay of history grants it again. Its id makes it happen once. */
const confirmation = (deliveryId: string, at: number): Touchpoint => ({
  ...collectorTouchpoint(`confirm-${deliveryId}`, EMAIL_CONFIRMED, {}, at),
  consent: { marketing: 'granted' },
});
