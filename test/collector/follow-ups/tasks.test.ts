import { afterEach, expect, test } from 'vitest';
import { responseTimesOf } from '../../../collector/src/follow-ups/response-times.ts';
import { SECRET_KEY, START, startCollector, type TestCollector } from '../../support/collector.ts';

const MINUTE_MS = 60_000;
let collector: TestCollector;
afterEach(() => collector.close());

async function open(owners: (string | undefined)[]): Promise<void> {
  collector = await startCollector({
    site: {
      name: 'Shop',
      sequences: owners.map((owner, index) => ({
        id: `s${index}`,
        start: { touchpoint: 'demo' },
        steps: [{ after: '0s', task: { title: `Call ${index}`, due: '5m', ...(owner && { owner }) } }],
      })),
    },
  });
  await collector.ingest({ type: 'track', event: 'demo', anonymousId: 'v', messageId: 'm' });
  await collector.dispatcher.tick();
}
const post = async (path: string, body: object = {}) =>
  collector.request(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('a task is put off, and what was promised stays promised', async () => {
  await open(['Ada']);
  const [task] = (await collector.owner('/v1/tasks')).data;
  expect(task).toMatchObject({ owner: 'Ada', status: 'open', snoozed: false });
  const until = new Date(START + 60 * MINUTE_MS).toISOString();
  expect(await (await post(`/v1/tasks/${task.id}/snooze`, { until })).json()).toMatchObject({
    dueAt: until,
    promisedAt: task.dueAt,
    snoozed: true,
    overdue: false,
  });
  collector.clock.now += 90 * MINUTE_MS;
  expect((await collector.owner('/v1/tasks')).data).toMatchObject([{ overdue: true, snoozed: false }]);
  const past = { until: new Date(START).toISOString() };
  expect((await post(`/v1/tasks/${task.id}/snooze`, past)).status).toBe(400);
  expect((await post('/v1/tasks/task_none/snooze', { until: '2027-01-01T00:00:00Z' })).status).toBe(404);
});

test('a task changes hands, and each sees their own', async () => {
  await open(['Ada', undefined]);
  const titles = async (owner: string) =>
    (await collector.owner(`/v1/tasks?owner=${owner}`)).data.map(({ title }: { title: string }) => title);
  expect(await titles('Ada')).toEqual(['Call 0']);
  const [first, second] = (await collector.owner('/v1/tasks')).data;
  await post(`/v1/tasks/${second.id}/assign`, { owner: ' Ada ' });
  expect(await titles('Ada')).toEqual(['Call 0', 'Call 1']);
  await post(`/v1/tasks/${first.id}/assign`, { owner: null });
  expect(await titles('Ada')).toEqual(['Call 1']);
  expect((await post(`/v1/tasks/${first.id}/assign`, { owner: '' })).status).toBe(400);
});

test('how fast tasks are done: median, 90th percentile, share in time, by owner', async () => {
  await open(['Ada', 'Ada', 'Ada', 'Grace', undefined]);
  const tasks = (await collector.owner('/v1/tasks')).data;
  for (const [index, minutes] of [1, 4, 10, 3].entries()) {
    collector.clock.now = START + minutes * MINUTE_MS;
    await post(`/v1/tasks/${tasks[index].id}/done`);
  }
  collector.clock.now = START + 4 * MINUTE_MS;
  expect(await collector.owner('/v1/tasks/response-times')).toMatchObject({
    tasks: 4,
    done: 4,
    medianSeconds: 210,
    shareWithinPromise: 0.75,
  });
  collector.clock.now = START + 60 * MINUTE_MS;
  const times = await collector.owner('/v1/tasks/response-times');
  expect(times).toMatchObject({ tasks: 5, done: 4, shareWithinPromise: 0.6 });
  expect(times.p90Seconds).toBeCloseTo(492);
  expect(times.byOwner).toEqual([
    {
      owner: 'Ada',
      tasks: 3,
      done: 3,
      medianSeconds: 240,
      p90Seconds: expect.closeTo(528),
      shareWithinPromise: 2 / 3,
    },
    { owner: 'Grace', tasks: 1, done: 1, medianSeconds: 180, p90Seconds: 180, shareWithinPromise: 1 },
    { owner: null, tasks: 1, done: 0, medianSeconds: null, p90Seconds: null, shareWithinPromise: 0 },
  ]);
  const later = '/v1/tasks/response-times?from=2027-01-01T00:00:00Z&to=2027-02-01T00:00:00Z';
  expect(await collector.owner(later)).toMatchObject({ tasks: 0, medianSeconds: null, byOwner: [] });
});

test('a task exactly in time is in time; one that is neither done nor due says nothing', async () => {
  await open([]);
  const timing = { owner: null, createdAt: 0, promisedAt: 300_000 };
  expect(responseTimesOf([{ ...timing, doneAt: 300_000 }], 0)).toMatchObject({ shareWithinPromise: 1 });
  expect(responseTimesOf([{ ...timing, doneAt: 300_001 }], 0)).toMatchObject({ shareWithinPromise: 0 });
  expect(responseTimesOf([{ ...timing, doneAt: null }], 300_000)).toMatchObject({
    tasks: 0,
    shareWithinPromise: null,
  });
});
