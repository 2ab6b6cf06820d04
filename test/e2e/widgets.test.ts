/** How a visitor goes through a prompt: by keyboard, by pointer, and out of it. */
import type { Prompt } from '@handrail/sdk/protocol';
import { describe, expect, test } from 'vitest';
import { choose, click, dialog, focused, isGone, press, promptBrowser } from '../widgets/prompt-browser.ts';
import { called, mountIn } from '../widgets/prompt-page.ts';
import {
  CART,
  CART_NUDGE,
  EXIT_POLL,
  LEAD_FORM,
  MESSAGE,
  REASON,
  SCORE,
  STOPPED,
  SURVEY,
} from '../widgets/samples.ts';

const { origin, openPage, openPageWithClock } = promptBrowser();

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
    expect(await called(page)).toEqual({ answers: [], emails: [], outcomes: [] });

    await press(page, 'Enter');
    const score = { questionId: 'score', questionType: 'nps', question: SCORE.text, value: 9 };
    expect(await called(page)).toEqual({ answers: [score], emails: [], outcomes: [] });

    const why = page.getByRole('textbox', { name: REASON.text });
    expect(await why.evaluate((field) => field.matches(':focus'))).toBe(true);
    await page.keyboard.type(' The olive oil. ');
    await press(page, 'Tab', 'Enter');
    const reason = {
      questionId: 'why',
      questionType: 'text',
      question: REASON.text,
      value: 'The olive oil.',
    };
    expect(await called(page)).toEqual({ answers: [score, reason], emails: [], outcomes: ['completed'] });

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
    expect(await called(page)).toEqual({ answers: [], emails: [], outcomes: ['dismissed'] });
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
  test('answers given before it is closed stand', async () => {
    const page = await openPage();
    await mountIn(page, SURVEY);
    await choose(page, '3');
    await click(page, 'Next');
    await click(page, 'Close');
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
      answers: [{ questionId: 'why', questionType: 'choice', question: STOPPED.text, value }],
      emails: [],
      outcomes: ['completed'],
    });
  });

  const MARKUP = '<img src=x onerror="window.outcomes.push(1)"><b>bold</b>';
  test.each<{ where: string; prompt: Prompt; times: number }>([
    {
      where: 'a question and its options',
      prompt: { ...EXIT_POLL, questions: [{ ...STOPPED, text: MARKUP, options: [MARKUP] }] },
      times: 2,
    },
    {
      where: 'a cart nudge',
      prompt: {
        ...CART_NUDGE,
        title: MARKUP,
        text: MARKUP,
        action: { label: MARKUP, href: '/cart' },
        reason: { type: 'offer', text: MARKUP, code: 'X' },
        saveCart: { label: MARKUP, consentLabel: MARKUP },
      },
      times: 5,
    },
    {
      where: 'a message, and the name in it',
      prompt: { ...MESSAGE, title: '{{name|you}}', text: MARKUP, action: { label: MARKUP, href: '/' } },
      times: 3,
    },
    {
      where: 'a lead form',
      prompt: { ...LEAD_FORM, title: MARKUP, text: MARKUP, label: MARKUP, consentLabel: MARKUP },
      times: 4,
    },
  ])('markup in $where is text', async ({ prompt, times }) => {
    const page = await openPage();
    await mountIn(page, prompt, { traits: { name: MARKUP } });
    expect(await page.getByText(MARKUP, { exact: true }).count()).toBe(times);
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
        const onNothing = () => {};
        window.widgets.mount(prompt, {
          cart,
          traits: {},
          onAnswer: onNothing,
          onEmail: onNothing,
          onEnd: reportOutcome,
        });
      },
      { prompt: CART_NUDGE, cart: CART },
    );
    expect(await page.getByRole('listitem').allTextContents()).toEqual([
      'Olive oil, cold pressed 2 × £12.00',
      'Oak board £39.50',
    ]);
    expect(await page.locator('.total').textContent()).toBe('Total £63.50');
    await page.getByRole('link', { name: 'Back to my cart' }).click();
    await page.waitForURL(`${origin()}/cart`);
    expect(outcomes).toEqual(['acted']);
  });

  test('counts what is beyond three items, and does without a cart or a picture', async () => {
    const page = await openPage();
    const items = Array.from({ length: 5 }, (_, index) => ({
      item_id: `item ${index}`,
      price: 1,
      image_url: '/no-such-picture.png',
    }));
    await mountIn(page, CART_NUDGE, { cart: { items, value: 5, currency: 'GBP' } });
    expect(await page.getByRole('listitem').allTextContents()).toContain('More items: 2');
    await expect.poll(() => page.locator('handrail-prompt img:visible').count()).toBe(0);
    await page.evaluate(() => window.unmount());
    await mountIn(page, CART_NUDGE);
    expect(await page.getByRole('list').count()).toBe(0);
    await click(page, 'Not now');
    await isGone(page);
    expect((await called(page)).outcomes).toEqual(['dismissed']);
  });
});

describe('the end', () => {
  test('the thanks go by themselves, and a prompt that is taken away calls nothing', async () => {
    const page = await openPageWithClock();
    await page.getByText('Buy').focus();
    await mountIn(page, EXIT_POLL);
    await choose(page, 'Price');
    await press(page, 'Enter');
    await page.getByText('Thank you!').waitFor();
    await page.clock.runFor(3_000);
    expect(await page.getByText('Thank you!').isVisible()).toBe(true);
    await page.clock.runFor(1_000);
    await isGone(page);
    expect((await called(page)).outcomes).toEqual(['completed']);
    expect(await focused(page)).toBe('Buy');

    await mountIn(page, SURVEY);
    await page.evaluate(() => {
      window.unmount();
      window.unmount();
    });
    await page.clock.runFor(60_000);
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
    { what: 'a privacy notice that is code', prompt: { ...LEAD_FORM, privacyHref: 'javascript:alert(1)' } },
    {
      what: 'a message whose slot is not on the page',
      prompt: { ...MESSAGE, slot: { name: 'hero', fallback: 'none' } },
    },
  ])('$what is refused and leaves no trace', async ({ prompt }) => {
    const page = await openPage();
    const refused = prompt as Prompt;
    expect(await page.evaluate((prompt) => window.widgets.canMount(prompt), refused)).toBe(false);
    await mountIn(page, refused);
    expect(await page.locator('handrail-prompt').count()).toBe(0);
    expect(await called(page)).toEqual({ answers: [], emails: [], outcomes: [] });
  });
});
