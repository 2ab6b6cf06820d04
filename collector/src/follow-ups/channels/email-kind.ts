/** Mail as a channel of steps: `send: { "channel": "email", "template": "cart-reminder" }`. */
import { id } from '../../site/schema/basics.ts';
import { isTransactional } from '../transactional.ts';
import type { ChannelKind, Prepared } from './channel.ts';
import { fail } from './channel.ts';
import { createEmailChannel, type EmailContent } from './email.ts';
import { renderEmail } from './email-message.ts';
import { isAddress, parseMailbox } from './mailbox.ts';

export interface EmailSend {
  template: string;
}

export const emailKind: ChannelKind<EmailSend, EmailContent> = {
  send: { template: id },
  addresses: 'person',
  addressOf: ({ email }) => email,
  topicOf: ({ template }, { site }) => site.templates[template]?.topic ?? null,
  rateOf(address, { site }) {
    const perMinute = site.email?.perDomainPerMinute;
    return perMinute === undefined ? null : { key: domainOf(address), perMinute };
  },
  prepare({ template }, { delivery, site, lead, links }): Prepared<EmailContent> {
    const from = site.site.email && parseMailbox(site.site.email.from);
    if (!from) return fail('missing_field', 'email.from');
    const to = delivery.lead?.email ?? null;
    if (to === null || !isAddress(to))
      return fail('no_address', to === null ? 'none' : 'not an e-mail address');
    const sequenceId = delivery.origin.kind === 'step' ? delivery.origin.enrollment.sequenceId : null;
    const wasAskedFor = sequenceId !== null && isTransactional(sequenceId);
    const mail = links.of(delivery.publicId);
    const rendering = renderEmail({
      templateId: template,
      site,
      lead,
      address: to,
      isTransactional: wasAskedFor,
      campaign: sequenceId ?? template,
      links: mail,
    });
    if (!rendering.ok) return fail('missing_field', rendering.missing.join(', '));
    return {
      ok: true,
      content: {
        from,
        // A name that nobody has confirmed could be a letter of its own.
        to: { address: to, ...(lead?.name != null && !wasAskedFor && { name: lead.name }) },
        ...rendering.rendered,
        unsubscribeUrl: mail.unsubscribe,
      },
    };
  },
  open({ HANDRAIL_SMTP_URL: url }) {
    if (!url) return null;
    try {
      return createEmailChannel(url);
    } catch (error) {
      throw new TypeError(`HANDRAIL_SMTP_URL: ${(error as Error).message}`);
    }
  },
  howToOpen: 'no SMTP server is configured (HANDRAIL_SMTP_URL)',
};

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
