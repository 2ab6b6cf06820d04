/** A channel of one's own: one file like those in channels/ and one line in kinds.ts, which is all this test adds. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { ChannelKind } from '../../../collector/src/follow-ups/channels/channel.ts';
import { checkSite } from '../../../collector/src/site/check.ts';
import { startCollector, type TestCollector } from '../../support/collector.ts';

const { posted, carrierPigeon } = vi.hoisted(() => {
  const posted: { id: string; to: string; words: string }[] = [];
  /** The file: what steps say, whom it reaches, what it says, and how it gets there. */
  const carrierPigeon = (
    words: z.ZodType<string>,
  ): ChannelKind<{ words: string }, { to: string; words: string }> => ({
    send: { words },
    addresses: 'person',
    addressOf: ({ state }) => {
      const loft = state.traits.loft?.value;
      return typeof loft === 'string' ? loft : null;
    },
    topicOf: () => null,
    rateOf: () => null,
    prepare: (send, { delivery }) => ({
      ok: true,
      content: { to: String(delivery.lead?.state.traits.loft?.value), words: send.words },
    }),
    open: ({ HANDRAIL_PIGEONS: pigeons }) =>
      pigeons === undefined
        ? null
        : {
            send: async ({ deliveryId: id, content }) => {
              posted.push({ id, ...content });
              return { outcome: 'sent', detail: 'gone' };
            },
          },
    howToOpen: 'no pigeons (HANDRAIL_PIGEONS)',
  });
  return { posted, carrierPigeon };
});

vi.mock('../../../collector/src/follow-ups/channels/kinds.ts', async (original) => {
  const { CHANNEL_KINDS } =
    await original<typeof import('../../../collector/src/follow-ups/channels/kinds.ts')>();
  // The line.
  return { CHANNEL_KINDS: { ...CHANNEL_KINDS, pigeon: carrierPigeon(z.string().min(1)) } };
});

const site = {
  name: 'Loft',
  sequences: [
    {
      id: 'news',
      start: { touchpoint: 'asked' },
      holdout: 0,
      steps: [{ after: '1h', send: { channel: 'pigeon', words: 'Come home' } }],
    },
  ],
};

let collector: TestCollector;
beforeEach(async () => {
  posted.length = 0;
  const { openChannels } = await import('../../../collector/src/follow-ups/channels/open.ts');
  collector = await startCollector({ site, channels: openChannels({ HANDRAIL_PIGEONS: '2' }) });
});
afterEach(() => collector.close());

const HOUR_MS = 3_600_000;
async function ask(marketing: boolean): Promise<void> {
  const context = { consent: { categoryPreferences: { marketing } } };
  await collector.ingest(
    {
      type: 'identify',
      userId: 'u',
      anonymousId: 'v',
      messageId: 'a',
      traits: { loft: 'Old mill' },
      context,
    },
    { type: 'track', event: 'asked', anonymousId: 'v', messageId: 'b', context },
  );
  collector.clock.now += HOUR_MS;
  await collector.dispatcher.tick();
}

test('a channel of one’s own sends, once, and is listed and remembered like every other', async () => {
  await ask(true);
  await collector.dispatcher.tick();
  const [delivery] = (await collector.owner('/v1/deliveries')).data;
  expect(delivery).toMatchObject({ channel: 'pigeon', status: 'sent', detail: 'gone', attempts: 1 });
  expect(posted).toEqual([{ id: delivery.id, to: 'Old mill', words: 'Come home' }]);
  const touchpoints = (await collector.owner(`/v1/leads/${delivery.leadId}/touchpoints`)).data;
  expect(touchpoints[0]).toMatchObject({ name: 'pigeon_sent', trust: 'server' });
});

test('the guards are asked before it, as it addresses the person', async () => {
  await ask(false);
  expect(posted).toEqual([]);
  expect((await collector.owner('/v1/deliveries')).data).toMatchObject([{ reason: 'no_consent' }]);
});

test('what a step says to it is checked at save', () => {
  const said = (send: object) =>
    checkSite({
      ...site,
      sequences: [{ id: 'news', start: { touchpoint: 'x' }, steps: [{ after: '1h', send }] }],
    });
  expect(said({ channel: 'pigeon', words: 'Hello' })).toMatchObject({ ok: true });
  expect(said({ channel: 'pigeon', word: 'Hello' })).toMatchObject({
    ok: false,
    problems: expect.arrayContaining([
      { path: 'sequences[0].steps[0].send', message: expect.stringContaining('words') },
    ]),
  });
  expect(said({ channel: 'owl', words: 'Hello' })).toMatchObject({ ok: false });
});
