/** Messages in their layouts, lead forms, and carts that are kept by e-mail or won back by an offer. */
import type { MessagePrompt } from '@handrail/sdk/protocol';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import {
  click,
  focused,
  isGone,
  press,
  prompt,
  promptBrowser,
  pushThePageDown,
  watchLayoutShifts,
} from '../widgets/prompt-browser.ts';
import { called, mountIn } from '../widgets/prompt-page.ts';
import { CART, LEAD_FORM, MESSAGE, OFFER } from '../widgets/samples.ts';

const { openPage } = promptBrowser();

const title = (page: Page): Promise<string | null> => page.locator('handrail-prompt .title').textContent();

describe('a message', () => {
  test.each([
    { traits: { name: 'Ada' }, says: 'Good to see you again, Ada' },
    { traits: {}, says: 'Good to see you again, friend' },
    { traits: { name: { first: 'Ada' } }, says: 'Good to see you again, friend' },
  ])('names the person where the page told the name: $traits', async ({ traits, says }) => {
    const page = await openPage();
    await mountIn(page, MESSAGE, { traits });
    expect(await title(page)).toBe(says);
  });

  test('a trait is one that the page told, not one that every object has', async () => {
    const page = await openPage();
    await mountIn(page, { ...MESSAGE, title: 'Hello {{constructor|friend}}' });
    expect(await title(page)).toBe('Hello friend');
  });

  test.each(['card', 'bar'] as const)(
    'a %s takes no focus and moves nothing; its link is an act',
    async (layout) => {
      const page = await openPage();
      await page.getByText('Buy').focus();
      const shifts = await watchLayoutShifts(page);
      await mountIn(page, { ...MESSAGE, layout });
      await page.getByRole('status').filter({ hasText: 'Good to see you again, friend' }).waitFor();
      expect(await focused(page)).toBe('Buy');
      expect(await shifts()).toEqual([]);
      await page.evaluate(() => {
        // The page stays, for us to look at.
        document.addEventListener('click', (event) => event.preventDefault());
      });
      await page.getByRole('link', { name: 'See what is new' }).click();
      await isGone(page);
      expect((await called(page)).outcomes).toEqual(['acted']);
    },
  );

  test('a bar keeps clear of the top, where pages have their navigation', async () => {
    const page = await openPage();
    await mountIn(page, { ...MESSAGE, layout: 'bar' });
    const box = await prompt(page).boundingBox();
    const { width = 0, height = 0 } = page.viewportSize() ?? {};
    expect(box?.width).toBe(width);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBe(height);
    expect(box?.height).toBeLessThan(height / 4);
  });
});

describe('a modal message', () => {
  const MODAL: MessagePrompt = { ...MESSAGE, layout: 'modal' };
  const BODY = '<button>Buy</button><input aria-label="Search">';

  test('Q26 keeps focus, is closed by Escape, and gives focus back', async () => {
    const page = await openPage({ body: BODY });
    await page.getByText('Buy').focus();
    await mountIn(page, MODAL);
    expect(await focused(page)).toBe('See what is new');
    for (let stop = 0; stop < 6; stop++) {
      await press(page, 'Tab');
      // At the end of the dialog come the browser's own buttons, never those of the page.
      expect(await page.locator('main :focus').count()).toBe(0);
    }
    await press(page, 'Escape');
    await isGone(page);
    expect(await focused(page)).toBe('Buy');
    expect((await called(page)).outcomes).toEqual(['dismissed']);
  });

  test('a click beside it closes it, one on it does not', async () => {
    const page = await openPage({ body: BODY });
    await mountIn(page, MODAL);
    await page.locator('handrail-prompt .body').click();
    expect(await prompt(page).isVisible()).toBe(true);
    await page.mouse.click(5, 5);
    await isGone(page);
    expect((await called(page)).outcomes).toEqual(['dismissed']);
  });

  const TRAP = `
    window.pulls = 0;
    const trap = (event) => {
      const search = document.querySelector('input');
      if (event.composedPath()[0] === search) return;
      window.pulls++;
      search.focus();
    };
    for (const type of ['focusin', 'focusout']) document.addEventListener(type, trap, true);
    window.errors = [];
    window.addEventListener('error', (event) => window.errors.push(event.message));`;
  const trapped = (page: Page) =>
    page.evaluate(() => {
      const { pulls, errors } = window as unknown as { pulls: number; errors: string[] };
      return { pulls, errors };
    });

  test('Q53 a page that pulls focus back gets no fight: the modal prompt keeps it', async () => {
    const page = await openPage({ body: BODY, script: TRAP });
    await page.getByLabel('Search').focus();
    await mountIn(page, MODAL);
    expect(await focused(page)).toBe('See what is new');
    for (let stop = 0; stop < 4; stop++) await press(page, 'Tab');
    const { pulls, errors } = await trapped(page);
    expect(errors).toEqual([]);
    expect(pulls).toBeGreaterThan(0);
    expect(pulls).toBeLessThan(40);
    await press(page, 'Escape');
    await isGone(page);
    await page.getByLabel('Search').fill('oil');
  });

  test('Q53 nor does a card fight: the page keeps its focus, and the card still takes clicks', async () => {
    const page = await openPage({ body: BODY, script: TRAP });
    await page.getByLabel('Search').focus();
    await mountIn(page, LEAD_FORM);
    await page.getByRole('checkbox').click();
    expect(await page.getByRole('checkbox').isChecked()).toBe(true);
    await page.getByLabel('Search').fill('oil');
    const { pulls, errors } = await trapped(page);
    expect(errors).toEqual([]);
    expect(pulls).toBeLessThan(40);
    await click(page, 'Close');
    await isGone(page);
  });
});

describe("a message in the page's own slot", () => {
  const IN_SLOT: MessagePrompt = { ...MESSAGE, slot: { name: 'hero', fallback: 'bar' } };
  const page = (slot: string): string => `<p>Before</p>${slot}<p>After</p>`;
  const BOX = 'style="height: 180px; padding: 10px; border: 3px solid"';
  const EMPTY = page(`<div data-handrail-slot="hero" ${BOX}></div>`);
  const FULL = page(`<div data-handrail-slot="hero" ${BOX}><h2>Welcome</h2><a href="/">Start</a></div>`);
  const COLUMN = page(
    '<div style="display:grid;gap:9px;justify-items:center"><b>x</b><div data-handrail-slot="hero" style="min-height:150px;width:60%"></div></div>',
  );

  test.each([
    { what: 'an empty slot', body: EMPTY },
    { what: 'a slot with something in it', body: FULL },
    { what: 'a slot of a grid, with no height but a least one', body: COLUMN },
  ])('Q27 fills $what, which keeps its size and place to the pixel', async ({ body }) => {
    const page = await openPage({ body });
    const slot = page.locator('[data-handrail-slot]');
    const [before, style] = await Promise.all([slot.boundingBox(), slot.getAttribute('style')]);
    const shifts = await watchLayoutShifts(page);
    await mountIn(page, IN_SLOT);

    expect(await slot.boundingBox()).toEqual(before);
    const inner = await prompt(page).boundingBox();
    expect(inner?.width).toBeLessThanOrEqual(before?.width ?? 0);
    expect(inner?.width).toBeGreaterThan((before?.width ?? 0) - 10);
    expect(inner?.y).toBeGreaterThanOrEqual(before?.y ?? 0);
    expect(await page.getByRole('region', { name: 'Good to see you again, friend' }).count()).toBe(1);
    // What it covers is not left for screen readers and the Tab key to find.
    expect(await page.getByRole('heading', { name: 'Welcome' }).count()).toBe(0);
    expect(await focused(page)).not.toBe('See what is new');

    await click(page, 'Close');
    await isGone(page);
    expect(await slot.boundingBox()).toEqual(before);
    expect(await slot.evaluate((element) => element.style.cssText)).toBe(
      await slot.evaluate((element, style) => {
        const copy = element.cloneNode() as HTMLElement;
        copy.style.cssText = style ?? '';
        return copy.style.cssText;
      }, style),
    );
    expect(await page.getByRole('heading', { name: 'Welcome' }).count()).toBe(body === FULL ? 1 : 0);
    expect(await shifts()).toEqual([]);
    expect((await called(page)).outcomes).toEqual(['dismissed']);
    await pushThePageDown(page);
    await expect.poll(async () => (await shifts()).length).toBe(1);
  });

  test.each([
    { what: 'no slot', body: '' },
    { what: 'a slot of another name', body: '<div data-handrail-slot="foot" style="height:9em"></div>' },
    { what: 'a slot without a box', body: '<div data-handrail-slot="hero"></div>' },
    {
      what: 'a slot that is not displayed',
      body: '<div data-handrail-slot="hero" style="display:none;height:9em"></div>',
    },
  ])('falls back where there is $what, and is not mounted where it must not', async ({ body }) => {
    const page = await openPage({ body });
    await mountIn(page, IN_SLOT);
    expect(await page.locator('handrail-prompt .bar').isVisible()).toBe(true);
    expect(await page.locator('[data-handrail-slot] handrail-prompt').count()).toBe(0);
    await page.evaluate(() => window.unmount());

    const strict: MessagePrompt = { ...MESSAGE, slot: { name: 'hero', fallback: 'none' } };
    expect(await page.evaluate((strict) => window.widgets.canMount(strict), strict)).toBe(false);
    await mountIn(page, strict);
    expect(await page.locator('handrail-prompt').count()).toBe(0);
  });
});

describe('a lead form', () => {
  const email = (page: Page) => page.getByLabel('E-mail address');

  test('sends an address with what else was filled in; the box is never ticked beforehand', async () => {
    const page = await openPage();
    await mountIn(page, LEAD_FORM);
    expect(await page.getByRole('checkbox', { name: 'Yes, write to me.' }).isChecked()).toBe(false);
    expect(await page.getByRole('link', { name: 'Privacy notice' }).getAttribute('href')).toBe('/privacy');
    await email(page).fill(' ada@example.com ');
    await page.getByLabel('Company (optional)').fill('Analytical Engines');
    await click(page, 'Subscribe');
    const reply = { email: 'ada@example.com', fields: { company: 'Analytical Engines' }, marketing: false };
    expect(await called(page)).toEqual({ answers: [], emails: [reply], outcomes: ['completed'] });
    expect(await focused(page)).toBe(LEAD_FORM.thanks);
  });

  test('Q26 by keyboard alone, with the box ticked', async () => {
    const page = await openPage();
    await mountIn(page, { ...LEAD_FORM, fields: [] });
    await press(page, 'Tab');
    await page.keyboard.type('ada@example.com');
    await press(page, 'Tab', 'Space', 'Shift+Tab', 'Enter');
    const reply = { email: 'ada@example.com', fields: {}, marketing: true };
    expect(await called(page)).toEqual({ answers: [], emails: [reply], outcomes: ['completed'] });
  });

  test.each(['', '   ', 'ada', 'ada@', '@example.com'])(
    '"%s" is no address: it says so in our words',
    async (typed) => {
      const page = await openPage();
      await mountIn(page, LEAD_FORM);
      await email(page).fill(typed);
      await click(page, 'Subscribe');
      expect(await page.getByRole('alert').textContent()).toBe(
        'Please enter an e-mail address, such as ada@example.com.',
      );
      expect(await email(page).getAttribute('aria-invalid')).toBe('true');
      expect(await email(page).evaluate((field) => field.matches(':focus'))).toBe(true);
      expect(await called(page)).toEqual({ answers: [], emails: [], outcomes: [] });
      await email(page).fill('ada@example.com');
      await click(page, 'Subscribe');
      expect((await called(page)).outcomes).toEqual(['completed']);
    },
  );

  test('closed instead of sent, it tells nothing of what was typed', async () => {
    const page = await openPage();
    await mountIn(page, LEAD_FORM);
    await email(page).fill('ada@example.com');
    await press(page, 'Escape');
    await isGone(page);
    expect(await called(page)).toEqual({ answers: [], emails: [], outcomes: ['dismissed'] });
  });
});

describe('a reason to come back to the cart', () => {
  test('an offer has its code, which a button copies', async () => {
    const page = await openPage({}, { permissions: ['clipboard-read', 'clipboard-write'] });
    await mountIn(page, OFFER, { cart: CART });
    expect(await page.getByText('10% off this order.').isVisible()).toBe(true);
    await click(page, 'Copy');
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('THANKS10');
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    expect((await called(page)).outcomes).toEqual([]);
  });

  test('where the browser does not let us copy, the code is selected, and nobody says it was copied', async () => {
    const page = await openPage({
      script: "Object.defineProperty(navigator, 'clipboard', { value: undefined });",
    });
    await mountIn(page, OFFER, { cart: CART });
    await click(page, 'Copy');
    const code = page.getByRole('textbox', { name: '10% off this order.' });
    await expect
      .poll(() =>
        code.evaluate((field: HTMLInputElement) => (field.selectionEnd ?? 0) - (field.selectionStart ?? 0)),
      )
      .toBe('THANKS10'.length);
    expect(await page.getByRole('button', { name: 'Copied' }).count()).toBe(0);
  });

  test('the cart is sent to an address, with or without offers', async () => {
    const page = await openPage();
    await mountIn(page, OFFER, { cart: CART });
    await click(page, 'E-mail me my cart');
    expect(await page.getByRole('link', { name: 'Back to my cart' }).count()).toBe(0);
    const field = page.getByLabel('E-mail address');
    expect(await field.evaluate((input) => input.matches(':focus'))).toBe(true);
    expect(await page.getByRole('checkbox', { name: 'Send me offers as well.' }).isChecked()).toBe(false);
    await field.fill('ada@example.com');
    await click(page, 'E-mail me my cart');
    const reply = { email: 'ada@example.com', fields: {}, marketing: false };
    expect(await called(page)).toEqual({ answers: [], emails: [reply], outcomes: ['acted'] });
    expect(await focused(page)).toContain('inbox');
    await click(page, 'Close');
    await isGone(page);
    expect((await called(page)).outcomes).toEqual(['acted']);
  });
});
