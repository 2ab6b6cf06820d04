import { Analytics } from '@segment/analytics-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SECRET_KEY, startCollector, type TestCollector, WRITE_KEY } from '../support/collector.ts';

let collector: TestCollector;
beforeEach(async () => {
  collector = await startCollector({
    site: {
      name: 'Segment',
      scoring: { rules: [{ id: 'purchase', when: { touchpoint: 'purchase' }, points: 30 }] },
    },
    // The client stamps its messages with the time of this machine.
    now: Date.now(),
  });
});
afterEach(() => collector.close());

/** The official client, as its README has it but for the address. */
async function withSegment(writeKey: string, use: (analytics: Analytics) => void): Promise<void> {
  const analytics = new Analytics({ writeKey, host: await collector.listen(), maxRetries: 0 });
  const failures: unknown[] = [];
  analytics.on('error', (error) => failures.push(error));
  use(analytics);
  await analytics.closeAndFlush();
  expect(failures).toEqual([]);
}

test("Segment's own client, pointed at the collector: track, identify, page, group and alias appear on one lead", async () => {
  await withSegment(WRITE_KEY, (analytics) => {
    analytics.page({
      anonymousId: 'visitor',
      name: 'Pricing',
      properties: { url: 'https://shop.example/pricing', path: '/pricing', title: 'Pricing' },
    });
    analytics.track({
      anonymousId: 'visitor',
      event: 'Order Completed',
      properties: { order_id: 'o1', total: 42.5, currency: 'GBP' },
    });
    analytics.identify({
      anonymousId: 'visitor',
      userId: 'u42',
      traits: { email: 'Ada@Example.com', name: 'Ada', plan: 'pro' },
    });
    analytics.group({ userId: 'u42', groupId: 'acme', traits: { employees: 120 } });
    // What was done on the phone, before anyone knew whose it is.
    analytics.track({
      anonymousId: 'phone',
      event: 'feature_used',
      timestamp: new Date(Date.now() - 60_000),
    });
    analytics.alias({ userId: 'u42', previousId: 'phone' });
  });

  const { data: leads } = await collector.owner('/v1/leads');
  expect(leads).toHaveLength(1);
  expect((await collector.owner('/v1/leads?userId=u42')).data).toEqual(leads);
  const [lead] = leads;
  expect(lead).toMatchObject({
    userId: 'u42',
    email: 'ada@example.com',
    name: 'Ada',
    traits: { plan: 'pro' },
    group: { id: 'acme', traits: { employees: 120 } },
    touchpointCount: 6,
  });
  expect(lead.score).toBeCloseTo(30, 1);

  const { data: touchpoints } = await collector.owner(`/v1/leads/${lead.id}/touchpoints`);
  const byName = Object.fromEntries(touchpoints.map((each: { name: string }) => [each.name, each]));
  expect(Object.keys(byName).sort()).toEqual(
    ['alias', 'feature_used', 'group', 'identify', 'page_view', 'purchase'].sort(),
  );
  expect(byName.purchase).toMatchObject({
    originalName: 'Order Completed',
    trust: 'browser',
    properties: { order_id: 'o1', total: 42.5, currency: 'GBP' },
  });
  expect(byName.page_view).toMatchObject({
    originalName: 'Pricing',
    page: { url: 'https://shop.example/pricing', path: '/pricing', title: 'Pricing' },
  });
  expect(byName.feature_used.originalName).toBeNull();
  const agoMs = collector.clock.now - Date.parse(byName.feature_used.timestamp);
  expect(agoMs).toBeGreaterThanOrEqual(50_000);
  expect((await collector.owner('/v1/rejected')).data).toEqual([]);
});

test("Segment's own client with the secret key is a server: trusted, without sessions, and may rename a user", async () => {
  await withSegment(SECRET_KEY, (analytics) => {
    analytics.track({ userId: 'u1', event: 'Subscription Renewed' });
    analytics.alias({ userId: 'u2', previousId: 'u1' });
  });
  const { data: leads } = await collector.owner('/v1/leads');
  expect(leads).toMatchObject([{ userId: 'u2', touchpointCount: 2, sessionCount: 0 }]);
  expect((await collector.owner('/v1/leads?userId=u1')).data).toEqual(leads);
  expect((await collector.owner(`/v1/leads/${leads[0].id}/touchpoints`)).data).toMatchObject([
    { name: 'alias', trust: 'server' },
    { name: 'Subscription Renewed', trust: 'server' },
  ]);
});

test("Segment's own client is told that its key is wrong, and nothing is stored", async () => {
  const analytics = new Analytics({ writeKey: 'pk_nobody', host: await collector.listen(), maxRetries: 0 });
  const failure = new Promise<unknown>((resolve) => analytics.on('error', resolve));
  analytics.track({ userId: 'u1', event: 'ping' });
  await analytics.closeAndFlush();
  expect(await failure).toMatchObject({
    code: 'delivery_failure',
    reason: expect.objectContaining({ message: expect.stringContaining('401') }),
  });
  expect((await collector.owner('/v1/leads')).data).toEqual([]);
});
