import type { Prompt } from '@handrail/sdk/protocol';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { checkSite } from '../../../collector/src/site/check.ts';
import { PROMPT_TEMPLATES } from '../../../collector/src/site/prompt-templates.ts';
import type { PromptDocument } from '../../../collector/src/site/schema/prompt.ts';
import { languageFor } from '../../../collector/src/site/translate.ts';
import { startCollector, type TestCollector, WRITE_KEY } from '../../support/collector.ts';

type WithoutTranslations<Document> = Document extends PromptDocument ? Omit<Document, 'translations'> : never;

test('what a site file may say of a prompt is what the SDK reads, type for type', () => {
  type Read = WithoutTranslations<PromptDocument>;
  expectTypeOf<Read>().toExtend<Prompt>();
  expectTypeOf<Prompt>().toExtend<Read>();
  for (const type of ['cart_nudge', 'message', 'lead_form'] as const) {
    type Kind = typeof type;
    expectTypeOf<keyof Extract<Read, { type: Kind }>>().toEqualTypeOf<
      keyof Extract<Prompt, { type: Kind }>
    >();
  }
  expectTypeOf<keyof Extract<Read, { questions: unknown }>>().toEqualTypeOf<
    keyof Extract<Prompt, { questions: unknown }>
  >();
});

const problemsOf = (prompt: object, site: object = {}) => {
  const checked = checkSite({ name: 'Shop', prompts: [prompt], ...site });
  return checked.ok ? [] : checked.problems;
};

describe.each(PROMPT_TEMPLATES.map((each) => [each.id, each] as const))('template %s', (id, { prompt }) => {
  test('can be put into a site as it is', () => {
    expect(prompt.id).toBe(id);
    expect(problemsOf(prompt)).toEqual([]);
  });
});

const survey = {
  id: 'survey',
  type: 'survey',
  on: { code: true },
  questions: [
    { id: 'score', type: 'nps', text: 'How likely?', next: [{ if: { gte: 9 }, to: 'love' }, { to: 'why' }] },
    { id: 'why', type: 'text', text: 'Why {{score|that}}?', next: [{ to: 'end' }] },
    { id: 'love', type: 'choice', text: 'What do you like?', options: ['Oil', 'Bowls'], other: true },
  ],
  thanks: 'Thank you for your {{score|answer}}.',
};
const [score, why, love] = survey.questions;
const message = { id: 'hello', type: 'message', on: { page: '/' }, title: 'Hello {{name|there}}' };

test('a survey that works is no problem', () => {
  expect(problemsOf(survey)).toEqual([]);
});

test.each<[string, object, string, RegExp]>([
  [
    'a branch to a question that is not there, with the one that was meant',
    { ...survey, questions: [{ ...score, next: [{ to: 'lov' }] }, why, love] },
    'prompts[0].questions[0].next[0].to',
    /no question "lov": did you mean "love"/,
  ],
  [
    'a branch back, which would be a loop',
    { ...survey, questions: [score, { ...why, next: [{ to: 'score' }] }, love] },
    'prompts[0].questions[1].next[0].to',
    /loop/,
  ],
  [
    'a branch to itself',
    { ...survey, questions: [score, { ...why, next: [{ to: 'why' }] }, love] },
    'prompts[0].questions[1].next[0].to',
    /loop/,
  ],
  [
    'a question that no answer leads to',
    { ...survey, questions: [{ ...score, next: [{ to: 'why' }] }, why, love] },
    'prompts[0].questions[2]',
    /no answer leads/,
  ],
  [
    'a branch after one that fits always',
    {
      ...survey,
      questions: [{ ...score, next: [{ to: 'why' }, { if: { gte: 9 }, to: 'love' }] }, why, love],
    },
    'prompts[0].questions[0].next[1]',
    /never comes up/,
  ],
  [
    'a branch on a score that cannot be given',
    {
      ...survey,
      questions: [{ ...score, next: [{ if: { gt: 10 }, to: 'love' }, { to: 'why' }] }, why, love],
    },
    'prompts[0].questions[0].next[0].if',
    /no score from 0 to 10/,
  ],
  [
    'a branch on the score of a text',
    { ...survey, questions: [score, { ...why, next: [{ if: { gte: 1 }, to: 'end' }] }, love] },
    'prompts[0].questions[1].next[0].if',
    /has no score/,
  ],
  [
    'a branch on an option that is not there',
    { ...survey, questions: [score, why, { ...love, next: [{ if: { option: 'Bowl' }, to: 'end' }] }] },
    'prompts[0].questions[2].next[0].if',
    /no option "Bowl": did you mean "Bowls"/,
  ],
  [
    'a branch that tests nothing',
    { ...survey, questions: [{ ...score, next: [{ if: {}, to: 'love' }, { to: 'why' }] }, why, love] },
    'prompts[0].questions[0].next[0].if',
    /expected/,
  ],
  [
    'a question called end',
    { ...survey, questions: [score, { ...why, id: 'end' }, love] },
    'prompts[0].questions[1].id',
    /"end" is taken/,
  ],
  [
    'two questions of one name',
    { ...survey, questions: [{ ...why, next: undefined }, why] },
    'prompts[0].questions[1].id',
    /used twice/,
  ],
  [
    'no options',
    { ...survey, questions: [{ ...love, options: [] }] },
    'prompts[0].questions[0].options',
    /2/,
  ],
  [
    'an option that is there twice, in another case',
    { ...survey, questions: [{ ...love, options: ['Oil', 'oil '] }] },
    'prompts[0].questions[0].options[1]',
    /there twice/,
  ],
  [
    'a text over the limit',
    { ...survey, questions: [{ ...love, text: 'x'.repeat(301) }] },
    'prompts[0].questions[0].text',
    /300/,
  ],
  [
    'a recall of a question that does not come before',
    { ...survey, questions: [{ ...score, text: 'After {{why|all}}?' }, why, love] },
    'prompts[0].questions[0].text',
    /no question that comes before/,
  ],
  [
    'a recall without words for where there is no answer',
    { ...survey, thanks: 'Thanks for the {{score}}' },
    'prompts[0].thanks',
    /needs words/,
  ],
  [
    'braces that are no field',
    { ...survey, thanks: 'Thanks {{}}' },
    'prompts[0].thanks',
    /expected \{\{field\}\}/,
  ],
  [
    'a name without words for strangers',
    { ...message, title: 'Hello {{name}}' },
    'prompts[0].title',
    /needs words/,
  ],
  [
    'a slot without what to do where it is missing',
    { ...message, slot: { name: 'hero' } },
    'prompts[0].slot.fallback',
    /card/,
  ],
  ['three questions on the way out', { ...survey, type: 'exit_poll' }, 'prompts[0].questions', /two in all/],
  ['an unknown kind', { ...survey, type: 'quiz' }, 'prompts[0].type', /survey/],
  ['an unknown trigger', { ...survey, on: { dwel: '3s' } }, 'prompts[0].on', /did you mean "dwell"/],
  [
    'a translation of a question that is not there',
    { ...survey, translations: { de: { questions: { scor: { text: 'Wie?' } } } } },
    'prompts[0].translations.de.questions.scor',
    /did you mean "score"/,
  ],
  [
    'a translation with fewer options',
    { ...survey, translations: { de: { questions: { love: { options: ['Öl', 'Schüsseln', 'Brett'] } } } } },
    'prompts[0].translations.de.questions.love.options',
    /expected 2/,
  ],
  [
    'a translation of what the prompt does not say',
    { ...survey, translations: { de: { title: 'Hallo' } } },
    'prompts[0].translations.de.title',
    /no title to translate/,
  ],
  [
    'a translation that recalls what does not come before',
    { ...survey, translations: { de: { questions: { score: { text: '{{why|so}}?' } } } } },
    'prompts[0].translations.de.questions.score.text',
    /no question that comes before/,
  ],
  [
    'a language that is none',
    { ...survey, translations: { german: {} } },
    'prompts[0].translations.german',
    /expected a language/,
  ],
  [
    'a script as an address',
    { ...message, action: { label: 'Go', href: 'javascript:alert(1)' } },
    'prompts[0].action.href',
    /expected a path/,
  ],
])('refused: %s', (_, prompt, path, words) => {
  const problems = problemsOf(prompt);
  expect(problems.map((each) => each.path)).toContain(path);
  expect(problems.find((each) => each.path === path)?.message).toMatch(words);
});

test('a mail that asks for a confirmation without the link that gives it is refused', () => {
  const templates = { 'confirm-email': { subject: 'Please', text: 'Click' } };
  expect(problemsOf(survey, { templates })).toMatchObject([{ path: 'templates.confirm-email.text' }]);
});

test.each([
  ['prompt', { prompt: 'surve' }, 'flags[0].when.answer.prompt', /did you mean "survey"/],
  [
    'question',
    { prompt: 'survey', question: 'scor' },
    'flags[0].when.answer.question',
    /did you mean "score"/,
  ],
])('a condition on the answer to an unknown %s is refused', (_, answer, path, words) => {
  const [problem] = problemsOf(survey, { flags: [{ id: 'fan', when: { answer } }] });
  expect(problem?.path).toBe(path);
  expect(problem?.message).toMatch(words);
});

test.each([
  [['de-AT', 'en'], 'de'],
  [['DE'], 'de'],
  [['pt'], 'pt-BR'],
  [['pt-PT', 'de'], 'pt-BR'],
  [['zh-Hant-TW', 'de'], 'de'],
  [['fr', 'it'], undefined],
  [['d', 'en-GB'], 'en'],
])('who reads %j is spoken to in %s', (wanted, language) => {
  expect(languageFor(wanted, ['en', 'de', 'pt-BR'])).toBe(language);
});

describe('what a page gets', () => {
  const translated = {
    ...survey,
    translations: {
      de: {
        thanks: 'Danke!',
        questions: {
          score: { text: 'Wie wahrscheinlich?', lowLabel: 'gar nicht' },
          love: { options: ['Öl', 'Schüsseln'] },
        },
      },
    },
    questions: [
      { ...love, next: [{ if: { option: 'Oil' }, to: 'score' }, { to: 'end' }] },
      { ...score, next: [{ to: 'end' }] },
    ],
  };
  const nudge = {
    id: 'nudge',
    type: 'cart_nudge',
    on: { exitIntent: true },
    title: 'Still there?',
    action: { label: 'To my cart', href: '/cart' },
    reason: { type: 'offer', text: '<b>10%</b>', code: 'TEN' },
    holdout: 0.1,
    goal: { touchpoint: 'purchase' },
    translations: { de: { title: 'Noch da?', action: { label: 'Zum Warenkorb' }, reason: { text: '10 %' } } },
  };
  let collector: TestCollector;
  const get = async (language: string | null, etag?: string) => {
    const response = await collector.request(`/v1/sites/${WRITE_KEY}/prompts`, {
      headers: {
        ...(language !== null && { 'accept-language': language }),
        ...(etag && { 'if-none-match': etag }),
      },
    });
    return { response, body: response.status === 200 ? await response.json() : null };
  };

  test('is in the language that it asks for, prompt by prompt, and cached by language', async () => {
    collector = await startCollector({
      site: {
        name: 'Shop',
        prompts: [translated, nudge, message],
        theme: { colorScheme: 'dark', properties: { accent: '#0a0' } },
        contactBudget: { prompts: { cooldowns: { survey: '30d' }, afterDismissal: '60d' }, perWeek: 2 },
      },
    });
    const german = await get('fr;q=0.9, de-CH, en;q=0.5');
    expect(german.response.headers.get('vary')).toMatch(/accept-language/i);
    expect(german.body.prompts.map((each: Prompt) => each.language)).toEqual(['de', 'de', 'en']);
    expect(german.body.prompts[0]).toMatchObject({
      thanks: 'Danke!',
      questions: [
        {
          options: ['Öl', 'Schüsseln'],
          text: 'What do you like?',
          next: [{ if: { option: 'Öl' }, to: 'score' }, { to: 'end' }],
        },
        { text: 'Wie wahrscheinlich?', lowLabel: 'gar nicht' },
      ],
    });
    expect(german.body.prompts[1]).toMatchObject({
      title: 'Noch da?',
      action: { label: 'Zum Warenkorb', href: '/cart' },
      reason: { type: 'offer', text: '10 %', code: 'TEN' },
      holdout: 0.1,
    });
    expect(german.body).toMatchObject({
      theme: { colorScheme: 'dark', properties: { accent: '#0a0' } },
      contactBudget: {
        perSession: 1,
        cooldown: '7d',
        cooldowns: { survey: '30d' },
        afterDismissal: '60d',
        perWeek: 2,
      },
    });
    expect(JSON.stringify(german.body)).not.toContain('translations');

    const english = await get('en');
    expect(english.body.prompts[0].questions[0].options).toEqual(['Oil', 'Bowls']);
    // Markup is a text like any other, here and in the page.
    expect(english.body.prompts[1].reason.text).toBe('<b>10%</b>');
    expect((await get(null)).body).toEqual(english.body);
    expect((await get('xx, *;q=0.1')).body).toEqual(english.body);

    const [germanTag, englishTag] = [german, english].map(
      ({ response }) => response.headers.get('etag') ?? '',
    );
    expect(germanTag).not.toBe(englishTag);
    expect((await get('de', germanTag)).response.status).toBe(304);
    expect((await get('de', englishTag)).response.status).toBe(200);
    await collector.close();
  });
});
