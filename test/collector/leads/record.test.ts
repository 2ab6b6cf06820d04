import { afterEach, expect, test } from 'vitest';
import { compiledSites } from '../../../collector/src/compiled-sites.ts';
import type { Touchpoint } from '../../../collector/src/leads/touchpoint.ts';
import { START, startCollector, type TestCollector } from '../../support/collector.ts';

let collector: TestCollector;
afterEach(() => collector.close());

const webinar = (messageId: string): Touchpoint => ({
  messageId,
  type: 'track',
  name: 'webinar_attended',
  originalName: null,
  at: START,
  receivedAt: START,
  trust: 'server',
  bot: null,
  sessionId: null,
  page: null,
  source: null,
  properties: {},
  groupId: null,
  timezone: null,
  consent: null,
  device: null,
});

test('what the collector itself notices of a lead counts as any touchpoint, once, also of a lead merged since', async () => {
  collector = await startCollector({
    site: {
      name: 'Test',
      scoring: { rules: [{ id: 'webinar', when: { touchpoint: 'webinar_attended' }, points: 7 }] },
    },
  });
  const advance = await compiledSites(collector.store)(1);
  const record = (leadId: string, messageId: string) =>
    collector.store.record(1, leadId, webinar(messageId), advance);
  await collector.ingest({ type: 'track', event: 'visit', anonymousId: 'phone', messageId: 'a' });
  const [anonymous] = (await collector.owner('/v1/leads')).data;
  expect(await Promise.all([record(anonymous.id, 'w1'), record(anonymous.id, 'w1')])).toEqual([true, false]);

  const person = { userId: 'u', traits: { email: 'ada@example.com' } };
  await collector.ingest(
    { type: 'identify', anonymousId: 'laptop', messageId: 'b', ...person },
    { type: 'identify', anonymousId: 'phone', messageId: 'c', ...person },
  );
  expect(await record(anonymous.id, 'w2')).toBe(true);
  expect(await record('lead_none', 'w3')).toBe(false);
  const { data } = await collector.owner('/v1/leads');
  expect(data).toMatchObject([{ userId: 'u', score: 14, touchpointCount: 5 }]);
  const touchpoints = (await collector.owner(`/v1/leads/${data[0].id}/touchpoints`)).data;
  expect(touchpoints[0]).toMatchObject({ messageId: 'w2', trust: 'server', visitorId: null });
});
