/** Webhooks that are due: how fast they leave, beside what sending them costs by itself, and whom a dead receiver delays. */
import { Agent, request } from 'undici';
import { createWebhookChannel } from '../../collector/src/follow-ups/channels/webhook.ts';
import { type HttpReceiver, startHttpReceiver } from '../support/http-receiver.ts';
import { openCollector, record, type Timed, timed } from './dispatching.ts';
import { atMost, numberText, type Table } from './table.ts';

const DUE = 1_000;
/** As the dispatcher sends to one host. */
const CONCURRENCY = 20;
const BUDGET_MS = 5_000;

export async function benchWebhooks(folder: string): Promise<Table> {
  const quick = await startHttpReceiver();
  const alsoQuick = await startHttpReceiver();
  const dead = await startHttpReceiver(() => {});
  const bare = await startHttpReceiver();
  const endpoint = ({ origin }: HttpReceiver, event: string) => ({
    url: origin,
    secret: `whsec_${'a'.repeat(32)}`,
    events: [event],
  });
  const allowPrivateOrigins = [quick, alsoQuick, dead].map(({ origin }) => origin);
  const collector = await openCollector(
    `${folder}/handrail.sqlite`,
    { webhook: createWebhookChannel({ allowPrivateOrigins }) },
    {
      endpoints: {
        quick: endpoint(quick, 'lead.became_hot'),
        another: endpoint(alsoQuick, 'lead.stage_changed'),
        dead: endpoint(dead, 'lead.stage_changed'),
      },
    },
  );
  try {
    await record(collector, 'demo', DUE, 'p');
    const alone = await timed(() => collector.dispatcher.tick());
    expectReceived('quick', quick.received.length, DUE);

    const posted = await timed(() => postAll(bare.origin, quick.received[0]?.body ?? ''));
    expectReceived('bare', bare.received.length, DUE);

    await record(collector, 'visit', DUE, 'p');
    const beside = await timed(async () => {
      void collector.dispatcher.tick();
      while (alsoQuick.received.length < DUE) await new Promise((turn) => setTimeout(turn, 1));
    });
    await dead.close();
    // What it has left is put off, so that the store is not closed under a delivery.
    while ((await collector.store.followUps.leases()).length > 0) {
      await collector.dispatcher.tick();
      await new Promise((turn) => setTimeout(turn, 20));
    }

    return {
      title: 'webhooks that are due, to a receiver in the same process: decided, signed, sent, fsynced',
      rows: [
        {
          what: `${numberText(DUE)} due`,
          measured: text(alone),
          budget: atMost(BUDGET_MS, alone.ms, 'ms'),
        },
        {
          what: `${numberText(DUE)} bare POSTs of the same, ${CONCURRENCY} at once, over kept connections`,
          measured: text(posted),
        },
        { what: 'against the bare ones', measured: `${numberText(alone.ms / posted.ms)} ×` },
        {
          what: `${numberText(DUE)} due, beside as many to a receiver that never answers`,
          measured: text(beside),
          budget: atMost(BUDGET_MS, beside.ms, 'ms'),
        },
      ],
    };
  } finally {
    await collector.store.close();
    await Promise.all([quick, alsoQuick, bare].map((receiver) => receiver.close()));
  }
}

async function postAll(origin: string, body: string): Promise<void> {
  const dispatcher = new Agent({ connections: CONCURRENCY });
  const headers = { 'content-type': 'application/json' };
  let left = DUE;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) {
        const reply = await request(origin, { method: 'POST', headers, body, dispatcher });
        await reply.body.dump();
      }
    }),
  );
  await dispatcher.close();
}

const text = ({ ms, cpuMs }: Timed): string => `${numberText(ms)} ms (${numberText(cpuMs)} ms of CPU)`;

function expectReceived(name: string, received: number, expected: number): void {
  if (received !== expected) throw new Error(`${name} received ${received} instead of ${expected}`);
}
