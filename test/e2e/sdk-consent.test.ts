import type { Message } from '@handrail/sdk/protocol';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { flush, isRunning, nameOf, persisted, traces } from '../sdk/browser.ts';
import { browser, server } from '../support/site-in-browser.ts';
import { eventually } from '../support/wait-for.ts';

const NO_TRACES = { keys: [], databases: [], cookies: '' };

beforeEach(async () => {
  server.prompts.prompts = [{ id: 'nps', type: 'survey', on: { touchpoint: 'page_view' }, questions: [] }];
});

async function openShop(tag: string): Promise<Page> {
  server.pages['/'] = tag;
  const page = await browser.newPage();
  await page.goto(`${server.siteUrl}/`);
  await isRunning(page);
  return page;
}

const consent = (page: Page, decision: object) =>
  page.evaluate((decision) => window.handrail.consent(decision), decision);

/** Calls everything, waits for what is idle, and leaves: whatever could leave a trace now would. */
async function useEverything(page: Page) {
  await page.evaluate(async () => {
    const { handrail } = window;
    handrail.track('demo_booked');
    handrail.page();
    handrail.identify('u1', { email: 'ada@example.com' });
    handrail.cart([{ item_id: 'a', price: 5 }]);
    handrail.reset();
    history.pushState(null, '', '/elsewhere');
    window.dataLayer.push({ event: 'add_to_cart', ecommerce: { items: [{ item_id: 'a' }] } });
    await new Promise((resolve) => requestIdleCallback(resolve));
    dispatchEvent(new PageTransitionEvent('pagehide'));
    await handrail.flush();
  });
}

describe.each([
  ['not told', '<handrail>', ['/handrail.js']],
  ['pending', '<handrail data-consent="pending">', ['/handrail.js']],
  ['denied', '<handrail data-consent="denied">', ['/handrail.js']],
  // What says so on the console is a file of its own; it is as much of a trace as the tag's is.
  ['a word that is no state', '<handrail data-consent="yes">', ['/handrail.js', '/handrail-options.js']],
])('Q24 consent %s', (_, tag, files) => {
  test('leaves no request, no cookie and no storage', async () => {
    const page = await openShop(tag);
    await useEverything(page);
    expect(await traces(page)).toEqual(NO_TRACES);
    expect(await page.context().cookies()).toEqual([]);
    expect(server.requests.map(({ path }) => path)).toEqual(files);
  });
});

test('a grant records the page that is open, once, and nothing from before', async () => {
  const page = await openShop('<handrail>');
  await useEverything(page);
  await consent(page, { analytics: 'granted', marketing: 'granted' });
  await consent(page, { analytics: 'granted', marketing: 'granted' });
  await flush(page);

  expect(server.accepted().map(nameOf)).toEqual(['page /elsewhere']);
  expect(server.accepted()[0]?.context?.consent?.categoryPreferences).toEqual({
    analytics: true,
    marketing: true,
  });
});

test('a grant is remembered on the next page, without asking again', async () => {
  const page = await openShop('<handrail>');
  await consent(page, { analytics: 'granted' });
  await page.reload();
  await isRunning(page);
  await flush(page);
  expect(server.accepted().at(-1)?.context?.consent?.categoryPreferences).toEqual({ analytics: true });
  expect(new Set(server.accepted().map(({ anonymousId }) => anonymousId)).size).toBe(1);
});

test('a new decision about marketing is told to the collector', async () => {
  const page = await openShop('<handrail data-consent="granted">');
  await consent(page, { marketing: 'denied' });
  await flush(page);
  const last = server.accepted().at(-1);
  expect(last && nameOf(last)).toBe('consent_updated');
  expect(last?.context?.consent?.categoryPreferences).toEqual({ analytics: true, marketing: false });
});

test('withdrawal stops recording, discards what waits and erases what is stored, and only that', async () => {
  server.answerBatch = () => 'hang up';
  const page = await openShop('<handrail data-consent="granted">');
  await page.evaluate(() => localStorage.setItem('shop-cart', 'mine'));
  await page.evaluate(() => window.handrail.cart([{ item_id: 'a', price: 5 }]));
  await eventually(async () => expect(await persisted(page)).toHaveLength(2));
  await flush(page);
  const before = server.batches().length;

  server.answerBatch = () => ({ status: 200 });
  await consent(page, { analytics: 'denied' });
  await useEverything(page);
  expect(await page.evaluate(() => Object.entries(localStorage))).toEqual([['shop-cart', 'mine']]);
  await eventually(async () => expect(await persisted(page)).toBeNull());
  // One message more, which says so, and nothing of what waited.
  const after = server.batches().slice(before);
  expect(after.flatMap(({ batch }) => batch.map(nameOf))).toEqual(['consent_updated']);
  expect((await page.evaluate(() => window.handrail.explain())).drops).toMatchObject({
    consent_withdrawn: 2,
  });
});

test('a refusal on a later page erases what an earlier page was allowed to store', async () => {
  const page = await openShop('<handrail data-consent="granted">');
  await flush(page);
  server.pages['/'] = '<handrail data-consent="denied">';
  await page.reload();
  await isRunning(page);
  await eventually(async () => expect(await traces(page)).toEqual(NO_TRACES));
});

describe('Q25 withdrawal tells the collector', () => {
  const last = () => server.accepted().at(-1);
  const preferences = (message: Message | undefined) => message?.context?.consent?.categoryPreferences;

  test('as the visitor it was, with marketing refused too unless it was named', async () => {
    const page = await openShop('<handrail data-consent="granted">');
    await consent(page, { marketing: 'granted' });
    await flush(page);
    const visitor = last()?.anonymousId;
    await consent(page, { analytics: 'denied' });
    await eventually(() => expect(preferences(last())).toEqual({ analytics: false, marketing: false }));
    expect(last()).toMatchObject({ type: 'track', event: 'consent_updated', anonymousId: visitor });
    expect(await page.evaluate(() => localStorage.length)).toBe(0);

    await consent(page, { analytics: 'granted' });
    await consent(page, { analytics: 'denied', marketing: 'granted' });
    await eventually(() => expect(preferences(last())).toEqual({ analytics: false, marketing: true }));
    expect(last()?.anonymousId).not.toBe(visitor);
  });

  test('also on a later page', async () => {
    const page = await openShop('<handrail data-consent="granted">');
    await flush(page);
    const visitor = last()?.anonymousId;
    server.pages['/'] = '<handrail data-consent="denied">';
    await page.reload();
    await eventually(() => expect(preferences(last())).toEqual({ analytics: false, marketing: false }));
    expect(last()?.anonymousId).toBe(visitor);
    await page.reload();
    await isRunning(page);
    await useEverything(page);
    expect(server.accepted().filter((message) => nameOf(message) === 'consent_updated')).toHaveLength(1);
  });
});

/** What a platform says, by turns, and what becomes of it. `undefined` marketing: never said. */
type Step = [says: unknown, analytics: boolean, marketing: boolean | undefined];
interface Platform {
  tag: string;
  /** Puts the platform on the page; `window.say(…)` is then the platform's visitor deciding. */
  html: string;
  steps: Step[];
}

const PLATFORMS: { [name: string]: Platform } = {
  'TCF v2': {
    tag: '<handrail data-cmp="tcf">',
    html: `<script>
      let callback;
      window.__tcfapi = (command, version, added) => { callback = added; };
      window.say = (data) => callback({ gdprApplies: true, ...data }, true);
    </script>`,
    steps: [
      [{ eventStatus: 'cmpuishown', purpose: { consents: { 1: true } } }, false, undefined],
      [{ eventStatus: 'useractioncomplete', purpose: { consents: { 1: true } } }, true, false],
      [
        { eventStatus: 'useractioncomplete', purpose: { consents: { 1: true, 3: true, 4: true } } },
        true,
        true,
      ],
      [{ eventStatus: 'useractioncomplete', purpose: { consents: {} } }, false, false],
    ],
  },
  GPP: {
    tag: '<handrail data-cmp="gpp">',
    html: `<script>
      let callback;
      window.__gpp = (command, added) => { callback = added; };
      window.say = (pingData) => callback({ eventName: 'signalStatus', pingData }, true);
    </script>`,
    steps: [
      [{ signalStatus: 'not ready', parsedSections: { usnat: { SaleOptOut: 2 } } }, false, undefined],
      [{ signalStatus: 'ready', parsedSections: { usnat: [{ SaleOptOut: 2 }, { Gpc: false }] } }, true, true],
      [{ signalStatus: 'ready', parsedSections: { usca: { SharingOptOut: 1 } } }, true, false],
      [{ signalStatus: 'ready', parsedSections: { tcfeuv2: { PurposeConsents: [false] } } }, false, false],
    ],
  },
  'Google Consent Mode': {
    tag: '<handrail data-cmp="consent-mode">',
    html: `<script>
      window.dataLayer = [];
      function gtag() { dataLayer.push(arguments); }
      gtag('consent', 'default', { analytics_storage: 'denied', ad_storage: 'denied', wait_for_update: 500 });
      gtag('consent', 'default', { analytics_storage: 'granted', region: ['US'] });
      window.say = (states) => gtag('consent', 'update', states);
    </script>`,
    steps: [
      [{}, false, undefined],
      [{ analytics_storage: 'granted' }, true, undefined],
      [{ ad_user_data: 'granted', ad_storage: 'denied' }, true, true],
      [{ analytics_storage: 'denied', ad_user_data: 'denied' }, false, false],
    ],
  },
};

describe.each(Object.entries(PLATFORMS))('Q25 %s', (_, { tag, html, steps }) => {
  test('each of its decisions flips the state, and what is no decision does not', async () => {
    const page = await openShop(html + tag);
    await eventually(() => expect(server.requests.map(({ path }) => path)).toContain('/handrail-consent.js'));
    const isAsked = page.waitForFunction(() => {
      const { __tcfapi, __gpp, dataLayer } = window as unknown as Record<string, unknown>;
      return __tcfapi || __gpp || Object.hasOwn(dataLayer as object, 'push');
    });
    await isAsked;
    for (const [says, analytics, marketing] of steps) {
      await eventually(() =>
        page.evaluate((said) => (window as unknown as { say(what: unknown): void }).say(said), says),
      );
      const before = server.accepted().length;
      await page.evaluate(() => window.handrail.track('probe'));
      await flush(page);
      if (!analytics) {
        expect(server.accepted().slice(before).map(nameOf)).not.toContain('probe');
        continue;
      }
      const probe = server.accepted().findLast((message) => nameOf(message) === 'probe');
      expect(probe?.context?.consent?.categoryPreferences).toEqual({
        analytics: true,
        ...(marketing !== undefined && { marketing }),
      });
    }
    await eventually(async () => expect(await traces(page)).toEqual(NO_TRACES));
  });
});

describe('Q25 Global Privacy Control', () => {
  const withGpc = `<script>Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })</script>`;
  const marketingOf = async (page: Page) => {
    await flush(page);
    return server.accepted().at(-1)?.context?.consent?.categoryPreferences?.marketing;
  };

  test('refuses marketing and leaves analytics to the visitor', async () => {
    const page = await openShop(`${withGpc}<handrail>`);
    await useEverything(page);
    expect(server.batches()).toEqual([]);
    await consent(page, { analytics: 'granted' });
    expect(await marketingOf(page)).toBe(false);
  });

  test('outweighs a consent platform, but not what the visitor has granted to this very site', async () => {
    const page = await openShop(`${PLATFORMS['TCF v2']?.html}${withGpc}<handrail data-cmp="tcf">`);
    const all = { eventStatus: 'tcloaded', purpose: { consents: { 1: true, 3: true, 4: true } } };
    await eventually(() =>
      page.evaluate((said) => (window as unknown as { say(what: unknown): void }).say(said), all),
    );
    expect(await marketingOf(page)).toBe(false);
    await consent(page, { marketing: 'granted' });
    expect(await marketingOf(page)).toBe(true);
  });
});

describe('a refusal that is counted (data-when-denied="cookieless")', () => {
  const TAG = '<handrail data-consent="denied" data-when-denied="cookieless" data-cookie-domain="auto">';

  test('sends what happened without an id or a detail, as the page is left, and stores nothing at all', async () => {
    server.pages['/next'] = 'Another page, without Handrail';
    const page = await openShop(TAG);
    await page.evaluate(() => {
      window.handrail.track('demo_booked', { email: 'zoe@example.com' });
      window.handrail.identify('zoe', { email: 'zoe@example.com' });
      history.pushState(null, '', '/pricing?token=xyz');
    });
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    expect(server.batches()).toEqual([]);
    expect(await traces(page)).toEqual(NO_TRACES);
    expect(await page.context().cookies()).toEqual([]);

    await page.goto(`${server.siteUrl}/next`);
    await eventually(() => expect(server.accepted()).toHaveLength(3));
    expect(server.accepted().map(nameOf)).toEqual(['page /', 'demo_booked', 'page /pricing']);
    for (const message of server.accepted()) {
      const { type, messageId, timestamp, context, ...rest } = message;
      expect(rest).toEqual(type === 'track' ? { event: 'demo_booked' } : {});
      const ofTheBrowser = { library: expect.anything(), locale: expect.any(String) };
      expect(context).toEqual({ cookieless: true, page: { path: context?.page?.path }, ...ofTheBrowser });
    }
    expect(JSON.stringify(server.batches())).not.toMatch(/zoe|xyz/);
    expect(await page.context().cookies()).toEqual([]);
  });

  test('not while nobody has decided, and a grant afterwards is a visitor from then on', async () => {
    const page = await openShop('<handrail data-when-denied="cookieless">');
    await useEverything(page);
    expect(server.batches()).toEqual([]);
    await consent(page, { analytics: 'denied' });
    await consent(page, { analytics: 'granted' });
    await flush(page);
    const [refused, granted] = server.accepted();
    expect(refused).toMatchObject({ type: 'page', context: { cookieless: true } });
    expect(granted).toMatchObject({ type: 'page', anonymousId: expect.any(String) });
  });
});
