/**
 * Where the links in a mail lead: to what the reader gets from now on, or on to a page. Each is signed, so that nobody
 * can choose for another, or have us redirect to wherever they like.
 */
import { createHash } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { scannerReason } from '../follow-ups/click-check.ts';
import { clickOf } from '../follow-ups/links.ts';
import { collectorTouchpoint } from '../follow-ups/sent-touchpoint.ts';
import { payloadOf } from '../follow-ups/signed-token.ts';
import { Problem } from '../problem.ts';
import type { Recipient } from '../store/follow-ups.ts';
import type { Env, HandrailContext, Services } from './context.ts';
import { mailPage } from './mail-page.ts';

/** The smallest there is: one transparent pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

export function mailLinkRoutes(app: OpenAPIHono<Env>, services: Services): void {
  const { store, sites, now } = services;
  unsubscribeRoutes(app, services);

  app.get('/click/:token', async (c) => {
    const click = clickOf(c.req.param('token'), await store.sites.signingSecret());
    if (!click) throw invalid();
    const recipient = await store.followUps.recipient(click.deliveryId);
    const { url } = click;
    // Each link of a mail counts once.
    const link = createHash('sha256').update(url).digest('base64url').slice(0, 12);
    if (recipient) await record(c, recipient, 'email_clicked', click.deliveryId, `-${link}`, { url });
    return c.redirect(url, 302);
  });

  app.get('/open/:token', async (c) => {
    const deliveryId = payloadOf('open', c.req.param('token'), await store.sites.signingSecret());
    const recipient = deliveryId && (await store.followUps.recipient(deliveryId));
    if (recipient) await record(c, recipient, 'email_opened', deliveryId, '', {});
    return c.body(PIXEL, 200, { 'Content-Type': 'image/gif', 'Cache-Control': 'no-store' });
  });

  /** The person's own and a scanner's are two: a scanner that comes first must not hide the person. */
  async function record(
    c: HandrailContext,
    { siteId, leadId, sequenceId, step, sentAt }: Recipient,
    name: 'email_clicked' | 'email_opened',
    deliveryId: string,
    suffix: string,
    properties: { url?: string },
  ): Promise<void> {
    const advance = await sites(siteId);
    const { trackClicks = true, trackOpens = false } = advance.site.site.email ?? {};
    if (name === 'email_clicked' ? !trackClicks : !trackOpens) return;
    const request = { method: c.req.method, userAgent: c.req.header('user-agent') ?? '', sentAt };
    const bot = scannerReason(request, now());
    const messageId = `${name}-${deliveryId}${suffix}${bot === null ? '' : '-bot'}`;
    const about = { deliveryId, ...(sequenceId !== null && { sequenceId, step }), ...properties };
    const how = name === 'email_clicked' ? 'clicked' : 'opened';
    if (bot === null) await store.followUps.noteRead(deliveryId, how, now());
    await store.record(siteId, leadId, collectorTouchpoint(messageId, name, about, now(), bot), advance);
  }
}

/** RFC 8058: GET shows a form and changes nothing, for link checkers follow every link; POST does it, with one click. */
function unsubscribeRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  async function find(token: string) {
    const deliveryId = payloadOf('unsubscribe', token, await store.sites.signingSecret());
    const found = deliveryId && (await store.followUps.recipient(deliveryId));
    if (!found) throw invalid();
    const { name, email } = (await sites(found.siteId)).site.site;
    return { ...found, name, topics: email?.topics ?? [] };
  }

  app.get('/unsubscribe/:token', async (c) => {
    const { siteId, name, address, topics } = await find(c.req.param('token'));
    const refused = await store.suppressions.topics(siteId, address);
    const choices = topics.map(
      ({ id, label }) =>
        html`<p><label><input type="checkbox" name="topic" value="${id}"${refused.includes(id) || refused.includes('') ? '' : ' checked'}> ${label}</label></p>`,
    );
    const preferences =
      topics.length === 0
        ? ''
        : html`<h2>Or choose what to get</h2><form method="post">${choices}<button name="choice" value="topics">Save</button></form>`;
    return mailPage(
      c,
      `Mail from ${name}`,
      html`<p>For ${address}.</p><form method="post"><button>No more of any of it</button></form>${preferences}`,
    );
  });

  app.post('/unsubscribe/:token', async (c) => {
    const { siteId, name, address, topics } = await find(c.req.param('token'));
    const form = await c.req.parseBody({ all: true }).catch(() => ({}));
    const wanted = 'choice' in form && form.choice === 'topics' ? [form.topic ?? []].flat() : null;
    const refused = wanted
      ? topics.map(({ id }) => id).filter((id) => !wanted.includes(id))
      : // What a mail program posts for its one click.
        [''];
    await store.suppressions.choose(siteId, address, refused, now());
    const labels = topics.filter(({ id }) => wanted?.includes(id)).map(({ label }) => label);
    return mailPage(
      c,
      'Done',
      wanted && labels.length > 0
        ? html`<p>${address} gets from ${name}: ${labels.join(', ')}.</p>`
        : html`<p>${address} gets no more messages from ${name}.</p>`,
    );
  });
}

const invalid = () => new Problem(404, 'not_found', 'this link is not valid');
