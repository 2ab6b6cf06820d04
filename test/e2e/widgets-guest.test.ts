/** A prompt on a page of others: what it must not do to the page, and what the page can't do to it. */
import type { Prompt } from '@handrail/sdk/protocol';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  choose,
  click,
  dialog,
  focused,
  isGone,
  press,
  prompt,
  promptBrowser,
  pushThePageDown,
  watchLayoutShifts,
} from '../widgets/prompt-browser.ts';
import { called, mountIn } from '../widgets/prompt-page.ts';
import {
  asking,
  CART,
  CART_NUDGE,
  EXIT_POLL,
  LEAD_FORM,
  MESSAGE,
  OFFER,
  QUESTIONS,
  SURVEY,
} from '../widgets/samples.ts';

const { openPage } = promptBrowser();

const PROMPTS: Record<string, Prompt> = {
  survey: SURVEY,
  exit_poll: EXIT_POLL,
  cart_nudge: OFFER,
  lead_form: LEAD_FORM,
  card: MESSAGE,
  bar: { ...MESSAGE, layout: 'bar' },
  slot: { ...MESSAGE, slot: { name: 'hero', fallback: 'none' } },
};
const BODY = '<button>Buy</button><div data-handrail-slot="hero"></div><p>One</p><p>Two</p>';

test('Q27 no prompt takes focus or shifts anything, each is announced politely', async () => {
  const page = await openPage({
    body: BODY,
    css: 'html > * + *, body > * + *, p { margin-block-start: 2em } [data-handrail-slot] { height: 12em }',
  });
  await page.getByText('Buy').focus();
  const shifts = await watchLayoutShifts(page);
  for (const [name, each] of Object.entries(PROMPTS)) {
    await mountIn(page, each, { cart: CART });
    const status = page.getByRole('status').first();
    expect(await status.textContent(), name).toBe('');
    const title = each.type === 'message' ? 'Good to see you again, friend' : 'title' in each && each.title;
    await status
      .filter({ hasText: (title || ('questions' in each ? each.questions[0]?.text : '')) ?? '' })
      .waitFor();
    expect(await focused(page), name).toBe('Buy');
    expect(await prompt(page).getAttribute('aria-modal'), name).toBe(null);
    await page.evaluate(() => window.unmount());
    expect(await focused(page), name).toBe('Buy');
    expect(await shifts(), name).toEqual([]);
  }
  await pushThePageDown(page);
  await expect.poll(async () => (await shifts()).length).toBe(1);
});

test('Q17 Q18 each is styled, and breaks none of the rules of a strict CSP', async () => {
  const page = await openPage({
    csp: "default-src 'none'; script-src 'self'; style-src 'none'; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'",
  });
  const theme = { colorScheme: 'light' as const, properties: { accent: 'rgb(1, 2, 3)' } };
  const { slot: _, ...unslotted } = PROMPTS;
  for (const [name, each] of Object.entries({
    ...unslotted,
    modal: { ...MESSAGE, layout: 'modal' } as Prompt,
  })) {
    await mountIn(page, each, { cart: CART, theme });
    expect(await prompt(page).evaluate((card) => getComputedStyle(card).position), name).toBe('fixed');
    const button = page.locator('handrail-prompt .primary');
    expect(await button.evaluate((primary) => getComputedStyle(primary).backgroundColor), name).toBe(
      'rgb(1, 2, 3)',
    );
    await page.evaluate(() => window.unmount());
  }
  for (const question of Object.values(QUESTIONS)) {
    await mountIn(page, asking(question));
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

test('Q19 scripts that have broken the language under us harm neither the prompt nor what it reports', async () => {
  const page = await openPage({
    script: `
      Array.prototype.toJSON = function () { return 'host' };
      Object.prototype.hostExtra = function () { return 'extra' };
      Array.prototype.first = function () { return this[0] };
      Array.from = () => { throw new Error('host') };
      window.JSON = { stringify: () => 'host', parse: () => 'host' };
      window.fetch = () => { throw new Error('host') };
      window.localStorage.setItem = () => { throw new Error('host') };
      window.failures = [];
      addEventListener('error', (event) => failures.push(event.message));
      addEventListener('unhandledrejection', (event) => failures.push(String(event.reason)));`,
  });
  // No evaluate() with arguments or results here: it needs a page's JSON.
  await page.addScriptTag({
    type: 'module',
    content: `
      const said = [];
      const show = (prompt) => widgets.mount(prompt, {
        cart: null, traits: { name: 'Ada' },
        theme: { properties: { accent: 'rgb(1, 2, 3)' } },
        onAnswer: ({ value }) => said.push([].concat(value).join('+')),
        onEmail: ({ email, fields, marketing }) => said.push(email + Object.keys(fields) + marketing),
        onEnd: (outcome) => said.push(outcome),
      });
      const root = () => document.querySelector('handrail-prompt').shadowRoot;
      const submit = () => { root().querySelector('form').requestSubmit() };
      let unmount = show({ id: 'a', type: 'survey', on: { code: true }, questions: [
        { id: 'q', type: 'multiple_choice', text: 'Which?', options: ['a', 'b'], randomize: true },
      ] });
      for (const box of root().querySelectorAll('[type=checkbox]')) box.click();
      submit();
      unmount();
      unmount = show({ id: 'b', type: 'lead_form', on: { code: true }, title: 'Letter', fields: ['name'],
        label: 'Go', consentLabel: 'Yes' });
      root().querySelector('[type=email]').value = 'ada@example.com';
      submit();
      unmount();
      document.title = said.join(' ') + ' | failures: ' + failures.length;`,
  });
  await expect.poll(() => page.title()).toBe('a+b completed ada@example.comfalse completed | failures: 0');
});

test('Q20 hostile CSS of the page changes no pixel of any prompt', async () => {
  const HOSTILE = `* { all: unset !important; color: red !important } html { font-size: 40px; letter-spacing: 9px }
    :not(:defined) { display: none !important } div, p, button, section { border: 9px solid red !important }
    handrail-prompt { opacity: 0 !important; transform: scale(3) !important; filter: invert(1) !important }`;
  const looks = async (css: string): Promise<Map<string, Buffer>> => {
    const page = await openPage({ body: '', css: `html { background: #fff } ${css}` });
    const pictures = new Map<string, Buffer>();
    const { slot: _, ...unslotted } = PROMPTS;
    for (const [name, each] of Object.entries(unslotted)) {
      await mountIn(page, each, { cart: CART });
      pictures.set(name, await prompt(page).screenshot());
      await page.evaluate(() => window.unmount());
    }
    for (const [name, question] of Object.entries(QUESTIONS)) {
      await mountIn(page, asking(question));
      pictures.set(name, await prompt(page).screenshot());
      await page.evaluate(() => window.unmount());
    }
    return pictures;
  };
  const plain = await looks('');
  const hostile = await looks(HOSTILE);
  for (const [name, picture] of plain) expect(hostile.get(name)?.equals(picture), name).toBe(true);
  // The comparison sees what a page may change: this is one of its properties.
  const themed = await looks(':root { --handrail-accent: #00f }');
  expect(themed.get('survey')?.equals(plain.get('survey') ?? Buffer.alloc(0))).toBe(false);
});

const background = (page: Page, selector: string): Promise<string> =>
  page
    .locator(`handrail-prompt ${selector}`)
    .evaluate((element) => getComputedStyle(element).backgroundColor);

test('it is themed by the page, or by the site', async () => {
  const css = ':root { --handrail-accent: rgb(1, 2, 3); --handrail-color-scheme: dark }';
  const page = await openPage({ css });
  await mountIn(page, CART_NUDGE);
  expect(await background(page, '.primary')).toBe('rgb(1, 2, 3)');
  expect(await background(page, '.card')).toBe('rgb(32, 31, 30)');
  await page.evaluate(() => window.unmount());

  const properties = { accent: 'rgb(4, 5, 6)', surface: 'red } * { display: none }' };
  await mountIn(page, CART_NUDGE, { theme: { colorScheme: 'light', properties } });
  expect(await background(page, '.primary')).toBe('rgb(4, 5, 6)');
  expect(await page.locator('handrail-prompt .title').isVisible()).toBe(true);
  await page.evaluate(() => window.unmount());

  // Closest to the prompt, the page's own rule has the last word.
  await page.addStyleTag({ content: 'handrail-prompt { --handrail-accent: rgb(7, 8, 9) }' });
  await mountIn(page, CART_NUDGE, { theme: { properties } });
  expect(await background(page, '.primary')).toBe('rgb(7, 8, 9)');
});

test.each([
  { wanted: 'light', scheme: 'dark', surface: 'rgb(255, 255, 255)' },
  { wanted: 'dark', scheme: 'light', surface: 'rgb(32, 31, 30)' },
  { wanted: 'auto', scheme: 'dark', surface: 'rgb(32, 31, 30)' },
  { wanted: undefined, scheme: 'dark', surface: 'rgb(32, 31, 30)' },
] as const)(
  'colour scheme "$wanted" for a visitor who likes it $scheme',
  async ({ wanted, scheme, surface }) => {
    const page = await openPage({}, { colorScheme: scheme });
    await mountIn(page, SURVEY, { theme: { colorScheme: wanted } });
    expect(await background(page, '.card')).toBe(surface);
  },
);

test('its words are those of the language it is given, and each goes on in it', async () => {
  const page = await openPage();
  await page.evaluate(
    (survey) => {
      window.unmount = window.widgets.mount(survey, {
        cart: null,
        traits: {},
        strings: window.languages.stringsFor('de-CH'),
        onAnswer: (answer) => window.answers.push(answer),
        onEmail: () => {},
        onEnd: (outcome) => window.outcomes.push(outcome),
      });
    },
    { ...SURVEY, language: 'de-CH' } as Prompt,
  );
  expect(await page.getByText('Frage 1 von 2').isVisible()).toBe(true);
  expect(await page.getByText('10 – Sehr wahrscheinlich').isVisible()).toBe(true);
  await page.getByRole('status').filter({ hasText: 'am Anfang der Seite' }).waitFor();
  const english = /\b(Next|Send|Skip|Question|Close|Not likely|Very likely)\b/;
  const words = () => dialog(page).evaluate((card) => card.textContent ?? '');
  expect(await words()).not.toMatch(english);
  await choose(page, '3');
  await click(page, 'Weiter');
  expect(await words()).not.toMatch(english);
  await click(page, 'Schließen');
  await isGone(page);
  expect((await called(page)).answers.map(({ value }) => value)).toEqual([3]);
});
