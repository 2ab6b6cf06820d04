import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDelivery } from '../../sdk/src/delivery.ts';
import { createDropReport } from '../../sdk/src/drop-report.ts';
import { createDropCounter } from '../../sdk/src/drops.ts';
import { createOutbox } from '../../sdk/src/outbox.ts';
import type { Moment } from '../../sdk/src/page-lifecycle.ts';
import { createDecisionLedger } from '../../sdk/src/prompts/ledger.ts';
import type { Drops, PromptDecisionCounts } from '../../sdk/src/protocol.ts';
import { outcomeOf } from '../../sdk/src/transport.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
});

interface Answer {
  status: number;
  retryAfter?: string;
}
interface Sent {
  atMs: number;
  ids: string[];
  drops: Drops;
  decisions: PromptDecisionCounts | undefined;
}

/** The delivery of one browser, as it runs there; the collector's answers are made up. */
function startClient(answer: () => Answer) {
  const drops = createDropCounter();
  const outbox = createOutbox(drops.count);
  const ledger = createDecisionLedger([]);
  const sent: Sent[] = [];
  const listeners = new Map<Moment, () => void>();
  const delivery = createDelivery({
    outbox,
    drops: createDropReport(drops),
    lifecycle: {
      on(moment, listener) {
        listeners.set(moment, listener);
        return () => listeners.delete(moment);
      },
    },
    decisions: ledger,
    post: async (entries, told) => {
      sent.push({ atMs: performance.now(), ids: entries.map(({ id }) => id), ...told });
      const { status, retryAfter = null } = answer();
      return outcomeOf(status, retryAfter, Date.now());
    },
  });
  return {
    sent,
    drops,
    ledger,
    outbox,
    record(messageId: string) {
      outbox.add({ type: 'track', event: 'ping', messageId });
      delivery.wake();
    },
    tell: (moment: Moment) => listeners.get(moment)?.(),
  };
}

describe('Q42 after an outage', () => {
  const CLIENTS = 1_000;
  const OUTAGE_MS = 60_000;

  test.each([
    ['503 with Retry-After', { status: 503, retryAfter: '10' }, 10_000],
    ['429 with Retry-After', { status: 429, retryAfter: '10' }, 10_000],
    ['503 alone', { status: 503 }, 0],
  ])('a thousand browsers come back spread out: %s', async (_, refusal, retryAfterMs) => {
    const startMs = performance.now();
    const isOut = () => performance.now() - startMs < OUTAGE_MS;
    const clients = Array.from({ length: CLIENTS }, (_, index) => {
      const client = startClient(() => (isOut() ? refusal : { status: 200 }));
      // All at the same moment, as after a mailing: nothing but chance can part them.
      client.record(String(index));
      return client;
    });
    await vi.advanceTimersByTimeAsync(180_000);

    const perSecond = new Map<number, number>();
    for (const { sent } of clients) {
      const last = sent.at(-1)?.atMs ?? Number.NaN;
      const second = Math.floor(last / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
      for (const [index, { atMs }] of sent.slice(1).entries()) {
        expect(atMs - (sent[index]?.atMs ?? 0)).toBeGreaterThanOrEqual(retryAfterMs);
      }
    }
    expect(clients.every(({ outbox }) => outbox.waiting().count === 0)).toBe(true);
    expect(Math.max(...perSecond.values())).toBeLessThan(CLIENTS / 5);
  });
});

test('a clock that is set back two years holds nothing up', async () => {
  let answers: Answer[] = [{ status: 503, retryAfter: '2' }];
  const client = startClient(() => answers.shift() ?? { status: 200 });
  client.record('a');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(client.sent).toHaveLength(1);
  vi.setSystemTime(Date.now() - 2 * 365 * 86_400_000);
  answers = [];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(client.sent).toHaveLength(2);
  expect(client.outbox.waiting().count).toBe(0);
});

test('without any answer it gives up after six tries, until there is a sign of life', async () => {
  let status = 0;
  const client = startClient(() => ({ status }));
  client.record('a');
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(client.sent).toHaveLength(6);

  status = 200;
  client.tell('online');
  await vi.advanceTimersByTimeAsync(0);
  expect(client.sent).toHaveLength(7);
  expect(client.outbox.waiting().count).toBe(0);
});

test('drops are told with the next batch, once, and again where that one was not answered', async () => {
  const answers: Answer[] = [{ status: 503 }];
  const client = startClient(() => answers.shift() ?? { status: 200 });
  client.drops.count('invalid_name', 2);
  client.record('a');
  await vi.advanceTimersByTimeAsync(10_000);
  client.record('b');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(client.sent.map(({ drops }) => drops)).toEqual([{ invalid_name: 2 }, { invalid_name: 2 }, {}]);
  expect(client.drops.total).toEqual({ invalid_name: 2 });
});

test('decisions about prompts are told with the next batch, once, and again where that one was not answered', async () => {
  const answers: Answer[] = [{ status: 503 }];
  const client = startClient(() => answers.shift() ?? { status: 200 });
  client.ledger.settle('nps', 'typing');
  client.record('a');
  await vi.advanceTimersByTimeAsync(3_000);
  client.ledger.settle('nps', 'typing');
  client.ledger.settle('nps', 'shown');
  await vi.advanceTimersByTimeAsync(10_000);
  client.record('b');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(client.sent.map(({ decisions }) => decisions)).toEqual([
    { nps: { typing: 1 } },
    { nps: { typing: 2, shown: 1 } },
    undefined,
  ]);
});

test('what is in flight is not sent again as the page is left', async () => {
  const client = startClient(() => ({ status: 200 }));
  client.record('a');
  await vi.advanceTimersByTimeAsync(2_999);
  client.tell('send');
  client.tell('send');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(client.sent.map(({ ids }) => ids)).toEqual([['a']]);
});
