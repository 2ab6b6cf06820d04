import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface SinkMail extends Email {
  /** Of SMTP, not of the headers: who it really went to. */
  recipients: string[];
  /** The message as it came over the wire. */
  raw: string;
}

export interface SmtpSink {
  url: string;
  mails: SinkMail[];
  close(): Promise<void>;
}

/** A real SMTP server on a free port that keeps what it is given. */
export async function startSmtpSink(options: SMTPServerOptions = {}): Promise<SmtpSink> {
  const mails: SinkMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onData: async (stream, session, done) => {
      const raw = await buffer(stream);
      const email = await PostalMime.parse(raw);
      mails.push({
        ...email,
        recipients: session.envelope.rcptTo.map(({ address }) => address),
        raw: raw.toString(),
      });
      done(null);
    },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
