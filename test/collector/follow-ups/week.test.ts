/** A week in a sequence, by the hour: a real mail server, and a receiver that does all that receivers do. */
import type { RequestListener } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { START } from '../../support/collector.ts';
import { DAY_MS, HOUR_MS, mail, openShop, type Shop } from '../../support/shop.ts';

let shop: Shop;
afterEach(() => shop.close());

const SECRET = `whsec_${'a'.repeat(32)}`;
const ENDPOINTS = ['well', 'fails', 'hangs', 'gone', 'busy', 'moved'];

function unreliable(): RequestListener {
  const counts = new Map<string, number>();
  return ({ url = '' }, response) => {
    const count = (counts.get(url) ?? 0) + 1;
    counts.set(url, count);
    if (url === '/hangs' && count === 1) return;
    if (url === '/fails' && count <= 3) response.statusCode = 500;
    if (url === '/gone') response.statusCode = 410;
    if (url === '/busy' && count === 1) response.writeHead(429, { 'retry-after': String(3 * 3_600) });
    if (url === '/moved') response.writeHead(302, { location: '/elsewhere' });
    response.end();
  };
}

interface Attempt {
  at: string;
  outcome: string;
  detail: string;
}
const hoursSinceStart = (at: string) => (Date.parse(at) - START) / HOUR_MS;

test('Q38 Q39 each delivery has the story that its receiver gave it, all are signed, and nothing is held up or comes twice', async () => {
  const hooks = ENDPOINTS.map((endpoint, place) => ({
    after: `${place}h`,
    send: { channel: 'webhook', endpoint },
  }));
  const mails = [
    mail('one', { after: '1d' }),
    {
      waitFor: { touchpoint: 'set_up' },
      within: '2d',
      else: [mail('two', { at: { time: '09:00' } })],
    },
    mail('three', { after: '1d', at: { time: '09:00', days: 'weekdays' } }),
  ];
  shop = await openShop(
    (origin: string) => ({
      endpoints: Object.fromEntries(ENDPOINTS.map((id) => [id, { url: `${origin}/${id}`, secret: SECRET }])),
      contactBudget: { messages: { perWeek: 50 }, quietHours: ['21:00', '08:00'] },
      sequences: [{ id: 'week', start: { touchpoint: 'start' }, holdout: 0, steps: [...hooks, ...mails] }],
    }),
    { reply: unreliable(), timeoutMs: 200 },
  );
  await shop.signsUp();
  await shop.does('start');
  await shop.passes(0);
  await shop.passesBy(HOUR_MS, 7 * DAY_MS);

  const { data } = await shop.collector.owner('/v1/deliveries?limit=200');
  const stories = new Map<string, object>();
  for (const { id, endpoint, step } of data) {
    const { status, reason, log } = await shop.collector.owner(`/v1/deliveries/${id}`);
    const attempts = (log as Attempt[]).map(({ at }) => hoursSinceStart(at));
    const replies = (log as Attempt[]).map(({ detail }) => detail.trim().slice(0, 40));
    stories.set(endpoint ?? `mail ${step}`, { status, reason, attempts, replies: [...new Set(replies)] });
  }
  expect(Object.fromEntries(stories)).toMatchObject({
    well: { status: 'sent', attempts: [0], replies: ['200'] },
    fails: { status: 'sent', attempts: [1, 2, 3, 4], replies: ['500', '200'] },
    hangs: { status: 'sent', attempts: [2, 3], replies: ['no reply within 200 ms', '200'] },
    gone: { status: 'failed', reason: 'endpoint_gone', attempts: [3] },
    // Three hours were asked for, and a little is added so that not all come back at once.
    busy: { status: 'sent', attempts: [4, 8], replies: ['429', '200'] },
    moved: {
      status: 'failed',
      reason: 'attempts_used_up',
      attempts: [5, 6, 7, 8, 10, 15, 25, 39, 59, 83],
      replies: ['302 redirect to /elsewhere not followed'],
    },
    // Sunday noon; two days in vain later Tuesday noon, so Wednesday at nine; then Thursday.
    'mail 6': { status: 'sent', attempts: [24] },
    'mail 8': { status: 'sent', attempts: [93] },
    'mail 9': { status: 'sent', attempts: [117] },
  });
  expect(stories.size).toBe(9);
  expect(shop.subjects()).toEqual(['one', 'two', 'three']);
  expect(shop.runs()).toMatchObject([{ status: 'completed', steps: ['7 timed_out'] }]);
  expect((await shop.collector.owner('/v1/endpoints/gone')).disabledReason).toBe('gone');

  const { received } = shop.receiver;
  expect(received).toHaveLength(1 + 4 + 2 + 1 + 2 + 10);
  expect(received.filter(({ path }) => path === '/elsewhere')).toEqual([]);
  const idsByPath = new Map<string, Set<unknown>>();
  for (const { path, headers, body } of received) {
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'touchpoint.start',
    });
    idsByPath.set(path, (idsByPath.get(path) ?? new Set()).add(headers['webhook-id']));
  }
  expect([...idsByPath.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1, 1]);
});
