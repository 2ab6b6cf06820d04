import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/**
 * A mail server that delivers nothing and prints one line for each mail, so that a follow-up can be seen
 * without a mail account.
 *
 * @returns {Promise<{ url: string, close(): Promise<void> }>} `url` is for HANDRAIL_SMTP_URL
 */
export async function serveMailSink() {
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      buffer(stream)
        .then((mail) => PostalMime.parse(mail))
        .then(({ subject }) => {
          const to = session.envelope.rcptTo.map(({ address }) => address).join(', ');
          console.log(`mail     ${to}  "${subject ?? '(no subject)'}"`);
          done();
        })
        .catch(done);
    },
  });
  smtp.on('error', (error) => console.error(`mail sink: ${error.message}`));
  const listener = smtp.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `smtp://127.0.0.1:${listener.address().port}`,
    close: () => new Promise((resolve) => smtp.close(resolve)),
  };
}
