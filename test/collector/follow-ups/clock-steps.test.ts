import { afterEach, expect, test } from 'vitest';
import { clockSteps } from '../../../collector/src/clock-steps.ts';
import { compiledSites } from '../../../collector/src/compiled-sites.ts';
import { openChannels } from '../../../collector/src/follow-ups/channels/open.ts';
import { createDispatcher } from '../../../collector/src/follow-ups/dispatch.ts';
import { signedLinks } from '../../../collector/src/follow-ups/links.ts';
import { startCollector, type TestCollector } from '../../support/collector.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let collector: TestCollector;
afterEach(() => collector.close());

async function open() {
  collector = await startCollector({
    site: {
      name: 'Shop',
      sequences: [
        {
          id: 'call',
          start: { touchpoint: 'demo' },
          steps: [
            { after: '1h', task: { title: 'Call', due: '5m' } },
            { after: '30h', task: { title: 'Call again', due: '5m' } },
          ],
        },
      ],
    },
  });
  const { clock, store } = collector;
  let steady = 0;
  const steps: number[] = [];
  const isClockSteady = clockSteps({
    now: () => clock.now,
    monotonicNow: () => steady,
    onStep: (stepMs) => steps.push(stepMs),
  });
  const dispatcher = createDispatcher({
    store,
    sites: compiledSites(store),
    channels: openChannels({}),
    links: signedLinks('https://collect.example', Buffer.alloc(32)),
    now: () => clock.now,
    isClockSteady,
  });
  /** Ticking all the while, as a collector does. */
  async function pass(ms: number) {
    for (let left = ms; left > 0; left -= MINUTE_MS) {
      clock.now += Math.min(left, MINUTE_MS);
      steady += Math.min(left, MINUTE_MS);
      await dispatcher.tick();
    }
  }
  return { clock, dispatcher, pass, steps };
}
const tasks = async () =>
  (await collector.owner('/v1/deliveries')).data.map(({ status, reason }: Record<string, string>) => [
    status,
    reason,
  ]);
const demo = () => ({ type: 'track', event: 'demo', anonymousId: 'v', messageId: 'demo' });

test('Q41 a clock that is set two days forward and put right again sends nothing too soon, and skips nothing', async () => {
  const { clock, dispatcher, pass, steps } = await open();
  await collector.ingest(demo());
  clock.now += 2 * DAY_MS;
  await dispatcher.tick();
  await pass(3 * MINUTE_MS);
  expect(await tasks()).toEqual([['due', null]]);
  clock.now -= 2 * DAY_MS;
  await pass(5 * MINUTE_MS);
  expect(steps).toEqual([2 * DAY_MS, -2 * DAY_MS]);
  expect(await tasks()).toEqual([['due', null]]);
  await pass(HOUR_MS);
  expect(await tasks()).toEqual([
    ['due', null],
    ['sent', null],
  ]);
});

test('a clock that stays set is believed after ten minutes', async () => {
  const { clock, dispatcher, pass } = await open();
  await collector.ingest(demo());
  clock.now += 2 * HOUR_MS;
  await dispatcher.tick();
  await pass(9 * MINUTE_MS);
  expect(await tasks()).toEqual([['due', null]]);
  await pass(2 * MINUTE_MS);
  expect(await tasks()).toEqual([
    ['due', null],
    ['sent', null],
  ]);
});

test('a clock that is kept right little by little holds nothing up', async () => {
  const { clock, pass, steps } = await open();
  await collector.ingest(demo());
  for (let minute = 0; minute < 70; minute++) {
    await pass(MINUTE_MS);
    clock.now += 500;
  }
  expect(steps).toEqual([]);
  expect(await tasks()).toHaveLength(2);
});
