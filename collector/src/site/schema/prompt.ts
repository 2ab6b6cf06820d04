/** Prompts: what is shown, when and to whom. Their meaning is written at the types in `@handrail/sdk/protocol`. */
import type { Trigger } from '@handrail/sdk/protocol';
import { z } from 'zod';
import { MAX_COUNT } from '../limits.ts';
import { duration, id, language, text, touchpointName } from './basics.ts';
import { bounds, condition, valueTests } from './condition.ts';

const href = text(2000).regex(/^(\/(?!\/)|https?:\/\/)/, {
  error: 'expected a path such as "/cart" or an http(s) address',
});

const answerTest = z.union([
  z.strictObject({ skipped: z.literal(true) }),
  z.strictObject({ option: text(120) }),
  z.strictObject(bounds),
]);
const branches = z
  .array(z.strictObject({ if: answerTest.optional(), to: id }))
  .min(1)
  .max(20)
  .optional()
  .describe('Where to go on: the first that fits. [next=the question after this one]');
const asked = {
  id,
  text: text(300).describe('May recall an earlier answer: {{questionId|what to say without one}}.'),
  optional: z.boolean().optional(),
  next: branches,
};
const scaleLabels = { lowLabel: text(60).optional(), highLabel: text(60).optional() };
const optionList = {
  options: z.array(text(120)).min(2).max(12),
  other: z.boolean().optional().describe('Adds "Other" with a text field, as the last one.'),
  randomize: z.boolean().optional().describe('Another order for each visitor.'),
};
const question = z.discriminatedUnion('type', [
  z.strictObject({ ...asked, ...scaleLabels, type: z.literal('nps') }),
  z.strictObject({
    ...asked,
    ...scaleLabels,
    type: z.literal('csat'),
    look: z.enum(['numbers', 'stars', 'faces']).optional(),
  }),
  z.strictObject({ ...asked, ...scaleLabels, type: z.literal('ces') }),
  z.strictObject({ ...asked, type: z.literal('thumbs') }),
  z.strictObject({ ...asked, type: z.literal('likert') }),
  z.strictObject({ ...asked, ...optionList, type: z.literal('choice') }),
  z.strictObject({ ...asked, ...optionList, type: z.literal('multiple_choice') }),
  z.strictObject({ ...asked, type: z.literal('text'), placeholder: text(120).optional() }),
]);

const trigger: z.ZodType<Trigger> = z
  .lazy(() =>
    z.union([
      z.strictObject({ page: text(2000).describe('A glob, such as "/pricing*".') }),
      z.strictObject({
        touchpoint: touchpointName,
        where: valueTests.optional(),
        count: z.strictObject({ gte: z.int().min(1).max(MAX_COUNT) }).optional(),
        within: duration.optional(),
        after: duration.optional().describe('A delay, which survives navigation.'),
      }),
      z.strictObject({ task: z.enum(['failed', 'done']), name: text(128).optional() }),
      z.strictObject({ dwell: duration }),
      z.strictObject({ scroll: z.number().min(1).max(100).describe('Percent of the page.') }),
      z.strictObject({ idle: duration }),
      z.strictObject({ cartIdle: duration }),
      z.strictObject({ nthPage: z.int().min(1).max(1000) }),
      z.strictObject({ nthSession: z.int().min(1).max(1000) }),
      z.strictObject({ exitIntent: z.literal(true), minOnPage: duration.optional() }),
      z.strictObject({ code: z.literal(true) }),
      z.strictObject({ any: z.array(trigger).min(1).max(10) }),
    ]),
  )
  .meta({ id: 'Trigger' });

const share = (max: number) => z.number().min(0).max(max).optional();
/** The most that a prompt may be shown to one person: the lead remembers no more than this of it. */
const MAX_SHOWN = 100;

const message = {
  title: text(120),
  text: text(500).optional(),
  action: z.strictObject({ label: text(60), href }).optional(),
};
const layout = z.enum(['card', 'bar', 'modal']);

const questionWords = z.strictObject({
  text: asked.text.optional(),
  ...scaleLabels,
  placeholder: text(120).optional(),
  options: optionList.options.optional().describe('As many, in the same order.'),
});
const translation = z
  .strictObject({
    title: text(120).optional(),
    text: text(500).optional(),
    thanks: text(200).optional(),
    label: text(60).optional(),
    consentLabel: text(300).optional(),
    privacyHref: href.optional(),
    action: z.strictObject({ label: text(60).optional(), href: href.optional() }).optional(),
    reason: z.strictObject({ text: text(300).optional(), code: text(60).optional() }).optional(),
    saveCart: z
      .strictObject({
        label: text(60).optional(),
        consentLabel: text(300).optional(),
        privacyHref: href.optional(),
      })
      .optional(),
    variants: z
      .array(
        z.strictObject({
          title: text(120).optional(),
          text: text(500).optional(),
          action: z.strictObject({ label: text(60).optional(), href: href.optional() }).optional(),
        }),
      )
      .max(20)
      .optional()
      .describe("In the variants' order."),
    questions: z.record(id, questionWords).optional().describe('By the id of the question.'),
  })
  .describe('What is not given stays as the prompt has it.');

const base = {
  id,
  on: trigger,
  if: condition.optional(),
  consent: z.enum(['analytics', 'marketing']).optional(),
  sample: share(1).describe('Share of the people who are asked at all; sticky. [sample=1]'),
  holdout: share(0.9).describe(
    'Share deliberately not asked, to measure what it brings; sticky. [holdout=0]',
  ),
  goal: z
    .strictObject({ touchpoint: touchpointName, where: valueTests.optional(), within: duration.optional() })
    .optional(),
  maxShown: z.int().min(1).max(MAX_SHOWN).optional().describe('For one person. [maxShown=3]'),
  askAgain: duration.optional().describe('Asks those again who have answered. [askAgain=never]'),
  language: language.optional().describe("Of the words in it. [language=the site's]"),
  translations: z
    .record(language, translation)
    .optional()
    .describe("By language, such as de or pt-BR; the visitor's browser says which."),
};
const emailRequest = {
  label: text(60),
  consentLabel: text(300),
  privacyHref: href.optional(),
};

export const prompt = z.discriminatedUnion('type', [
  z.strictObject({
    ...base,
    type: z.enum(['survey', 'exit_poll']),
    questions: z.array(question).min(1).max(3),
    thanks: text(200).optional(),
  }),
  z.strictObject({
    ...base,
    type: z.literal('cart_nudge'),
    title: text(120),
    text: text(300).optional(),
    action: z.strictObject({ label: text(60), href }),
    reason: z
      .union([
        z.strictObject({ type: z.enum(['reminder', 'reviews', 'delivery']), text: text(300) }),
        z.strictObject({ type: z.literal('offer'), text: text(300), code: text(60) }),
      ])
      .optional(),
    saveCart: z.strictObject(emailRequest).optional(),
  }),
  z.strictObject({
    ...base,
    ...message,
    type: z.literal('message'),
    layout: layout.optional(),
    slot: z
      .strictObject({
        name: z.string().regex(/^[\w-]{1,64}$/, { error: 'expected letters, digits, "-" and "_"' }),
        fallback: z.enum([...layout.options, 'none']).describe('What is done on a page without the slot.'),
      })
      .optional(),
    variants: z
      .array(z.strictObject({ if: condition, ...message }))
      .min(1)
      .max(20)
      .optional(),
  }),
  z.strictObject({
    ...base,
    ...emailRequest,
    type: z.literal('lead_form'),
    title: text(120),
    text: text(500).optional(),
    fields: z
      .array(z.enum(['name', 'company', 'phone']))
      .max(3)
      .optional(),
    thanks: text(200).optional(),
  }),
]);

export type PromptDocument = z.output<typeof prompt>;
export type Translation = z.output<typeof translation>;

export const theme = z
  .strictObject({
    colorScheme: z.enum(['auto', 'light', 'dark']).optional(),
    properties: z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, {
          error: 'expected the name of a --handrail-… property without that, such as "accent"',
        }),
        z.string().min(1).max(300),
      )
      .optional(),
  })
  .describe('Looks of the prompts.');
