import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WRITE_KEY } from '../../support/collector.ts';
import { type CollectorProcess, spawnCollector } from '../../support/collector-process.ts';
import { readDatabase, storedMessageIds } from '../../support/database.ts';

/** DESIGN section 9. */
const STOP_WITHIN_MS = 10_000;

let folder: string;
let collector: CollectorProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'handrail-stop-'));
});
afterEach(async () => {
  await collector?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});
const database = () => join(folder, 'handrail.sqlite');

const post = (url: string, messageId: string) =>
  fetch(`${url}/v1/batch`, {
    method: 'POST',
    body: JSON.stringify({
      writeKey: WRITE_KEY,
      batch: [{ type: 'track', event: 'ping', anonymousId: 'visitor', messageId }],
    }),
  });

async function expectToStop(
  running: CollectorProcess,
  signal: NodeJS.Signals,
  withinMs = STOP_WITHIN_MS,
): Promise<void> {
  const startedAt = performance.now();
  expect(await running.kill(signal)).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(withinMs);
  expect(existsSync(`${database()}-wal`), 'the log is in the database').toBe(false);
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'Q43 %s under load: what is under way is answered, all that was acknowledged is kept, the log is written back',
  async (signal) => {
    collector = await spawnCollector(['--db', database()]);
    const { url } = collector;
    const acknowledged: string[] = [];
    let onWarm = () => {};
    const warm = new Promise<void>((resolve) => {
      onWarm = resolve;
    });
    const client = async (name: string) => {
      for (let index = 0; ; index++) {
        const response = await post(url, `${name}/${index}`).catch(() => null);
        if (!response) return;
        expect(response.status).toBe(200);
        acknowledged.push(`${name}/${index}`);
        if (acknowledged.length === 50) onWarm();
      }
    };
    const load = Promise.all(['a', 'b', 'c', 'd'].map(client));
    await warm;
    // Its clients hold their connections open and would go on for ever: they are not waited for.
    await expectToStop(collector, signal, 2_000);
    await load;
    const stored = new Set(storedMessageIds(database()));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    expect(collector.output()).toMatch(/handrail: stopping\n$/);
  },
  20_000,
);

test('Q43 SIGTERM while a client dawdles and a webhook receiver does not answer: neither is waited for too long', async () => {
  const receiver = createServer(() => {}).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const config = join(folder, 'site.json');
  const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  const steps = [{ after: '0s', send: { channel: 'webhook', endpoint: 'crm' } }];
  writeFileSync(
    config,
    JSON.stringify({
      name: 'Stop',
      endpoints: { crm: { url: `${origin}/hook`, secret } },
      sequences: [{ id: 'tell', start: { touchpoint: 'ping' }, steps }],
    }),
  );
  collector = await spawnCollector(['--db', database(), '--config', config], {
    HANDRAIL_ALLOW_PRIVATE_ORIGINS: origin,
  });
  const dawdler = connect(Number(new URL(collector.url).port), '127.0.0.1');
  dawdler.on('error', () => {});
  dawdler.write('POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"batch":[');
  const asked = once(receiver, 'request');
  expect((await post(collector.url, 'kept')).status).toBe(200);
  await asked;

  await expectToStop(collector, 'SIGTERM');
  expect(storedMessageIds(database())).toEqual(['kept']);
  const deliveries = readDatabase(database(), (db) =>
    db.prepare('SELECT status, attempts FROM deliveries').all(),
  );
  expect(deliveries, 'tried again once its lease has run out').toEqual([{ status: 'leased', attempts: 0 }]);
  dawdler.destroy();
  receiver.closeAllConnections();
  receiver.close();
}, 25_000);
