/** Mail, by the operator's SMTP server. */

import { createTransport } from 'nodemailer';
import type { Channel, SendResult } from './channel.ts';
import { asDetail, describeError } from './detail.ts';
import { isAddress, type Mailbox } from './mailbox.ts';

export interface EmailContent {
  from: Mailbox;
  /** `null` where the lead has none. */
  to: Mailbox | null;
  subject: string;
  text: string;
  /** Says the same. */
  html: string;
  /**
   * Lets the reader's mail program unsubscribe with one click (RFC 8058). Must be https, and a POST to it must do;
   * the mail server must sign (DKIM) these headers for the program to show the button.
   */
  unsubscribeUrl?: string | undefined;
}

export interface EmailChannel extends Channel<EmailContent> {
  close(): void;
}

/**
 * @param smtpUrl `smtps://user:password@host:465`, or `smtp://…:587` (STARTTLS where offered); options in the
 *   query as nodemailer has them
 * @throws TypeError where it is no SMTP URL
 */
export function createEmailChannel(smtpUrl: string): EmailChannel {
  if (!/^smtps?:$/.test(URL.parse(smtpUrl)?.protocol ?? ''))
    throw new TypeError('the SMTP server must be given as smtp://host:port or smtps://host:port');
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    // Of silence. Servers may think long before they accept a message, and hanging up then duplicates it: RFC 5321,
    // section 4.5.3.2.6.
    socketTimeout: 120_000,
  });

  return {
    async send({ deliveryId, content: { from, to, subject, text, html, unsubscribeUrl } }, signal) {
      if (!to || !isAddress(to.address))
        return { outcome: 'failed', reason: 'no_address', detail: to ? 'not an e-mail address' : 'none' };
      try {
        const { response } = await transport.sendMail({
          messageId: `<${deliveryId}@${domainOf(from.address)}>`,
          from: { address: from.address, name: from.name ?? '' },
          to: { address: to.address, name: to.name ?? '' },
          subject,
          text,
          html,
          headers: unsubscribeUrl === undefined ? {} : unsubscribeHeaders(unsubscribeUrl),
          ...(signal && { signal }),
        });
        return { outcome: 'sent', detail: asDetail(response) };
      } catch (error) {
        return resultOf(error);
      }
    },
    close: () => transport.close(),
  };
}

function unsubscribeHeaders(url: string) {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/**
 * Final is only the server's 5xx to this very message or its recipient. A 5xx to the greeting or to the log-in is
 * about the operator's set-up, which will be mended; so is 530, "authentication required" (RFC 4954, section 6).
 */
function resultOf(error: unknown): SendResult {
  const detail = describeError(error);
  const { code, responseCode, response, command } = error as SmtpError;
  const aboutThisMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (!aboutThisMessage || responseCode === undefined || responseCode < 500 || responseCode === 530)
    return { outcome: 'retry', detail };
  const isBounce = command === 'RCPT TO' && saysNoSuchMailbox(responseCode, response ?? '');
  return { outcome: 'failed', reason: isBounce ? 'bounced' : 'rejected', detail };
}

/** Of nodemailer's errors, what the server said. */
interface SmtpError {
  code?: string;
  responseCode?: number;
  response?: string;
  command?: string;
}

/**
 * Whether the address itself is bad, so that it should never be written to again. Enhanced status codes say so best
 * (RFC 3463: 5.1.x addressing, 5.2.1 mailbox disabled); a full mailbox (5.2.2) and a policy against *us* (5.7.x) pass.
 * Without one, by the plain code: RFC 5321, section 4.2.3.
 */
function saysNoSuchMailbox(responseCode: number, response: string): boolean {
  const enhanced = /\b5\.(\d{1,3})\.(\d{1,3})\b/.exec(response);
  if (enhanced) return enhanced[1] === '1' || (enhanced[1] === '2' && enhanced[2] === '1');
  return responseCode === 550 || responseCode === 551 || responseCode === 553;
}
