// What `npm start` runs: the collector, the example shop with the SDK on it, and somewhere for its follow-ups
// to arrive: a mail sink and a webhook receiver.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serveShop } from './shop/server.mjs';
import { startCollector } from './start/collector.mjs';
import { readOrMakeKeys } from './start/keys.mjs';
import { serveMailSink } from './start/mail-sink.mjs';
import { assertPortsFree } from './start/ports.mjs';
import { serveReceiver } from './webhook-receiver/server.mjs';

const DEFAULT_DATA_DIRECTORY = fileURLToPath(new URL('../.handrail', import.meta.url));
const CONFIG = fileURLToPath(new URL('shop/handrail.json', import.meta.url));

/** What has been started so far, each with its `close()`. */
const running = [];

async function start() {
  const collectorPort = readPort('HANDRAIL_PORT', 8787);
  const shopPort = readPort('HANDRAIL_SHOP_PORT', 8788);
  const receiverPort = readPort('HANDRAIL_RECEIVER_PORT', 8790);
  await assertPortsFree({
    'the collector (HANDRAIL_PORT moves it)': collectorPort,
    'the example shop (HANDRAIL_SHOP_PORT moves it)': shopPort,
    'the webhook receiver (HANDRAIL_RECEIVER_PORT moves it)': receiverPort,
  });
  const dataDirectory = process.env.HANDRAIL_DATA || DEFAULT_DATA_DIRECTORY;
  mkdirSync(dataDirectory, { recursive: true });
  const keys = readOrMakeKeys(`${dataDirectory}/keys.json`);

  const smtpUrl = process.env.HANDRAIL_SMTP_URL || keepRunning(await serveMailSink()).url;
  const collector = keepRunning(
    startCollector({
      port: collectorPort,
      db: `${dataDirectory}/shop.sqlite`,
      config: CONFIG,
      env: {
        HANDRAIL_WRITE_KEY: keys.writeKey,
        HANDRAIL_SECRET_KEY: keys.secretKey,
        HANDRAIL_WEBHOOK_SECRET: keys.webhookSecret,
        HANDRAIL_SMTP_URL: smtpUrl,
        // handrail.json names the shop and the receiver by these.
        HANDRAIL_SHOP_PORT: String(shopPort),
        HANDRAIL_RECEIVER_PORT: String(receiverPort),
        // The receiver is on this machine, where webhooks are not let in otherwise.
        HANDRAIL_ALLOW_PRIVATE_ORIGINS: `http://127.0.0.1:${receiverPort}`,
      },
    }),
  );
  await collector.ready;
  collector.exited.then((code) => stop(code || 1));
  keepRunning(await serveReceiver({ port: receiverPort, secret: keys.webhookSecret }));
  const { url: shopUrl } = keepRunning(
    await serveShop({ port: shopPort, collectorUrl: collector.url, writeKey: keys.writeKey }),
  );
  printAddresses(shopUrl, collector.url, keys);
}

function readPort(variable, defaultPort) {
  const text = process.env[variable] || String(defaultPort);
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${variable} must be a port from 1 to 65535, not "${text}"`);
}

function keepRunning(service) {
  running.push(service);
  return service;
}

let stopping = false;
async function stop(exitCode) {
  if (stopping) return;
  stopping = true;
  // The last started first: the collector outlives the shop that sends to it, the mail sink the collector.
  // What is still being started meanwhile is closed as well.
  while (running.length > 0) await running.pop().close();
  process.exit(exitCode);
}

function printAddresses(shopUrl, collectorUrl, { writeKey, secretKey }) {
  console.log(`
Handrail is running.

  shop         ${shopUrl}
  dashboard    ${collectorUrl}/dashboard
  API docs     ${collectorUrl}/docs

  script tag   <script async src="${collectorUrl}/handrail.js" data-write-key="${writeKey}"></script>
  write key    ${writeKey}  (public: it can only send touchpoints)
  secret key   ${secretKey}  (yours: it opens the dashboard and the API)

Follow-ups appear below: mails that would go out, and webhooks as the example receiver gets them.
Ctrl-C stops everything.
`);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(0));
await start().catch(async (error) => {
  if (stopping) return;
  console.error(`handrail: ${error.message}`);
  await stop(1);
});
