/** Who sends a delivery, where several could: dispatchers that live, die, dawdle, or have a clock that steps. */
import type { RequestListener, ServerResponse } from 'node:http';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compiledSites } from '../../../collector/src/compiled-sites.ts';
import { createWebhookChannel } from '../../../collector/src/follow-ups/channels/webhook.ts';
import {
  createDispatcher,
  type Dispatcher,
  type DispatcherOptions,
} from '../../../collector/src/follow-ups/dispatch.ts';
import { LEASE_MS } from '../../../collector/src/follow-ups/leases.ts';
import { signedLinks } from '../../../collector/src/follow-ups/links.ts';
import type { Settlement } from '../../../collector/src/store/follow-ups.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite/index.ts';
import type { Store } from '../../../collector/src/store/store.ts';
import { startCollector, type TestCollector } from '../../support/collector.ts';
import { type HttpReceiver, startHttpReceiver } from '../../support/http-receiver.ts';
import { waitFor } from '../../support/wait-for.ts';

const HOUR_MS = 3_600_000;
const TWO_YEARS_MS = 2 * 365 * 24 * HOUR_MS;

let receiver: HttpReceiver;
/** Requests the receiver has not answered, while it is slow. */
let unanswered: ServerResponse[];
let isSlow: boolean;
let collector: TestCollector;
/** A further process on the same file. */
let otherStore: Store;
let other: Dispatcher;
let dispatcherOn: (store: Store, sites: DispatcherOptions['sites']) => Dispatcher;
let mails: { id: string; subject: string }[];
let nextId = 0;

const reply: RequestListener = (_, response) => {
  if (isSlow) unanswered.push(response);
  else response.end();
};
const email = {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the mail holds
  send: async ({ deliveryId, content }: any) => {
    mails.push({ id: deliveryId, subject: content.subject });
    return { outcome: 'sent', detail: '250' } as const;
  },
};

beforeEach(async () => {
  unanswered = [];
  isSlow = false;
  mails = [];
  receiver = await startHttpReceiver(reply);
  const webhook = createWebhookChannel({ allowPrivateOrigins: [receiver.origin] });
  const mail = (id: string, start: object, template: string) => ({
    id,
    start,
    holdout: 0,
    steps: [{ after: '1h', send: { channel: 'email', template } }],
  });
  collector = await startCollector({
    site: {
      name: 'Shop',
      email: { from: 'Shop <hello@shop.example>' },
      contactBudget: { messages: { perWeek: 1 } },
      templates: { cart: { subject: 'Your cart', text: 'x' }, news: { subject: 'News', text: 'x' } },
      endpoints: { crm: { url: `${receiver.origin}/hook`, secret: `whsec_${'a'.repeat(32)}` } },
      sequences: [
        {
          id: 'tell',
          start: { touchpoint: 'demo' },
          steps: [{ after: '0s', send: { channel: 'webhook', endpoint: 'crm' } }],
        },
        mail('news', { touchpoint: 'asked' }, 'news'),
        mail('cart', { touchpoint: 'filled' }, 'cart'),
      ],
    },
    channels: { webhook, email },
  });
  otherStore = openSqliteStore(collector.databasePath);
  dispatcherOn = (store, sites) =>
    createDispatcher({
      store,
      sites,
      channels: { webhook, email },
      links: signedLinks('https://collect.example', Buffer.from('secret')),
      now: () => collector.clock.now,
      monotonicNow: () => collector.clock.monotonic,
      onError: (error) => console.error(error),
    });
  other = dispatcherOn(otherStore, compiledSites(otherStore));
});
afterEach(async () => {
  await otherStore.close();
  await collector.close();
  await receiver.close();
});

const track = (event: string, person = 'v') => ({
  type: 'track',
  event,
  anonymousId: person,
  messageId: `m-${nextId++}`,
  timestamp: new Date(collector.clock.now).toISOString(),
  context: { consent: { categoryPreferences: { marketing: true } } },
});
const signUp = () => ({
  type: 'identify',
  userId: 'u',
  anonymousId: 'v',
  messageId: `m-${nextId++}`,
  traits: { email: 'ada@example.com' },
});
const receivedIds = () => receiver.received.map(({ headers }) => headers['webhook-id']);
const deliveries = async () => (await collector.owner('/v1/deliveries')).data;

/** Takes everything due, as a dispatcher that then dies. */
async function takeAndDie() {
  const { followUps } = otherStore;
  const { now } = collector.clock;
  const lanes = await followUps.dueLanes(now);
  const leased = await Promise.all(
    lanes.map((lane, index) => followUps.lease(`dead-${index}`, lane, ['email'], now, 10)),
  );
  return leased.flat();
}
function answer(): void {
  isSlow = false;
  for (const response of unanswered.splice(0)) response.end();
}
/** Both processes look, every second of the monotonic clock. */
async function secondsPass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    collector.clock.monotonic += 1_000;
    void collector.dispatcher.tick();
    // It has nothing to do but to look, unless it takes what it should not.
    await other.tick();
  }
}

describe('a lease', () => {
  test.each([
    ['forward', TWO_YEARS_MS],
    ['back', -TWO_YEARS_MS],
  ])('Q41 is not ended by a clock that steps two years %s, and the message goes once', async (_, stepMs) => {
    isSlow = true;
    await collector.ingest(track('demo'));
    const sending = collector.dispatcher.tick();
    await waitFor('the request', async () => unanswered.length === 1);
    await other.tick();
    collector.clock.now += stepMs;
    await other.tick();
    collector.clock.monotonic += LEASE_MS - 1;
    await other.tick();
    expect(await deliveries()).toMatchObject([{ status: 'leased' }]);
    answer();
    await sending;
    await other.tick();
    expect(await deliveries()).toMatchObject([{ status: 'sent', attempts: 1 }]);
    expect(receivedIds()).toHaveLength(1);
  });

  test('lasts as long as its holder lives, however slow the receiver is', async () => {
    isSlow = true;
    await collector.ingest(track('demo'));
    const sending = collector.dispatcher.tick();
    await waitFor('the request', async () => unanswered.length === 1);
    await secondsPass((3 * LEASE_MS) / 1_000);
    expect(receivedIds()).toHaveLength(1);
    answer();
    await sending;
    expect(await deliveries()).toMatchObject([{ status: 'sent', attempts: 1 }]);
  });

  test('Q06 of a process that has died is taken over after a minute, not before, whatever the clock says', async () => {
    await collector.ingest(track('demo'));
    expect(await takeAndDie()).toHaveLength(1);
    await collector.dispatcher.tick();
    collector.clock.now += HOUR_MS;
    collector.clock.monotonic += LEASE_MS - 1;
    await collector.dispatcher.tick();
    expect(receivedIds()).toEqual([]);
    collector.clock.now -= HOUR_MS;
    collector.clock.monotonic += 1;
    await collector.dispatcher.tick();
    expect(receivedIds()).toHaveLength(1);
    expect(await deliveries()).toMatchObject([{ status: 'sent' }]);
  });

  test('Q06 that is lost settles nothing any more', async () => {
    await collector.ingest(track('demo'));
    const [lost] = await takeAndDie();
    await collector.dispatcher.tick();
    collector.clock.monotonic += LEASE_MS;
    isSlow = true;
    const sending = collector.dispatcher.tick();
    await waitFor('the request', async () => unanswered.length === 1);
    const advance = await compiledSites(otherStore)(1);
    const late: Settlement = {
      outcome: 'failed',
      reason: 'late',
      detail: '',
      checks: [],
      tookMs: 1,
      bounced: null,
    };
    expect(
      lost &&
        (await otherStore.followUps.settle(
          lost,
          late,
          { anchorAt: 0, next: null },
          collector.clock.now,
          advance,
        )),
    ).toBe(false);
    answer();
    await sending;
    expect(await deliveries()).toMatchObject([{ status: 'sent', attempts: 1 }]);
  });

  test('Q40 of a process that was stopped for a minute is lost to it: what another has taken over, it does not send', async () => {
    let goOn = () => {};
    const isAwake = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const sites = compiledSites(otherStore);
    const stopped = dispatcherOn(otherStore, async (siteId) => {
      await isAwake;
      return sites(siteId);
    });
    const people = Array.from({ length: 5 }, (_, person) => track('demo', `p${person}`));
    await collector.ingest(...people);
    const tick = stopped.tick();
    await waitFor('the lease', async () => (await otherStore.followUps.leases()).length === 1);
    await collector.dispatcher.tick();
    expect(receivedIds()).toEqual([]);
    collector.clock.monotonic += LEASE_MS;
    await collector.dispatcher.tick();
    expect(new Set(receivedIds()).size).toBe(5);
    goOn();
    await tick;
    expect(receivedIds()).toHaveLength(5);
    expect((await deliveries()).every(({ status }: { status: string }) => status === 'sent')).toBe(true);
  });

  test('Q40 has one holder, though two processes dispatch on one file at once', async () => {
    const people = Array.from({ length: 150 }, (_, person) => track('demo', `p${person}`));
    await collector.ingest(...people);
    await Promise.all([collector.dispatcher.tick(), other.tick()]);
    expect(receivedIds()).toHaveLength(150);
    expect(new Set(receivedIds()).size).toBe(150);
    expect((await deliveries()).every(({ status }: { status: string }) => status === 'sent')).toBe(true);
  });
});

describe('one message a lead at a time', () => {
  function prefer(sequenceId: string): void {
    const db = new Database(collector.databasePath);
    db.prepare(
      `UPDATE deliveries SET priority = 1
       WHERE enrollment_id IN (SELECT id FROM enrollments WHERE sequence_id = ?)`,
    ).run(sequenceId);
    db.close();
  }
  async function bothDue(): Promise<void> {
    await collector.ingest(signUp(), track('asked'));
    collector.clock.now += 1;
    await collector.ingest(track('filled'));
    collector.clock.now += HOUR_MS;
  }
  const outcomes = async () =>
    Object.fromEntries(
      (await deliveries()).map((each: { sequenceId: string; status: string; reason: string | null }) => [
        each.sequenceId,
        each.reason ?? each.status,
      ]),
    );

  test('the one that is due first has the last of the budget', async () => {
    await bothDue();
    await collector.dispatcher.tick();
    expect(await outcomes()).toEqual({ news: 'sent', cart: 'contact_budget' });
    expect(mails).toMatchObject([{ subject: 'News' }]);
  });

  test.each([
    ['cart', 'Your cart', { cart: 'sent', news: 'contact_budget' }],
    ['news', 'News', { news: 'sent', cart: 'contact_budget' }],
  ])('the one of higher priority (%s) goes before it', async (preferred, subject, expected) => {
    await bothDue();
    prefer(preferred);
    await Promise.all([collector.dispatcher.tick(), other.tick()]);
    expect(await outcomes()).toEqual(expected);
    expect(mails).toMatchObject([{ subject }]);
  });

  test('none while another process has one in hand; the rest goes once that one is over', async () => {
    await bothDue();
    expect(await takeAndDie()).toHaveLength(1);
    await collector.dispatcher.tick();
    expect(await outcomes()).toEqual({ news: 'leased', cart: 'due' });
    collector.clock.monotonic += LEASE_MS;
    await collector.dispatcher.tick();
    expect(await outcomes()).toEqual({ news: 'sent', cart: 'contact_budget' });
  });
});
