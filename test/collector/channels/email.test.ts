import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { SendResult } from '../../../collector/src/follow-ups/channels/channel.ts';
import { createEmailChannel, type EmailContent } from '../../../collector/src/follow-ups/channels/email.ts';
import { parseMailbox } from '../../../collector/src/follow-ups/channels/mailbox.ts';
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function sink(options?: SMTPServerOptions): Promise<SmtpSink> {
  const started = await startSmtpSink(options);
  closing.push(started.close);
  return started;
}

function sendBy(
  smtpUrl: string,
  content: Partial<EmailContent> = {},
  signal?: AbortSignal,
): Promise<SendResult> {
  const channel = createEmailChannel(smtpUrl);
  closing.push(channel.close);
  const outgoing = {
    deliveryId: 'dlv_7',
    content: {
      from: { name: 'Olive & Oak', address: 'hello@shop.example' },
      to: { name: 'Ada Lovelace', address: 'ada@example.com' },
      subject: 'Still thinking it over? 🛒',
      text: 'Hello Ada,\n\nyour cart waits: https://shop.example/cart?id=1&ref=mail.\n2 × Olive oil\n',
      html: '<p>Hello Ada,</p>\n<p>your cart waits.</p>',
      ...content,
    },
  };
  return channel.send(outgoing, signal);
}

/** What a server answers to the recipient. */
const refusingRecipients = (responseCode: number, words = 'mailbox says no'): SMTPServerOptions => ({
  hideENHANCEDSTATUSCODES: true,
  onRcptTo: (_address, _session, done) => done(Object.assign(new Error(words), { responseCode })),
});

describe('a mail', () => {
  it('arrives as text and HTML', async () => {
    const { url, mails } = await sink();
    const result = await sendBy(url);
    expect(result).toMatchObject({ outcome: 'sent', detail: expect.stringContaining('250') });

    expect(mails).toHaveLength(1);
    const [mail] = mails;
    expect(mail?.from).toMatchObject({ name: 'Olive & Oak', address: 'hello@shop.example' });
    expect(mail?.to).toMatchObject([{ name: 'Ada Lovelace', address: 'ada@example.com' }]);
    expect(mail?.recipients).toEqual(['ada@example.com']);
    expect(mail?.subject).toBe('Still thinking it over? 🛒');
    expect(mail?.text).toContain('your cart waits: https://shop.example/cart?id=1&ref=mail.\n2 × Olive oil');
    expect(mail?.html).toContain('<p>your cart waits.</p>');
  });

  it('has the same Message-ID on each attempt', async () => {
    const { url, mails } = await sink();
    await sendBy(url);
    await sendBy(url);
    expect(mails.map(({ messageId }) => messageId)).toEqual(['<dlv_7@shop.example>', '<dlv_7@shop.example>']);
  });

  it('Q36 can be unsubscribed from with one click, also by a very long link', async () => {
    const unsubscribeUrl = `https://collect.example/unsubscribe/${'x'.repeat(400)}?a=1`;
    const { url, mails } = await sink();
    await sendBy(url, { unsubscribeUrl });
    const headers = new Map(mails[0]?.headers.map(({ key, value }) => [key, value]));
    expect(headers.get('list-unsubscribe')).toBe(`<${unsubscribeUrl}>`);
    expect(headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  });

  it('has no unsubscribe headers where there is no link', async () => {
    const { url, mails } = await sink();
    await sendBy(url);
    expect(mails[0]?.raw.toLowerCase()).not.toContain('list-unsubscribe');
  });
});

describe('Q30 what a visitor typed in', () => {
  it('adds no header and no recipient', async () => {
    const { url, mails } = await sink();
    await sendBy(url, {
      to: {
        name: 'Ada\r\nBcc: victim@example.com\r\n\r\nbody, <other@example.com>',
        address: 'ada@example.com',
      },
      subject: 'Hello\r\nBcc: victim@example.com',
    });
    const [mail] = mails;
    expect(mail?.recipients).toEqual(['ada@example.com']);
    expect(mail?.headers.map(({ key }) => key)).not.toContain('bcc');
    expect(mail?.to).toHaveLength(1);
    expect(mail?.text).toContain('your cart waits');
  });

  it.each([
    ['none', null],
    ['empty', ''],
    ['two', 'ada@example.com, victim@example.com'],
    ['two, by semicolon', 'ada@example.com;victim@example.com'],
    ['with a command', 'ada@example.com>\r\nRCPT TO:<victim@example.com'],
    ['with a name', 'Ada <ada@example.com>'],
    ['with a route', '@relay.example:ada@example.com'],
    ['no domain', 'ada@'],
    ['no at', 'ada.example.com'],
  ])('is not written to where it is not one address: %s', async (_what, address) => {
    const { url, mails } = await sink();
    const to = address === null ? null : { address };
    expect(await sendBy(url, { to })).toMatchObject({ outcome: 'failed', reason: 'no_address' });
    expect(mails).toEqual([]);
  });
});

describe('what the mail server says', () => {
  it.each([
    [550, '5.1.1 no such user', 'bounced'],
    [550, '5.2.1 mailbox disabled', 'bounced'],
    [553, 'mailbox name not allowed', 'bounced'],
    [550, '5.7.1 we do not like your server', 'rejected'],
    [552, '5.2.2 mailbox full', 'rejected'],
    [554, 'no', 'rejected'],
  ])('%i %s to the recipient is final: %s', async (code, words, reason) => {
    const { url } = await sink(refusingRecipients(code, words));
    expect(await sendBy(url)).toMatchObject({
      outcome: 'failed',
      reason,
      detail: expect.stringContaining(`${code}`),
    });
  });

  it('5xx to the message itself is final', async () => {
    const { url } = await sink({
      onData: (stream, _session, done) => {
        stream.resume().on('end', () => done(Object.assign(new Error('spam'), { responseCode: 554 })));
      },
    });
    expect(await sendBy(url)).toMatchObject({ outcome: 'failed', reason: 'rejected' });
  });

  it.each([421, 450, 451])('%i, as of greylisting, is tried again', async (code) => {
    const { url } = await sink(refusingRecipients(code));
    expect(await sendBy(url)).toMatchObject({
      outcome: 'retry',
      detail: expect.stringContaining(String(code)),
    });
  });

  it('a refused log-in costs no mail: the operator will mend it', async () => {
    const { url } = await sink({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(Object.assign(new Error('bad'), { responseCode: 535 })),
    });
    expect(await sendBy(url.replace('//', '//user:wrong@'))).toMatchObject({ outcome: 'retry' });
    expect(await sendBy(url)).toMatchObject({ outcome: 'retry', detail: expect.stringContaining('530') });
  });

  it('nothing, as it is down: tried again', async () => {
    const down = await startSmtpSink();
    await down.close();
    expect(await sendBy(down.url)).toMatchObject({
      outcome: 'retry',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('nothing, until we are shut down: tried again', async () => {
    const shutdown = new AbortController();
    const mute = createServer(() => shutdown.abort(new Error('shutting down')));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => mute.close(resolve)));
    const { port } = mute.address() as AddressInfo;
    expect(await sendBy(`smtp://127.0.0.1:${port}`, {}, shutdown.signal)).toMatchObject({
      outcome: 'retry',
    });
  });
});

it.each(['', 'localhost:25', 'http://mail.example', 'user@mail.example'])(
  'refuses "%s" as a mail server from the start',
  (smtpUrl) => {
    expect(() => createEmailChannel(smtpUrl)).toThrow('smtp://host:port');
  },
);

describe('a sender in the configuration', () => {
  it.each([
    ['hello@shop.example', { address: 'hello@shop.example', name: undefined }],
    ['Olive & Oak <hello@shop.example>', { address: 'hello@shop.example', name: 'Olive & Oak' }],
    ['"Oak, Olive" <hello@shop.example>', { address: 'hello@shop.example', name: 'Oak, Olive' }],
    ['Olive & Oak', undefined],
    ['', undefined],
    ['a@shop.example, b@shop.example', undefined],
    ['Olive <hello@shop.example>\r\nBcc: x@example.com', undefined],
  ])('%s', (text, expected) => {
    expect(parseMailbox(text)).toEqual(expected);
  });
});
