import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** Handrail's webhooks are a few KB; anything much larger is not from Handrail. */
const MAX_BODY_BYTES = 256 * 1024;
const MAX_IDS_KEPT = 10_000;

/**
 * Receives Handrail's webhooks at `/webhooks`, believes only those signed with `secret`, and hands each one
 * on once.
 *
 * @param {import('./server.d.mts').ReceiverOptions} options
 * @returns {Promise<import('./server.d.mts').RunningReceiver>}
 */
export async function serveReceiver({ port, secret, onEvent = printEvent }) {
  const webhook = new Webhook(secret);
  // Webhooks are delivered at least once, under an id that stays the same. A real receiver keeps these ids in
  // its database, in the transaction that does the work.
  const seenIds = new Set();

  async function statusFor(request) {
    if (request.url !== '/webhooks') return 404;
    if (request.method !== 'POST') return 405;
    if (!(Number(request.headers['content-length']) <= MAX_BODY_BYTES)) return 413;
    const event = webhook.verify(await text(request), request.headers);
    const id = request.headers['webhook-id'];
    if (seenIds.has(id)) return 204;
    seenIds.add(id);
    if (seenIds.size > MAX_IDS_KEPT) seenIds.delete(seenIds.values().next().value);
    try {
      await onEvent(event, id);
    } catch (error) {
      seenIds.delete(id); // The sender will try again.
      throw error;
    }
    return 204;
  }

  const server = createServer((request, response) => {
    statusFor(request)
      .catch((error) => {
        if (error instanceof WebhookVerificationError) return 401;
        console.error(`webhook receiver: ${error.message}`);
        return 500;
      })
      .then((status) => response.writeHead(status, { connection: 'close' }).end());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/webhooks`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function printEvent({ type, timestamp, data }) {
  console.log(`webhook  ${timestamp}  ${type}  ${JSON.stringify(data)}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { PORT = '8790', WEBHOOK_SECRET } = process.env;
  if (!WEBHOOK_SECRET) {
    console.error(
      'webhook receiver: set WEBHOOK_SECRET to the secret (whsec_…) that the collector signs with',
    );
    process.exit(1);
  }
  const receiver = await serveReceiver({ port: Number(PORT), secret: WEBHOOK_SECRET }).catch((error) => {
    console.error(`webhook receiver: ${error.message}`);
    process.exit(1);
  });
  console.log(`webhook receiver: waiting at ${receiver.url}`);
}
