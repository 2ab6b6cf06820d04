import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Cart, Prompt } from '@handrail/sdk/protocol';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import {
  CART,
  CART_NUDGE,
  called,
  EXIT_POLL,
  mountIn,
  type PageSetup,
  REASON,
  SCORE,
  STOPPED,
  SURVEY,
  startSite,
} from '../widgets/prompt-page.ts';

let browser: Browser;
let site: Awaited<ReturnType<typeof startSite>>;
beforeAll(async () => {
  browser = await launchChromium();
  site = await startSite();
});
afterAll(async () => {
  await browser.close();
  await site.stop();
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

async function openPage(setup: PageSetup = {}, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage({ reducedMotion: 'reduce', ...options });
  page.setDefaultTimeout(5_000);
  await site.open(page, setup);
  return page;
}

const dialog = (page: Page) => page.getByRole('dialog');
const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const choose = (page: Page, name: string): Promise<void> =>
  page.getByRole('radio', { name, exact: true }).check();
const isGone = (page: Page): Promise<void> =>
  page.locator('handrail-prompt').waitFor({ state: 'detached', timeout: 5_000 });
/** What has focus, in the page or in the prompt. */
const focused = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => {
    const inner = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
    return inner instanceof HTMLInputElement ? `${inner.type} ${inner.value}` : inner?.textContent;
  });

describe('a survey by keyboard alone', () => {
  test('Q26 arrows choose without sending, Enter sends, the "why" follows, thanks close it', async () => {
    const page = await openPage();
    await mountIn(page, SURVEY);
    await press(page, 'Tab');
    expect(await focused(page)).toBe('radio 0');
    expect(await page.getByRole('radiogroup', { name: SCORE.text }).count()).toBe(1);

    await press(page, 'Space', ...Array(9).fill('ArrowRight'));
    expect(await focused(page)).toBe('radio 9');
    expect(await page.getByRole('radio', { name: '9', exact: true }).isChecked()).toBe(true);
    expect(await called(page)).toEqual({ answers: [], outcomes: [] });

    await press(page, 'Enter');
    const score = { questionId: 'score', questionType: 'nps', value: 9 };
    expect(await called(page)).toEqual({ answers: [score], outcomes: [] });

    const why = page.getByRole('textbox', { name: REASON.text });
    expect(await why.evaluate((field) => field.matches(':focus'))).toBe(true);
    await page.keyboard.type(' The olive oil. ');
    await press(page, 'Tab', 'Enter');
    const reason = { questionId: 'why', questionType: 'text', value: 'The olive oil.' };
    expect(await called(page)).toEqual({ answers: [score, reason], outcomes: ['completed'] });

    expect(await focused(page)).toBe('Thanks, that helps us.');
    await press(page, 'Escape');
    await isGone(page);
    expect((await called(page)).outcomes).toEqual(['completed']);
  });

  test('Q26 Escape closes it from the inside only, and focus returns to where it was', async () => {
    const page = await openPage({ body: '<button>First</button><button>Second</button>' });
    await page.getByText('First').focus();
    await mountIn(page, SURVEY);
    await press(page, 'Escape');
    expect(await dialog(page).isVisible()).toBe(true);

    await press(page, 'Shift+Tab', 'Shift+Tab');
    expect(await focused(page)).toBe('Next');
    await press(page, 'Escape');
    await isGone(page);
    expect(await focused(page)).toBe('First');
    expect(await called(page)).toEqual({ answers: [], outcomes: ['dismissed'] });
  });

  test('what is typed into it does not set off shortcuts of the page', async () => {
    const page = await openPage();
    await mountIn(page, { ...SURVEY, questions: [REASON] });
    await page.getByRole('textbox').focus();
    await page.keyboard.type('s');
    await press(page, 'Escape');
    expect(await page.evaluate(() => window.keysSeen)).toEqual([]);
    await press(page, 's');
    expect(await page.evaluate(() => window.keysSeen)).toEqual(['s']);
  });
});

describe('what counts as an answer', () => {
  test('a score can not be left out, a text can', async () => {
    const page = await openPage();
    await mountIn(page, SURVEY);
    await page.getByRole('button', { name: 'Next' }).click();
    expect(await page.getByRole('radiogroup').isVisible()).toBe(true);
    await choose(page, '10');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('textbox').fill('   ');
    await page.getByRole('button', { name: 'Send' }).click();
    const { answers, outcomes } = await called(page);
    expect(answers.map(({ value }) => value)).toEqual([10]);
    expect(outcomes).toEqual(['completed']);
  });

  test('answers given before it is closed stand', async () => {
    const page = await openPage();
    await mountIn(page, SURVEY);
    await choose(page, '3');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Close' }).click();
    await isGone(page);
    const { answers, outcomes } = await called(page);
    expect(answers.map(({ value }) => value)).toEqual([3]);
    expect(outcomes).toEqual(['dismissed']);
  });

  test.each([
    { option: 'Just looking', typed: null, value: 'Just looking' },
    { option: 'Other', typed: ' No size M ', value: 'No size M' },
    { option: 'Other', typed: '', value: 'Other' },
  ])('an exit poll answered "$option", "$typed" says "$value"', async ({ option, typed, value }) => {
    const page = await openPage();
    await mountIn(page, EXIT_POLL);
    expect(await page.getByRole('textbox').count()).toBe(0);
    await choose(page, option);
    if (typed !== null) await page.getByRole('textbox').fill(typed);
    await press(page, 'Enter');
    expect(await called(page)).toEqual({
      answers: [{ questionId: 'why', questionType: 'choice', value }],
      outcomes: ['completed'],
    });
  });

  test('markup in the texts of a site is text', async () => {
    const page = await openPage();
    const markup = '<img src=x onerror="window.outcomes.push(1)"><b>bold</b>';
    await mountIn(page, { ...EXIT_POLL, questions: [{ ...STOPPED, text: markup, options: [markup] }] });
    expect(await page.getByText(markup, { exact: true }).count()).toBe(2);
    expect(await page.locator('handrail-prompt').locator('img, b').count()).toBe(0);
    expect((await called(page)).outcomes).toEqual([]);
  });
});

describe('a cart nudge', () => {
  test("shows the visitor's own cart and leads back to it", async () => {
    const page = await openPage();
    await page.exposeFunction('reportOutcome', (outcome: string) => outcomes.push(outcome));
    const outcomes: string[] = [];
    await page.evaluate(
      ({ prompt, cart }) => {
        const { reportOutcome } = window as unknown as { reportOutcome: (outcome: string) => void };
        window.widgets.mount(prompt, { cart, onAnswer: () => {}, onEnd: reportOutcome });
      },
      { prompt: CART_NUDGE, cart: CART },
    );
    expect(await page.getByRole('listitem').allTextContents()).toEqual([
      'Olive oil, cold pressed 2 × £12.00',
      'Oak board £39.50',
    ]);
    expect(await page.locator('.total').textContent()).toBe('Total £63.50');
    await page.getByRole('link', { name: 'Back to my cart' }).click();
    await page.waitForURL(`${site.origin}/cart`);
    expect(outcomes).toEqual(['acted']);
  });

  test('counts what is beyond three items, and does without a cart', async () => {
    const page = await openPage();
    const items = Array.from({ length: 5 }, (_, index) => ({ item_id: `item ${index}`, price: 1 }));
    await mountIn(page, CART_NUDGE, { items, value: 5, currency: 'GBP' });
    expect(await page.getByRole('listitem').allTextContents()).toContain('and 2 more items');
    await page.evaluate(() => window.unmount());
    await mountIn(page, CART_NUDGE, null);
    expect(await page.getByRole('list').count()).toBe(0);
    await page.getByRole('button', { name: 'Not now' }).click();
    await isGone(page);
    expect((await called(page)).outcomes).toEqual(['dismissed']);
  });
});

describe('a prompt is a guest on the page', () => {
  test('Q27 it appears without taking focus or shifting anything, and is announced politely', async () => {
    const page = await openPage({
      body: '<button>Buy</button><p>One</p><p>Two</p>',
      css: 'html > * + *, body > * + *, p { margin-block-start: 2em }',
    });
    await page.getByText('Buy').focus();
    await page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift' });
    });
    const shifts = (): Promise<number[]> =>
      page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);

    await mountIn(page, SURVEY);
    const status = page.getByRole('status');
    expect(await status.textContent()).toBe('');
    await status.filter({ hasText: SCORE.text }).waitFor();
    expect(await focused(page)).toBe('Buy');
    expect(await dialog(page).getAttribute('aria-modal')).toBe(null);
    await page.evaluate(() => window.unmount());
    expect(await focused(page)).toBe('Buy');
    expect(await shifts()).toEqual([]);

    // The observer does see shifts: this is one.
    await page.evaluate(() => {
      const banner = document.createElement('div');
      banner.textContent = 'A banner that pushes the page down';
      document.body.prepend(banner);
    });
    await expect.poll(async () => (await shifts()).length).toBe(1);
  });

  test("Q17 Q18 it is styled and breaks none of the page's rules under a strict CSP", async () => {
    const page = await openPage({
      csp: "default-src 'none'; script-src 'self'; style-src 'none'; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'",
    });
    for (const prompt of [SURVEY, EXIT_POLL, CART_NUDGE]) {
      await mountIn(page, prompt, CART);
      expect(await page.locator('handrail-prompt').evaluate((host) => getComputedStyle(host).position)).toBe(
        'fixed',
      );
      expect(await page.locator('.primary').evaluate((button) => getComputedStyle(button).color)).toBe(
        'rgb(255, 255, 255)',
      );
      await page.evaluate(() => window.unmount());
    }
    await mountIn(page, SURVEY);
    await choose(page, '3');
    await press(page, 'Enter', 'Tab', 'Enter');
    await page.getByText(SURVEY.thanks).waitFor();
    expect(await page.evaluate(() => window.violations)).toEqual([]);

    // The rules are in force: the usual ways of styling and rendering break them.
    await page.evaluate(() => {
      document.head.append(document.createElement('style'));
      document.body.setAttribute('style', 'color: red');
      try {
        document.body.innerHTML = '<b>bold</b>';
      } catch {
        // What a violation of Trusted Types does.
      }
    });
    await expect
      .poll(() => page.evaluate(() => window.violations.toSorted()))
      .toEqual(['require-trusted-types-for', 'style-src-attr', 'style-src-elem']);
  });

  test('Q20 hostile CSS of the page changes no pixel of it', async () => {
    const look = async (css: string): Promise<Buffer> => {
      const page = await openPage({ body: '', css });
      await mountIn(page, CART_NUDGE, CART);
      return dialog(page).screenshot();
    };
    const plain = await look('');
    const hostile = await look(
      `* { all: unset !important; color: red !important } html { font-size: 40px }
       :not(:defined) { display: none !important } div, p, button { border: 9px solid red !important }`,
    );
    expect(hostile.equals(plain)).toBe(true);
  });

  test('it can be themed by custom properties', async () => {
    const page = await openPage({
      css: ':root { --handrail-accent: rgb(1, 2, 3); --handrail-color-scheme: dark }',
    });
    await mountIn(page, CART_NUDGE);
    const style = (selector: string) =>
      page.locator(selector).evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await style('.primary')).toBe('rgb(1, 2, 3)');
    expect(await style('.card')).toBe('rgb(32, 31, 30)');
  });

  test('the thanks go by themselves, and a prompt that is taken away calls nothing', async () => {
    const page = await browser.newPage();
    await page.clock.install();
    await site.open(page);
    await page.getByText('Buy').focus();
    await mountIn(page, EXIT_POLL);
    await choose(page, 'Price');
    await press(page, 'Enter');
    await page.getByText('Thank you!').waitFor();
    await page.clock.runFor(10_000);
    await isGone(page);
    expect((await called(page)).outcomes).toEqual(['completed']);
    expect(await focused(page)).toBe('Buy');

    await mountIn(page, SURVEY);
    await page.evaluate(() => {
      window.unmount();
      window.unmount();
    });
    await page.clock.runFor(10_000);
    expect(await page.locator('handrail-prompt').count()).toBe(0);
    expect((await called(page)).outcomes).toEqual(['completed']);
  });

  test.each([
    { what: 'a kind of prompt from the future', prompt: { ...SURVEY, type: 'hologram' } },
    { what: 'a question from the future', prompt: { ...SURVEY, questions: [{ id: 'x', type: 'smell' }] } },
    { what: 'a survey without questions', prompt: { ...SURVEY, questions: [] } },
    {
      what: 'a link that is code',
      prompt: { ...CART_NUDGE, action: { label: 'x', href: ' java\nscript:alert(1)' } },
    },
  ])('$what is refused and leaves no trace', async ({ prompt }) => {
    const page = await openPage();
    const refused = prompt as Prompt;
    expect(await page.evaluate((prompt) => window.widgets.canMount(prompt), refused)).toBe(false);
    await mountIn(page, refused);
    expect(await page.locator('handrail-prompt').count()).toBe(0);
    expect(await called(page)).toEqual({ answers: [], outcomes: [] });
  });
});

describe('Q28 for every eye and hand', () => {
  const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const VIEWS: { name: string; prompt: Prompt; cart: Cart | null; go: (page: Page) => Promise<void> }[] = [
    { name: 'nps', prompt: SURVEY, cart: null, go: (page) => choose(page, '7') },
    {
      name: 'text',
      prompt: SURVEY,
      cart: null,
      go: async (page) => {
        await choose(page, '7');
        await press(page, 'Enter');
        await page.getByRole('textbox').waitFor();
      },
    },
    {
      name: 'exit-poll',
      prompt: EXIT_POLL,
      cart: null,
      go: (page) => choose(page, 'Other'),
    },
    {
      name: 'thanks',
      prompt: EXIT_POLL,
      cart: null,
      go: async (page) => {
        await choose(page, 'Price');
        await press(page, 'Enter');
      },
    },
    { name: 'cart-nudge', prompt: CART_NUDGE, cart: CART, go: async () => {} },
  ];

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      test(`axe is content, targets are 24 px, nothing overflows: ${colorScheme}, ${width} px`, async () => {
        const page = await openPage(
          { body: '<h1>Shop</h1><button>Buy</button>', css: ':root { color-scheme: light dark }' },
          { colorScheme, viewport: { width, height: 640 } },
        );
        await page.evaluate(AXE);
        for (const { name, prompt, cart, go } of VIEWS) {
          await mountIn(page, prompt, cart);
          await go(page);
          const { violations } = await page.evaluate(() =>
            (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
          );
          const found = violations.map(({ id, nodes }) => `${name}: ${id} at ${nodes[0]?.target}`);
          expect(found).toEqual([]);

          const sizes = await page
            .locator('handrail-prompt')
            .locator('button, a, label:has(input), input:not([type=radio]), textarea')
            .evaluateAll((targets) =>
              targets.map((target) => {
                const { width, height } = target.getBoundingClientRect();
                return Math.min(width, height);
              }),
            );
          expect(Math.min(24, ...sizes), name).toBe(24);
          const overflow = await dialog(page).evaluate((card) => card.scrollWidth - card.clientWidth);
          expect(overflow, name).toBe(0);
          const { SCREENSHOTS } = process.env;
          if (SCREENSHOTS)
            await page.screenshot({ path: `${SCREENSHOTS}/${name}-${colorScheme}-${width}.png` });
          await page.evaluate(() => window.unmount());
        }
      });
    }
  }

  test('nothing moves where the visitor wants less motion', async () => {
    const animation = async (reducedMotion: 'reduce' | 'no-preference'): Promise<string> => {
      const page = await openPage({}, { reducedMotion });
      await mountIn(page, SURVEY);
      return dialog(page).evaluate((card) => getComputedStyle(card).animationName);
    };
    expect(await animation('reduce')).toBe('none');
    expect(await animation('no-preference')).toBe('appear');
  });

  test('the chosen score is told apart in forced colours', async () => {
    const page = await openPage({}, { forcedColors: 'active' });
    await mountIn(page, SURVEY);
    await choose(page, '7');
    const background = (score: string) =>
      page.getByText(score, { exact: true }).evaluate((cell) => getComputedStyle(cell).backgroundColor);
    expect(await background('7')).not.toBe(await background('6'));
  });

  test('it stands at the other side where the page reads from right to left', async () => {
    const page = await openPage();
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    await mountIn(page, SURVEY);
    const box = await dialog(page).boundingBox();
    expect(box?.x).toBeLessThan(100);
  });
});
