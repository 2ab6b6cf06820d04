/** Q28: every kind of prompt and of question, for every eye and hand. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Cart, Prompt } from '@handrail/sdk/protocol';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { choose, click, press, prompt, promptBrowser } from '../widgets/prompt-browser.ts';
import { mountIn } from '../widgets/prompt-page.ts';
import { asking, CART, EXIT_POLL, LEAD_FORM, MESSAGE, OFFER, QUESTIONS, SURVEY } from '../widgets/samples.ts';

const { openPage } = promptBrowser();

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SLOT = { name: 'hero', fallback: 'none' } as const;

/** Each state that a visitor may find a prompt in, by its name; `go` is the way there. */
const VIEWS: Record<string, { prompt: Prompt; cart?: Cart; go?: (page: Page) => Promise<void> }> = {
  ...Object.fromEntries(Object.entries(QUESTIONS).map(([name, each]) => [name, { prompt: asking(each) }])),
  'a chosen score': { prompt: SURVEY, go: (page) => choose(page, '7') },
  'a missing answer': { prompt: SURVEY, go: (page) => click(page, SEND) },
  'a chosen "Other"': { prompt: EXIT_POLL, go: (page) => page.locator('.other input').check() },
  thanks: {
    prompt: EXIT_POLL,
    go: async (page) => {
      await choose(page, 'Price');
      await press(page, 'Enter');
    },
  },
  'cart nudge': { prompt: OFFER, cart: CART },
  'cart by e-mail': { prompt: OFFER, cart: CART, go: (page) => page.locator('button.link').click() },
  'lead form': { prompt: LEAD_FORM },
  'lead form without an address': { prompt: LEAD_FORM, go: (page) => click(page, LEAD_FORM.label) },
  card: { prompt: MESSAGE },
  bar: { prompt: { ...MESSAGE, layout: 'bar' } },
  modal: { prompt: { ...MESSAGE, layout: 'modal' } },
  slot: { prompt: { ...MESSAGE, slot: SLOT } },
};
const SEND = 'Next';

const BODY = '<h1>Shop</h1><div data-handrail-slot="hero"></div><button>Buy</button>';
const CSS = ':root { color-scheme: light dark } [data-handrail-slot] { height: 16em }';

async function show(page: Page, name: string, language?: string): Promise<void> {
  const view = VIEWS[name];
  if (!view) throw new Error(name);
  await mountIn(page, language ? { ...view.prompt, language } : view.prompt, { cart: view.cart ?? null });
  await view.go?.(page);
}

interface Judgement {
  /** Rules of axe that are broken, and where. */
  faults: string[];
  /** Targets too small for a finger (WCAG 2.5.8), by their text. */
  small: string[];
  /** Pixels by which the content is wider than the prompt, and the page than the window. */
  overflow: [prompt: number, page: number];
  /** All of it is in the window. */
  isInWindow: boolean;
  direction: string;
}

/** Judged in one go, since there are hundreds. */
const judge = (page: Page): Promise<Judgement> =>
  page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    const host = document.querySelector('handrail-prompt');
    const card = host?.shadowRoot?.querySelector('.prompt');
    if (!host?.shadowRoot || !card) throw new Error('no prompt');
    const { left, right, top } = card.getBoundingClientRect();
    const root = document.documentElement;
    const targets = host.shadowRoot.querySelectorAll(
      'button, a, label:has([type=radio], [type=checkbox]), .text, textarea',
    );
    const small = [...targets].filter((target) => {
      const { width, height } = target.getBoundingClientRect();
      return target.checkVisibility() && Math.min(width, height) < 24;
    });
    const judgement = {
      small: small.map(({ textContent, tagName }) => textContent || tagName),
      overflow: [card.scrollWidth - card.clientWidth, root.scrollWidth - innerWidth] as [number, number],
      isInWindow: left >= 0 && right <= innerWidth && top >= 0,
      direction: getComputedStyle(card).direction,
    };
    // It judges colours within <body> alone, and there none of a text as short as a score, unless told.
    if (card.tagName !== 'DIALOG' && !document.body.contains(host)) document.body.prepend(host);
    const { violations } = await axe.run({
      resultTypes: ['violations'],
      preload: false,
      checks: { 'color-contrast': { options: { ignoreLength: true } } },
    });
    return {
      ...judgement,
      faults: violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target)}`),
    };
  });

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  describe.each([1280, 320])('%i px wide', (width) => {
    test.each([
      { language: 'en', direction: 'ltr' },
      { language: 'ar', direction: 'rtl' },
    ])(
      'Q28 axe finds nothing, targets are 24 px, nothing overflows: $direction',
      async ({ language, direction }) => {
        const page = await openPage(
          { body: BODY, css: CSS },
          { colorScheme, viewport: { width, height: 640 } },
        );
        await page.evaluate(AXE);
        for (const name of Object.keys(VIEWS)) {
          await show(page, name, language);
          const right = { faults: [], small: [], overflow: [0, 0], isInWindow: true, direction };
          expect(await judge(page), name).toEqual(right);
          await page.evaluate(() => window.unmount());
        }
      },
    );
  });
});

test('axe does find faults: a page whose colours are too faint has one', async () => {
  const page = await openPage({
    body: BODY,
    css: `${CSS} :root { --handrail-muted: #ccc; --handrail-ink: #ddd }`,
  });
  await page.evaluate(AXE);
  await show(page, 'nps');
  const { faults } = await judge(page);
  expect(faults).toEqual([expect.stringMatching(/^color-contrast at .*kicker.*label/)]);
});

test('at 200 % zoom all of it can be reached', async () => {
  // A window of 1280 by 720 at 200 %: half as many CSS pixels, each twice as large.
  const page = await openPage(
    { body: BODY, css: CSS },
    { viewport: { width: 640, height: 360 }, deviceScaleFactor: 2 },
  );
  for (const name of Object.keys(VIEWS)) {
    await show(page, name);
    const card = prompt(page);
    const box = await card.boundingBox();
    expect(box?.y, name).toBeGreaterThanOrEqual(0);
    expect((box?.y ?? 0) + (box?.height ?? 0), name).toBeLessThanOrEqual(name === 'slot' ? 720 : 360);
    for (const button of await card.locator('button, a').all()) {
      await button.focus();
      expect(
        await button.evaluate((element) => {
          const { top, bottom } = element.getBoundingClientRect();
          return top >= 0 && bottom <= innerHeight;
        }),
        name,
      ).toBe(true);
    }
    await page.evaluate(() => window.unmount());
  }
});

test('nothing moves where the visitor wants less motion', async () => {
  const animation = async (reducedMotion: 'reduce' | 'no-preference'): Promise<string> => {
    const page = await openPage({}, { reducedMotion });
    await mountIn(page, SURVEY);
    return prompt(page).evaluate((card) => getComputedStyle(card).animationName);
  };
  expect(await animation('reduce')).toBe('none');
  expect(await animation('no-preference')).toBe('appear');
});

test('in forced colours what is chosen is told apart, and every control has an outline', async () => {
  const page = await openPage({}, { forcedColors: 'active' });
  const look = (property: 'backgroundColor' | 'fill' | 'borderTopColor', selector: string) =>
    page
      .locator(`handrail-prompt ${selector}`)
      .evaluateAll(
        (elements, property) => elements.map((each) => getComputedStyle(each)[property]),
        property,
      );
  for (const name of ['nps', 'faces', 'thumbs', 'ces']) {
    await show(page, name);
    await page.locator('.mark input').nth(1).focus();
    await press(page, 'Space');
    const [other, chosen] = await look('backgroundColor', '.mark span');
    expect(chosen, name).not.toBe(other);
    const [border] = await look('borderTopColor', '.mark span');
    expect(border, name).not.toBe(other);
    await page.evaluate(() => window.unmount());
  }
  await show(page, 'stars');
  await page.locator('.mark input').nth(1).focus();
  await press(page, 'Space');
  const fills = await look('fill', '.stars svg');
  expect(fills.map((fill) => fill === 'none')).toEqual([false, false, true, true, true]);
});

test('it stands at the other side where the page, or its own language, reads from right to left', async () => {
  const page = await openPage();
  await mountIn(page, { ...SURVEY, language: 'he' });
  expect((await prompt(page).boundingBox())?.x).toBeLessThan(100);
  await page.evaluate(() => window.unmount());

  await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
  await mountIn(page, SURVEY);
  expect((await prompt(page).boundingBox())?.x).toBeLessThan(100);
  await page.evaluate(() => window.unmount());
  await mountIn(page, { ...SURVEY, language: 'en' });
  expect((await prompt(page).boundingBox())?.x).toBeGreaterThan(100);
});

test('on a phone it keeps clear of the notch and of the bar to swipe by', async () => {
  const options = { isMobile: true, hasTouch: true };
  const phone = async (width: number, height: number, insets: object): Promise<Page> => {
    const page = await openPage({ body: BODY, css: CSS }, { ...options, viewport: { width, height } });
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setSafeAreaInsetsOverride', { insets });
    return page;
  };
  const edges = (page: Page, button: string) =>
    page.getByRole('button', { name: button }).evaluate((element) => {
      const { right, bottom } = element.getBoundingClientRect();
      return { right: innerWidth - right, bottom: innerHeight - bottom };
    });
  const upright = await phone(390, 760, { bottom: 34 });
  await show(upright, 'nps');
  expect((await edges(upright, 'Send')).bottom).toBeGreaterThanOrEqual(34);
  expect((await prompt(upright).boundingBox())?.width).toBe(390);

  const sideways = await phone(760, 390, { left: 47, right: 47, bottom: 21 });
  for (const name of ['nps', 'bar']) {
    await show(sideways, name);
    const { right, bottom } = await edges(sideways, 'Close');
    expect(right, name).toBeGreaterThanOrEqual(47);
    expect(bottom, name).toBeGreaterThanOrEqual(21);
    await sideways.evaluate(() => window.unmount());
  }
});
