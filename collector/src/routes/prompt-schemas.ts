/** The shapes of the answers about prompts. */
import { PROMPT_REASONS, type Prompt } from '@handrail/sdk/protocol';
import { z } from '@hono/zod-openapi';

export const rateSchema = z
  .object({ count: z.int(), of: z.int(), percent: z.number(), low: z.number(), high: z.number() })
  .openapi('Rate');
const measure = z.object({
  name: z.enum(['nps', 'satisfied', 'easy', 'agree', 'thumbs_up', 'mean']),
  unit: z.enum(['points', 'percent', 'score']),
  value: z.number(),
  low: z.number(),
  high: z.number(),
  method: z.string(),
});
const questionResult = z
  .object({
    questionId: z.string(),
    questionType: z.enum(['nps', 'csat', 'ces', 'thumbs', 'likert', 'choice', 'multiple_choice', 'text']),
    text: z.string().nullable(),
    answers: z.int(),
    /** How many answers it takes to say more; `null`: there are enough. */
    needs: z.int().nullable(),
    measures: z.array(measure).nullable(),
    distribution: z.array(
      z.object({
        value: z.union([z.number(), z.string()]).nullable(),
        count: z.int(),
        percent: z.number().nullable(),
        low: z.number().nullable(),
        high: z.number().nullable(),
      }),
    ),
    method: z.string(),
  })
  .openapi('QuestionResult');
const counts = z.object({
  shown: z.int(),
  started: z.int(),
  completed: z.int(),
  dismissed: z.int(),
  acted: z.int(),
  heldOut: z.int(),
});
const result = {
  counts,
  responseRate: rateSchema.nullable(),
  completionRate: rateSchema.nullable(),
  questions: z.array(questionResult),
};
const arm = z.object({ people: z.int(), reached: z.int(), rate: rateSchema.nullable() });

export const resultsSchema = z
  .object({
    promptIds: z.array(z.string()),
    from: z.iso.date(),
    to: z.iso.date(),
    ...result,
    trend: z.array(z.object({ start: z.iso.date(), ...result })).nullable(),
    splits: z.array(z.object({ value: z.string().nullable(), ...result })).nullable(),
    lift: z
      .object({
        shown: arm,
        heldOut: arm,
        difference: z
          .object({ value: z.number(), low: z.number(), high: z.number(), method: z.string() })
          .nullable(),
        needs: z.int().nullable(),
        sampleRatio: z.object({
          expectedHoldout: z.number(),
          holdout: z.number().nullable(),
          isPlausible: z.boolean(),
          method: z.string(),
        }),
      })
      .nullable(),
  })
  .openapi('PromptResults');

export const promptSummarySchema = z
  .object({
    id: z.string(),
    type: z.enum(['survey', 'exit_poll', 'cart_nudge', 'message', 'lead_form']),
    title: z.string(),
    counts,
    responseRate: rateSchema.nullable(),
    holdout: z.number(),
  })
  .openapi('PromptSummary');

const reason = z.enum(PROMPT_REASONS);
export const eligibilitySchema = z
  .object({
    promptId: z.string(),
    from: z.iso.date(),
    to: z.iso.date(),
    reasons: z.array(z.object({ reason, words: z.string(), count: z.int() })),
    days: z.array(z.object({ day: z.iso.date(), reasons: z.partialRecord(reason, z.int()) })),
  })
  .openapi('Eligibility');

const time = z.iso.datetime();
export const leadPromptSchema = z
  .object({
    promptId: z.string(),
    promptType: promptSummarySchema.shape.type,
    shown: z.int(),
    lastShownAt: time.nullable(),
    answeredAt: time.nullable(),
    dismissedAt: time.nullable(),
    /** `null`: it was never due yet. */
    arm: z.enum(['shown', 'holdout']).nullable(),
    /** The latest; `null` where none was told. */
    decision: z.object({ reason, words: z.string(), toldAt: time }).nullable(),
    reasons: z.array(z.object({ reason, words: z.string(), count: z.int(), toldAt: time })),
  })
  .openapi('LeadPrompt');

export const templateSchema = z
  .object({ id: z.string(), moment: z.string(), prompt: z.custom<Prompt>().openapi({ type: 'object' }) })
  .openapi('PromptTemplate');
