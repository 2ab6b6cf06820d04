import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sourceOf } from '../../../collector/src/ingest/channel.ts';
import { clickIdsIn, createScrub, scrubJson } from '../../../collector/src/ingest/scrub.ts';
import { startCollector, type TestCollector } from '../../support/collector.ts';
import { cpuMs } from '../../support/cpu-time.ts';
import { HOSTILE, LEFT_ALONE, MASKED } from '../../support/scrub-cases.ts';

const scrub = createScrub({ params: ['ref', 'customer'], clickIdValues: false });

describe('Q54 in the collector', () => {
  test.each(MASKED)('masks %s', (_, text, scrubbed) => {
    expect(scrub(text)).toBe(scrubbed);
  });

  test.each(LEFT_ALONE)('leaves %s alone', (_, text) => {
    expect(scrub(text)).toBe(text);
  });

  test('masks the parameters that the site names, and none that only begin so', () => {
    expect(scrub('/?ref=ada&customer=7&referrer=x')).toBe('/?ref=***&customer=***&referrer=x');
  });

  test('leaves the values of click ids alone where they are asked for, and nothing else', () => {
    const asked = createScrub({ params: [], clickIdValues: true });
    expect(asked('/?gclid=Cj0K&fbclid=IwAR&token=abc')).toBe('/?gclid=Cj0K&fbclid=IwAR&token=***');
  });

  test('at any depth, and nothing but texts', () => {
    const value = {
      items: [{ note: 'for ada@example.com', price: 4111111111111111 }],
      gift: true,
      none: null,
    };
    expect(scrubJson(value, scrub)).toEqual({
      ...value,
      items: [{ note: 'for ***', price: 4111111111111111 }],
    });
  });
});

test.each(HOSTILE)('Q57 %s take no time', (_, text) => {
  expect(cpuMs(() => scrub(text))).toBeLessThan(250);
});

describe('a click id tells where a visitor came from, when nothing else does', () => {
  const from = (url: string, utm?: object) => sourceOf(utm, clickIdsIn(url), null, url);

  test.each([
    ['https://shop.test/?gclid=1', 'paid_search', 'google'],
    ['https://shop.test/?a=b&wbraid=***', 'paid_search', 'google'],
    ['https://shop.test/?msclkid=1', 'paid_search', 'bing'],
    ['https://shop.test/?ttclid=1', 'paid_social', 'tiktok'],
    ['https://shop.test/?li_fat_id=1', 'paid_social', 'linkedin'],
    ['https://shop.test/?dclid=1', 'display', 'google'],
    ['https://shop.test/?fbclid=1', 'organic_social', 'facebook'],
    ['https://shop.test/?id=1', 'direct', null],
  ])('%s: %s', (url, channel, source) => {
    expect(from(url)).toMatchObject({ channel, source });
  });

  test('UTM parameters say more', () => {
    expect(from('https://shop.test/?gclid=1', { source: 'news', medium: 'email' })).toMatchObject({
      channel: 'email',
      source: 'news',
    });
    expect(from('https://shop.test/?gclid=1', { name: 'spring' })).toMatchObject({
      channel: 'paid_search',
      campaign: 'spring',
    });
  });
});

describe('through the API, from a client that scrubs nothing', () => {
  let collector: TestCollector;
  beforeAll(async () => {
    collector = await startCollector();
  });
  afterAll(() => collector.close());

  const URL = 'https://shop.test/u/ada@example.com?gclid=secret1&token=secret2&q=oil';
  const context = {
    page: {
      url: URL,
      path: '/u/ada@example.com',
      title: 'Orders of ada@example.com',
      referrer: 'https://mail.test/?email=ada%40example.com',
      search: '?gclid=secret1&token=secret2&q=oil',
    },
  };
  const touchpointsOf = async (lead: { id: string }) =>
    (await collector.owner(`/v1/leads/${lead.id}/touchpoints`)).data;

  test('nothing private is kept of a page view, and the channel is known all the same', async () => {
    await collector.ingest({
      type: 'page',
      anonymousId: 'a1',
      properties: { url: URL, q: 'ada@example.com' },
      context,
    });
    const [lead] = (await collector.owner('/v1/leads')).data;
    const touchpoints = await touchpointsOf(lead);
    expect(JSON.stringify([lead, touchpoints])).not.toMatch(/ada@|ada%40|secret/);
    expect(touchpoints[0]).toMatchObject({
      page: {
        url: 'https://shop.test/u/***?gclid=***&token=***&q=oil',
        path: '/u/***',
        title: 'Orders of ***',
      },
      properties: { q: '***' },
      channel: 'paid_search',
    });
  });

  test('what is said of a person, and by the site itself, stays: it is meant', async () => {
    await collector.ingest({
      type: 'identify',
      anonymousId: 'a2',
      userId: 'u2',
      traits: { email: 'bob@example.com' },
    });
    await collector.ingestAsServer({
      type: 'track',
      userId: 'u2',
      event: 'invoiced',
      properties: { to: 'bob@example.com' },
    });
    const [lead] = (await collector.owner('/v1/leads?userId=u2')).data;
    expect(lead.email).toBe('bob@example.com');
    const [latest] = await touchpointsOf(lead);
    expect(latest).toMatchObject({ name: 'invoiced', properties: { to: 'bob@example.com' } });
  });
});

test('Q54 a site names parameters of its own, and may ask for the values of click ids', async () => {
  const url = 'https://shop.test/?gclid=Cj0K&customer=7&token=abc';
  const keptUnder = async (scrub: object | undefined) => {
    const collector = await startCollector({ site: { name: 'Test', ...(scrub && { scrub }) } });
    try {
      await collector.ingest({ type: 'page', anonymousId: 'a1', context: { page: { url } } });
      const [lead] = (await collector.owner('/v1/leads')).data;
      const [touchpoint] = (await collector.owner(`/v1/leads/${lead.id}/touchpoints`)).data;
      expect(touchpoint.channel).toBe('paid_search');
      return touchpoint.page.url;
    } finally {
      await collector.close();
    }
  };
  expect(await keptUnder(undefined)).toBe('https://shop.test/?gclid=***&customer=7&token=***');
  expect(await keptUnder({ params: ['customer'] })).toBe(
    'https://shop.test/?gclid=***&customer=***&token=***',
  );
  expect(await keptUnder({ clickIdValues: true })).toBe('https://shop.test/?gclid=Cj0K&customer=7&token=***');
});
