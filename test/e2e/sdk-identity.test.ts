import type { Message } from '@handrail/sdk/protocol';
import type { BrowserContext, Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { flush, isRunning, nameOf, traces, tracked } from '../sdk/browser.ts';
import { browser, server } from '../support/site-in-browser.ts';
import { eventually } from '../support/wait-for.ts';

let context: BrowserContext;
beforeEach(async () => {
  context = await browser.newContext();
});

/** The same server under another name. */
const at = (host: string, path = '/') => {
  const url = new URL(path, server.siteUrl);
  url.hostname = host;
  return url.href;
};

async function open(url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await isRunning(page);
  return page;
}

async function lastAfterFlush(page: Page): Promise<Message | undefined> {
  await flush(page);
  return server.accepted().at(-1);
}

describe('a visitor over subdomains (data-cookie-domain="auto")', () => {
  const TAG = '<handrail data-consent="granted" data-cookie-domain="auto">';

  test('is one, in one session, by a first-party cookie on the registrable domain', async () => {
    server.pages['/'] = TAG;
    const atA = await lastAfterFlush(await open(at('a.shop.test')));
    const atB = await lastAfterFlush(await open(at('b.shop.test')));
    const atOther = await lastAfterFlush(await open(at('a.other.test')));

    expect(atB?.anonymousId).toBe(atA?.anonymousId);
    expect(atB?.context?.sessionId).toBe(atA?.context?.sessionId);
    expect(atOther?.anonymousId).not.toBe(atA?.anonymousId);
    const cookies = (await context.cookies()).filter(({ domain }) => domain === '.shop.test');
    expect(cookies.map(({ name }) => name).sort()).toEqual([
      'handrail_consent',
      'handrail_session',
      'handrail_visitor',
    ]);
    const inAYear = Date.now() / 1_000 + 365 * 86_400;
    for (const { sameSite, path, expires } of cookies) {
      expect({ sameSite, path }).toEqual({ sameSite: 'Lax', path: '/' });
      expect(Math.abs(expires - inAYear)).toBeLessThan(120);
    }
  });

  test('who was here before the site asked for a cookie stays who they are', async () => {
    server.pages['/'] = '<handrail data-consent="granted">';
    const before = await lastAfterFlush(await open(at('a.shop.test')));
    server.pages['/'] = TAG;
    expect((await lastAfterFlush(await open(at('a.shop.test'))))?.anonymousId).toBe(before?.anonymousId);
    expect((await lastAfterFlush(await open(at('b.shop.test'))))?.anonymousId).toBe(before?.anonymousId);
  });

  test('who withdraws on one is forgotten on all', async () => {
    server.pages['/'] = '<handrail data-cookie-domain="auto">';
    const pageA = await open(at('a.shop.test'));
    await pageA.evaluate(() => window.handrail.consent({ analytics: 'granted' }));
    await flush(pageA);
    const pageB = await open(at('b.shop.test'));
    expect(nameOf((await lastAfterFlush(pageB)) as Message)).toBe('page /');
    await pageB.evaluate(() => window.handrail.consent({ analytics: 'denied' }));

    await eventually(async () => expect(await context.cookies()).toEqual([]));
    const before = server.accepted().length;
    await flush(await open(at('a.shop.test')));
    expect(server.accepted().slice(before).map(nameOf)).not.toContain('page /');
  });

  test('Q24 before consent there is no cookie, not even to try', async () => {
    server.pages['/'] = '<handrail data-cookie-domain="auto">';
    const page = await open(at('a.shop.test'));
    expect(await traces(page)).toEqual({ keys: [], databases: [], cookies: '' });
    expect(await context.cookies()).toEqual([]);
  });

  test('without the option there is none at all', async () => {
    server.pages['/'] = '<handrail data-consent="granted">';
    await flush(await open(at('a.shop.test')));
    expect(await context.cookies()).toEqual([]);
  });
});

describe('a visitor over domains (data-link-domains)', () => {
  const TAG = '<handrail data-consent="granted" data-link-domains="pay.test">';

  beforeEach(() => {
    server.pages['/'] = `${TAG}
      <a id="ours" href="${at('checkout.pay.test', '/in?step=1#form')}">Pay</a>
      <a id="theirs" href="${at('elsewhere.test', '/in')}">Elsewhere</a>
      <form id="get" action="${at('pay.test', '/in')}"><input name="q" value="1"></form>
      <form id="post" method="post" action="${at('pay.test', '/in')}"><input name="q" value="1"></form>`;
    server.pages['/in'] = '<handrail data-consent="granted">';
  });

  async function arrive(page: Page): Promise<Message | undefined> {
    await page.waitForURL('**/in*');
    await isRunning(page);
    return lastAfterFlush(page);
  }

  test.each<[string, (page: Page) => Promise<void>, string]>([
    ['a link', (page) => page.click('#ours'), 'step=1#form'],
    [
      'a GET form',
      (page) => page.evaluate(() => document.querySelector<HTMLFormElement>('#get')?.requestSubmit()),
      'q=1',
    ],
    [
      'a POST form',
      (page) => page.evaluate(() => document.querySelector<HTMLFormElement>('#post')?.requestSubmit()),
      '',
    ],
  ])('is one by %s, and the address bar shows nothing of it', async (_, go, rest) => {
    const page = await open(at('shop.test'));
    const here = await lastAfterFlush(page);
    await go(page);
    const there = await arrive(page);

    expect(there?.anonymousId).toBe(here?.anonymousId);
    const views = server
      .accepted()
      .filter(({ type }) => type === 'page')
      .map(nameOf);
    expect(views).toEqual(['page /', 'page /in']);
    expect(page.url()).not.toContain('hr=');
    expect(page.url().endsWith(rest)).toBe(true);
    expect(JSON.stringify(server.batches())).not.toMatch(/hr=[^*]/);
  });

  test('only where the site says, and no address in the page ever shows it', async () => {
    const page = await open(at('shop.test'));
    const here = await lastAfterFlush(page);
    const hrefs = () => page.evaluate(() => [...document.links].map(({ href }) => href));
    const before = await hrefs();
    await page.evaluate(() => {
      addEventListener('click', (event) => event.preventDefault());
      for (const link of document.links) link.click();
      return new Promise((resolve) => setTimeout(resolve));
    });
    expect(await hrefs()).toEqual(before);
    const elsewhere = await context.newPage();
    await elsewhere.goto(before[1] ?? '', { referer: at('shop.test') });
    await isRunning(elsewhere);
    expect((await lastAfterFlush(elsewhere))?.anonymousId).not.toBe(here?.anonymousId);
  });

  test('not into a browser that has a visitor already, nor from a link that was passed on', async () => {
    const own = await lastAfterFlush(await open(at('checkout.pay.test', '/in')));
    const page = await open(at('shop.test'));
    await flush(page);
    const [request] = await Promise.all([
      page.waitForRequest((each) => each.url().includes('hr=')),
      page.click('#ours'),
    ]);
    expect((await arrive(page))?.anonymousId).toBe(own?.anonymousId);

    const friend = await browser.newContext({ userAgent: 'Another browser' });
    const theirs = await friend.newPage();
    await theirs.goto(request.url());
    await isRunning(theirs);
    expect(theirs.url()).not.toContain('hr=');
    const sent = server.accepted().length;
    await flush(theirs);
    await eventually(() => expect(server.accepted().length).toBeGreaterThan(sent));
    expect(server.accepted().at(-1)?.anonymousId).not.toBe(server.accepted()[1]?.anonymousId);
    await friend.close();
  });

  test('Q24 before consent nothing is kept of it, and after consent it still counts', async () => {
    server.pages['/in'] = '<handrail>';
    const page = await open(at('shop.test'));
    const here = await lastAfterFlush(page);
    await page.click('#ours');
    await page.waitForURL('**/in*');
    await isRunning(page);
    expect(await traces(page)).toEqual({ keys: [], databases: [], cookies: '' });
    expect(page.url()).not.toContain('hr=');
    await page.evaluate(() => window.handrail.consent({ analytics: 'granted' }));
    expect((await lastAfterFlush(page))?.anonymousId).toBe(here?.anonymousId);
  });

  test('another’s parameter of the same name is left alone', async () => {
    const page = await open(at('checkout.pay.test', '/in?hr=1'));
    expect(page.url()).toContain('?hr=1');
  });
});

describe('people', () => {
  test('alias renames the person and keeps the visitor; group and task say what they are told', async () => {
    server.pages['/'] = '<handrail data-consent="granted">';
    const page = await open(server.siteUrl);
    await page.evaluate(() => {
      window.handrail.alias('lead-1');
      window.handrail.alias('ada', 'lead-0');
      window.handrail.alias('');
      window.handrail.group('acme', { seats: 5, admin: 'ada@example.com' });
      window.handrail.group('');
      window.handrail.task('connect-bank').done({ bank: 'x' });
      window.handrail.track('after');
    });
    await flush(page);
    const [view, first, second, group] = server.accepted();
    expect(first).toMatchObject({ type: 'alias', userId: 'lead-1', previousId: view?.anonymousId });
    expect(second).toMatchObject({ type: 'alias', userId: 'ada', previousId: 'lead-0' });
    expect(group).toMatchObject({
      type: 'group',
      groupId: 'acme',
      userId: 'ada',
      traits: { seats: 5, admin: 'ada@example.com' },
    });
    const [done] = tracked(server.accepted(), 'task_done');
    expect(done?.properties).toMatchObject({ task: 'connect-bank', bank: 'x' });
    expect(new Set(server.accepted().map(({ anonymousId }) => anonymousId)).size).toBe(1);
    expect((await page.evaluate(() => window.handrail.explain())).drops).toEqual({ invalid_user_id: 2 });
  });
});

describe('Q54 what leaves the page', () => {
  test('has no e-mail address, token, card or click id in it, but says that there was a click', async () => {
    server.pages['/u/ada@example.com'] =
      '<title>Orders of ada@example.com</title><handrail data-consent="granted" data-scrub-params="customer">';
    const page = await context.newPage();
    await page.goto(
      `${server.siteUrl}/u/ada@example.com?gclid=secret1&token=secret2&customer=secret3&q=oil&utm_source=news`,
      {
        referer: `${server.siteUrl}/?email=ada%40example.com`,
      },
    );
    await isRunning(page);
    await page.evaluate(() =>
      window.handrail.track('noted', {
        note: 'for ada@example.com',
        card: { number: '4111 1111 1111 1111' },
      }),
    );
    await flush(page);

    const sent = JSON.stringify(server.batches());
    expect(sent).not.toMatch(/ada(@|%40)|secret|4111 1111/);
    expect(server.accepted()[0]?.context).toMatchObject({
      clickIds: ['gclid'],
      campaign: { source: 'news' },
      page: { path: '/u/***', search: '?gclid=***&token=***&customer=***&q=oil&utm_source=news' },
    });
    expect(tracked(server.accepted(), 'noted')[0]?.properties).toEqual({
      note: 'for ***',
      card: { number: '***' },
    });
  });

  test('has the values of click ids in it where the site asks for them, and no others', async () => {
    server.pages['/'] = '<handrail data-consent="granted" data-click-id-values>';
    const page = await context.newPage();
    await page.goto(`${server.siteUrl}/?gclid=Cj0K&token=secret`);
    await isRunning(page);
    await flush(page);
    expect(server.accepted()[0]?.context).toMatchObject({
      clickIds: ['gclid'],
      page: { search: '?gclid=Cj0K&token=***' },
    });
  });
});

describe('the tag', () => {
  test('takes another name for the instance, and queues under it', async () => {
    server.pages['/'] = `<script>window.guide = [['track', 'early']]</script>
      <handrail data-global="guide" data-consent="granted">`;
    const page = await context.newPage();
    await page.goto(server.siteUrl);
    await page.waitForFunction(() => 'flush' in (window as unknown as { guide: object }).guide);
    await page.evaluate(() => (window as unknown as { guide: { flush(): Promise<void> } }).guide.flush());
    expect(server.accepted().map(nameOf)).toEqual(['page /', 'early']);
    expect(await page.evaluate(() => 'handrail' in window)).toBe(false);
  });

  test('names a wrong option once, with the right one, and goes on; others’ attributes are theirs', async () => {
    server.pages['/'] = '<handrail data-consent="granted" data-cookie-domian="auto" data-cfasync="false">';
    const page = await context.newPage();
    const logged: string[] = [];
    page.on('console', (message) => logged.push(message.text()));
    await page.goto(server.siteUrl);
    await isRunning(page);
    await eventually(() =>
      expect(logged).toEqual(['handrail: there is no option cookieDomian, did you mean cookieDomain?']),
    );
    expect(nameOf((await lastAfterFlush(page)) as Message)).toBe('page /');
  });

  test('asks for no file that the page has no use for', async () => {
    server.pages['/'] = '<handrail data-consent="granted" data-capture="off">';
    const page = await open(server.siteUrl);
    await page.evaluate(() => window.handrail.cart([{ item_id: 'a', price: 5 }], { currency: 'GBP' }));
    await flush(page);
    const files = server.requests.map(({ path }) => path).filter((path) => path.endsWith('.js'));
    expect(files.filter((file) => !/handrail(-idle)?\.js|prompts/.test(file))).toEqual([]);
    expect(server.accepted().map(nameOf)).toEqual(['page /', 'view_cart']);
  });

  test('keeps what was told before its later files were there, in order, also when they are blocked', async () => {
    server.pages['/'] = '<handrail data-consent="granted">';
    server.pages['/next'] = 'A page without Handrail';
    await context.route('**/handrail-idle.js', (route) => route.abort());
    const page = await open(server.siteUrl);
    await page.evaluate(() => {
      window.handrail.track('add_to_cart', { items: [{ item_id: 'a' }] });
      window.handrail.track('demo_booked');
    });
    await page.goto(`${server.siteUrl}/next`);
    await eventually(() =>
      expect(server.accepted().map(nameOf).sort()).toEqual(['add_to_cart', 'demo_booked', 'page /']),
    );
  });
});
