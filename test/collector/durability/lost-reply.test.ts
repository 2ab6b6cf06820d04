import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startCollector } from '../../support/collector.ts';
import { acknowledge, postBatch } from './post.ts';

/** Stands between client and collector: passes the request on, and hangs up once the reply has come. */
async function replyEater(targetUrl: string) {
  const { port: targetPort } = new URL(targetUrl);
  const server = createServer((client) => {
    const upstream = connect(Number(targetPort), '127.0.0.1');
    client.pipe(upstream);
    upstream.once('data', () => {
      upstream.destroy();
      client.destroy();
    });
    // Both ends are torn down on purpose.
    for (const end of [client, upstream]) end.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}

test('Q05 a batch sent again because its reply was lost counts once: one touchpoint, one score entry, one task', async () => {
  const collector = await startCollector({
    site: {
      name: 'Lost reply',
      scoring: { rules: [{ id: 'demo', when: { touchpoint: 'demo_booked' }, points: 20 }] },
      sequences: [
        {
          id: 'demo',
          start: { touchpoint: 'demo_booked' },
          steps: [{ after: '0s', task: { title: 'Prepare the demo', due: '1h' } }],
        },
      ],
    },
  });
  const url = await collector.listen();
  const eater = await replyEater(url);
  const batch = [
    { type: 'track' as const, event: 'demo_booked', anonymousId: 'visitor', messageId: 'demo-1' },
  ];

  await expect(postBatch(eater.url, batch)).rejects.toThrow();
  expect(await acknowledge(url, batch)).toMatchObject({ accepted: 0, duplicates: 1 });
  await collector.dispatcher.tick();
  expect(await acknowledge(url, batch)).toMatchObject({ accepted: 0, duplicates: 1 });
  await collector.dispatcher.tick();

  const { data: leads } = await collector.owner('/v1/leads');
  expect(leads).toHaveLength(1);
  const [lead] = leads;
  expect(lead).toMatchObject({ touchpointCount: 1, sessionCount: 1, score: 20 });
  expect((await collector.owner(`/v1/leads/${lead.id}/touchpoints`)).data).toHaveLength(1);
  expect((await collector.owner(`/v1/leads/${lead.id}/score`)).entries).toHaveLength(1);
  expect((await collector.owner('/v1/deliveries')).data).toMatchObject([{ status: 'sent', attempts: 1 }]);
  expect((await collector.owner('/v1/tasks')).data).toHaveLength(1);
  eater.close();
  await collector.close();
});

test('Q05 a message twice in one batch, and in two batches of one commit, counts once', async () => {
  const collector = await startCollector();
  const message = { type: 'track', event: 'ping', anonymousId: 'visitor', messageId: 'same' };
  const results = await Promise.all([collector.ingest(message, message), collector.ingest(message)]);
  expect(results).toMatchObject([
    { accepted: 1, duplicates: 1 },
    { accepted: 0, duplicates: 1 },
  ]);
  expect((await collector.owner('/v1/leads')).data).toMatchObject([{ touchpointCount: 1 }]);
  await collector.close();
});
