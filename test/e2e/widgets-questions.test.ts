/** Every kind of question, from a real click or key to the value that is reported, and the way from one to the next. */
import type { AnswerValue, Question } from '@handrail/sdk/protocol';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { choose, click, focused, press, promptBrowser } from '../widgets/prompt-browser.ts';
import { called, mountIn } from '../widgets/prompt-page.ts';
import { asking, QUESTIONS, REASON, SCORE } from '../widgets/samples.ts';

const { openPage } = promptBrowser();

const values = async (page: Page): Promise<AnswerValue[]> =>
  (await called(page)).answers.map(({ value }) => value);
const radio = (page: Page, name: string) => page.getByRole('radio', { name, exact: true });

describe('each kind by pointer', () => {
  test.each<{ kind: keyof typeof QUESTIONS; choices: string[]; value: AnswerValue; goesOnAtOnce: boolean }>([
    { kind: 'nps', choices: ['0'], value: 0, goesOnAtOnce: false },
    { kind: 'numbers', choices: ['2 – Dissatisfied'], value: 2, goesOnAtOnce: true },
    { kind: 'stars', choices: ['4 – Satisfied'], value: 4, goesOnAtOnce: true },
    { kind: 'faces', choices: ['5 – Very satisfied'], value: 5, goesOnAtOnce: true },
    { kind: 'ces', choices: ['7'], value: 7, goesOnAtOnce: false },
    { kind: 'thumbs', choices: ['Thumbs down'], value: 'down', goesOnAtOnce: true },
    { kind: 'likert', choices: ['Strongly agree'], value: 5, goesOnAtOnce: true },
    { kind: 'choice', choices: ['Just looking'], value: 'Just looking', goesOnAtOnce: false },
    { kind: 'multiple', choices: ['Competent', 'Quick'], value: ['Quick', 'Competent'], goesOnAtOnce: false },
  ])('$kind: $choices is $value', async ({ kind, choices, value, goesOnAtOnce }) => {
    const page = await openPage();
    const question: Question = QUESTIONS[kind];
    await mountIn(page, asking(question));
    const role = question.type === 'multiple_choice' ? 'checkbox' : 'radio';
    expect(
      await page.getByRole(role === 'radio' ? 'radiogroup' : 'group', { name: question.text }).count(),
    ).toBe(1);
    for (const name of choices) await page.getByRole(role, { name, exact: true }).click();
    expect(await values(page)).toEqual(goesOnAtOnce ? [value] : []);
    if (!goesOnAtOnce) await click(page, 'Send');
    expect(await called(page)).toEqual({
      answers: [{ questionId: question.id, questionType: question.type, question: question.text, value }],
      emails: [],
      outcomes: ['completed'],
    });
  });

  test('a label is as good as its radio button', async () => {
    const page = await openPage();
    await mountIn(page, asking(QUESTIONS.likert));
    await page.getByText('Disagree', { exact: true }).click();
    expect(await values(page)).toEqual([2]);
  });

  test('the thumb of a hand is enough', async () => {
    const page = await openPage(
      {},
      { hasTouch: true, isMobile: true, viewport: { width: 360, height: 640 } },
    );
    await mountIn(page, asking(QUESTIONS.thumbs));
    await radio(page, 'Thumbs up').tap();
    expect(await values(page)).toEqual(['up']);
  });

  test('all stars up to the chosen one are filled, and no other', async () => {
    const page = await openPage();
    await mountIn(page, asking(QUESTIONS.stars));
    await radio(page, '1 – Very dissatisfied').focus();
    await press(page, 'Space', 'ArrowRight', 'ArrowRight');
    const fills = await page
      .locator('.stars svg')
      .evaluateAll((stars) => stars.map((star) => getComputedStyle(star).fill !== 'none'));
    expect(fills).toEqual([true, true, true, false, false]);
  });
});

describe('Q26 each kind by keyboard', () => {
  test.each<{ kind: keyof typeof QUESTIONS; keys: string[]; value: AnswerValue }>([
    { kind: 'numbers', keys: ['Space', 'ArrowRight'], value: 2 },
    { kind: 'stars', keys: ['Space', 'ArrowRight', 'ArrowRight'], value: 3 },
    { kind: 'faces', keys: ['Space', 'ArrowLeft'], value: 5 },
    { kind: 'ces', keys: ['Space', 'ArrowLeft'], value: 7 },
    { kind: 'thumbs', keys: ['Space', 'ArrowDown'], value: 'down' },
    { kind: 'likert', keys: ['Space', 'ArrowDown'], value: 2 },
    { kind: 'choice', keys: ['Space', 'ArrowDown'], value: 'Missing a feature' },
    { kind: 'multiple', keys: ['Space', 'Tab', 'Tab', 'Space'], value: ['Quick', 'Competent'] },
  ])('$kind: nothing is sent before Enter', async ({ kind, keys, value }) => {
    const page = await openPage();
    await mountIn(page, asking(QUESTIONS[kind]));
    await press(page, 'Tab', ...keys);
    expect(await called(page)).toEqual({ answers: [], emails: [], outcomes: [] });
    await press(page, 'Enter');
    expect(await values(page)).toEqual([value]);
  });

  test('a key after a pointer is a key: it does not send', async () => {
    const page = await openPage();
    await mountIn(page, asking(QUESTIONS.likert));
    await page.getByText(QUESTIONS.likert.text).click();
    await press(page, 'Tab', 'ArrowDown');
    expect(await called(page)).toEqual({ answers: [], emails: [], outcomes: [] });
  });
});

describe('with and without an answer', () => {
  test('what must be answered says so and stays; nothing is reported', async () => {
    const page = await openPage();
    for (const question of [SCORE, QUESTIONS.multiple, { ...REASON, optional: false }]) {
      await mountIn(page, asking(question));
      expect(await page.getByRole('alert').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Skip' }).count()).toBe(0);
      if (question === SCORE) await click(page, 'Send');
      else {
        await page.getByRole('button', { name: 'Send' }).focus();
        await press(page, 'Enter');
      }
      expect(await page.getByRole('alert').textContent()).toBe('Please give an answer first.');
      expect(await focused(page)).toBe(
        { nps: 'radio 0', multiple_choice: 'checkbox 0', text: '' }[question.type],
      );
      expect(await called(page)).toEqual({ answers: [], emails: [], outcomes: [] });
      await page.evaluate(() => window.unmount());
    }
  });

  test('what may be left out is skipped by a button, or sent empty', async () => {
    const page = await openPage();
    await mountIn(page, asking({ ...SCORE, optional: true }, REASON));
    await choose(page, '4');
    await click(page, 'Skip');
    await page.getByRole('textbox').fill('   ');
    await click(page, 'Send');
    expect(await called(page)).toEqual({ answers: [], emails: [], outcomes: ['completed'] });
  });

  test('several options may have an "Other" with words of its own', async () => {
    const page = await openPage();
    await mountIn(page, asking(QUESTIONS.multiple));
    await page.getByRole('checkbox', { name: 'Other' }).check();
    await page.getByRole('textbox').fill('Patient');
    await page.getByRole('checkbox', { name: 'Friendly' }).check();
    await click(page, 'Send');
    expect(await values(page)).toEqual([['Friendly', 'Patient']]);

    await page.evaluate(() => window.unmount());
    await mountIn(page, asking(QUESTIONS.multiple));
    await page.getByRole('checkbox', { name: 'Other' }).check();
    await page.getByRole('textbox').fill('Patient');
    await page.getByRole('checkbox', { name: 'Other' }).uncheck();
    await page.getByRole('checkbox', { name: 'Quick' }).check();
    await click(page, 'Send');
    expect((await values(page)).at(-1)).toEqual(['Quick']);
  });

  test('a random order is another one for another visitor, stays the same for one, and ends with "Other"', async () => {
    const page = await openPage();
    const options = ['a', 'b', 'c', 'd', 'e', 'f'];
    const names = (): Promise<string[]> => page.locator('.option').allTextContents();
    const seen = new Set<string>();
    for (let visitor = 0; visitor < 12; visitor++) {
      await mountIn(page, asking({ ...QUESTIONS.choice, options, randomize: true }));
      const order = await names();
      expect(order.toSorted()).toEqual(['Other', ...options]);
      expect(order.at(-1)).toBe('Other');
      seen.add(order.join());
      await click(page, 'Send');
      await page.getByRole('alert').waitFor();
      expect(await names()).toEqual(order);
      if (visitor === 11) {
        await choose(page, 'c');
        await click(page, 'Send');
        expect(await values(page)).toEqual(['c']);
      }
      await page.evaluate(() => window.unmount());
    }
    expect(seen.size).toBeGreaterThan(1);
    await mountIn(page, asking({ ...QUESTIONS.choice, options }));
    expect(await names()).toEqual([...options, 'Other']);
  });
});

describe('from one question to the next', () => {
  const BRANCHING = asking(
    { ...SCORE, next: [{ if: { gte: 9 }, to: 'love' }] },
    {
      ...REASON,
      id: 'better',
      text: 'What is missing to more than a {{score|score}}?',
      next: [{ to: 'end' }],
    },
    { ...REASON, id: 'love', text: 'What do you like most?' },
  );

  test.each([
    { score: '9', asks: 'What do you like most?' },
    { score: '8', asks: 'What is missing to more than a 8?' },
  ])('a score of $score leads to "$asks", and to the end', async ({ score, asks }) => {
    const page = await openPage();
    await mountIn(page, { ...BRANCHING, thanks: 'You said: {{better|}}{{love|}}' });
    expect(await page.getByText('Question 1 of 2').isVisible()).toBe(true);
    await choose(page, score);
    await click(page, 'Next');
    expect(await page.getByText('Question 2 of 2').isVisible()).toBe(true);
    await page.getByRole('textbox', { name: asks }).fill('<b>Oil</b> {{score|x}}');
    await click(page, 'Send');
    expect(await page.getByText('You said: <b>Oil</b> {{score|x}}', { exact: true }).isVisible()).toBe(true);
    const { answers, outcomes } = await called(page);
    expect(answers.map(({ question }) => question)).toEqual([SCORE.text, asks]);
    expect(outcomes).toEqual(['completed']);
  });

  test('a skipped question may end it; what was not answered is recalled by its fallback', async () => {
    const page = await openPage();
    const first = {
      ...QUESTIONS.choice,
      optional: true,
      next: [{ if: { skipped: true as const }, to: 'end' }],
    };
    await mountIn(page, { ...asking(first, REASON), thanks: 'Because of {{why|something}}.' });
    await click(page, 'Skip');
    await page.getByText('Because of something.').waitFor();
    expect(await called(page)).toEqual({ answers: [], emails: [], outcomes: ['completed'] });
  });
});
