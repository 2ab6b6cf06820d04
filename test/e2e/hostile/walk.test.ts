import type { Message } from '@handrail/sdk/protocol';
import type { Frame, Page } from 'playwright-core';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { nameOf } from '../../sdk/browser.ts';
import type { BatchAnswer } from '../../support/page-server.ts';
import { browser, server } from '../../support/site-in-browser.ts';
import { HOSTILITIES } from './hostilities.ts';
import { type Hostility, shopPage, walk } from './shop.ts';

/** What the same walk gives on a page that does nothing odd. */
let expected: { name: string }[];
beforeEach(async () => {
  server.pages['/next'] = '<handrail data-consent="granted">';
  server.prompts.prompts = [
    {
      id: 'nps',
      type: 'survey',
      on: { touchpoint: 'demo_booked' },
      questions: [{ id: 'score', type: 'nps', text: 'How likely are you to recommend us?' }],
    },
  ];
});

/** Told when they can be told, which is another moment each time: a dead click only of those who stay to see it dead. */
const IS_MEASURED = new Set(['engagement', 'web_vital', 'dead_click']);
/** How long it took, when it was, the port of the server, and which showing of a prompt it was. */
const VARYING = new Set(['timeMs', 'since', 'url', 'referrer', 'impressionId']);

/** What the visitor's touchpoints say, in the order of recording. */
function toldBy(messages: Message[]): { name: string }[] {
  const told = messages
    .filter((message) => !IS_MEASURED.has(nameOf(message)))
    .sort((a, b) => ((a.messageId ?? '') < (b.messageId ?? '') ? -1 : 1))
    .map(({ messageId, anonymousId, timestamp, context, ...message }) => ({
      name: nameOf({ ...message, context }),
      ...message,
      page: context?.page,
      consent: context?.consent,
    }));
  return JSON.parse(JSON.stringify(told, (key, value) => (VARYING.has(key) ? undefined : value)));
}

/** The longest that anything takes here: a connection that hangs, is cut, and is tried again. */
const ARRIVES_WITHIN_MS = 15_000;

interface Visit {
  /** What the page's own scripts did and saw. */
  hostLog: string[];
  told: { name: string }[];
}
interface Circumstances {
  /** [tags=one] */
  tags?: string | undefined;
  /** [html=the shop itself] */
  html?: string;
  prepare?(page: Page): Promise<unknown>;
  /** The visitor stays on the first page until it resolves. [beforeLeaving=at once] */
  beforeLeaving?(): Promise<unknown>;
}

async function visit(
  hostility: Hostility,
  { tags = '<handrail>', html, prepare, beforeLeaving }: Circumstances = {},
): Promise<Visit> {
  const shopHtml = shopPage(hostility, tags, server.collectorUrl);
  server.pages['/'] = html ?? shopHtml;
  server.pages['/framed'] = shopHtml;
  const page = await browser.newPage();
  await prepare?.(page);
  await page.goto(`${server.siteUrl}/`);
  const shop = page.frames().at(-1) as Frame;
  if (tags === '') return { hostLog: await walk(page, shop), told: [] };

  // The survey comes up by itself, whatever the page is like.
  const hostLog = await walk(page, shop, () =>
    shop.waitForSelector('handrail-prompt', { state: 'attached' }),
  );
  await beforeLeaving?.();
  await shop.click('#next');
  await shop.waitForURL('**/next');
  await shop.waitForFunction(() => 'flush' in (window.handrail ?? {}));
  await shop.evaluate(() => window.handrail.flush());
  const last = ['walk_done', 'page /next'];
  await vi.waitFor(() => expect(server.accepted().map(nameOf)).toEqual(expect.arrayContaining(last)), {
    timeout: ARRIVES_WITHIN_MS,
    interval: 50,
  });
  return { hostLog, told: toldBy(server.accepted()) };
}

test('Q48 on a clean page, which is no secure context, the walk tells what the visitor did', async () => {
  const page = await browser.newPage();
  await page.goto(`${server.siteUrl}/empty`);
  expect(await page.evaluate(() => [isSecureContext, 'locks' in navigator, 'subtle' in crypto])).toEqual([
    false,
    false,
    false,
  ]);
  const { hostLog, told } = await visit({});
  expected = told;
  expect(told.map(({ name }) => name)).toEqual([
    'page /',
    'view_item',
    'add_to_cart',
    'identify /',
    'page /pricing',
    'form_start',
    'form_submit',
    'demo_booked',
    'prompt_shown',
    'walk_done',
    'page /next',
  ]);
  expect(hostLog).toEqual([
    'view 1',
    'add',
    'sign-up',
    'route /pricing',
    'submit ada@example.com',
    'book',
    'json {"list":["a"]}',
    'copied 1',
    'extras ',
    'frames 0',
    'styles 0',
    'body ',
  ]);
});

describe.each(Object.entries(HOSTILITIES))('Q19 on a page with %s', (_, hostility) => {
  test('the walk tells the same, and the page does the same as without Handrail', async () => {
    const without = await visit(hostility, { tags: '' });
    const { hostLog, told } = await visit(hostility, { tags: hostility.tags });
    expect(hostLog).toEqual(without.hostLog);
    expect(told).toEqual(expected);
  });
});

describe('the walk tells the same', () => {
  test('Q14 in a sandboxed frame, where only the address cannot be changed', async () => {
    const html =
      '<iframe sandbox="allow-scripts allow-forms" src="/framed" width="800" height="600"></iframe>';
    const without = await visit({}, { html, tags: '' });
    const { hostLog, told } = await visit({}, { html });
    const framed = expected
      .map(({ name }) => name.replace(/ \/$/, ' /framed'))
      .filter((name) => name !== 'page /pricing');
    expect(hostLog).toEqual(without.hostLog);
    expect(told.map(({ name }) => name)).toEqual(framed);
  });

  test('Q59 on a processor four times slower', async () => {
    const { told } = await visit(
      {},
      {
        async prepare(page) {
          const session = await page.context().newCDPSession(page);
          await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
        },
      },
    );
    expect(told).toEqual(expected);
  });

  test('to a collector that hangs up, is overloaded and gets stuck', async () => {
    const moods: BatchAnswer[] = ['hang up', { status: 503 }, 'hang'];
    server.answerBatch = () => moods.shift() ?? { status: 200 };
    const { hostLog, told } = await visit(
      {},
      {
        // Leaving cuts the request that hangs. One that hangs on the next page would be given up only after half a minute.
        beforeLeaving: () => vi.waitFor(() => expect(moods).toEqual([]), { timeout: ARRIVES_WITHIN_MS }),
      },
    );
    expect(hostLog).not.toContainEqual(expect.stringMatching(/^(error|rejection)/));
    expect(told).toEqual(expected);
  });
});
