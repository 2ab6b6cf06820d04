/** Follow-ups: sequences, and what they send where. */
import { z } from 'zod';
import { duration, id, text, touchpointName } from './basics.ts';
import { condition, touchpointCondition, valueTests } from './condition.ts';

const delivery = z.union([
  z.strictObject({ channel: z.literal('email'), template: id }),
  z.strictObject({ channel: z.literal('webhook'), endpoint: id }),
]);
const stepTiming = {
  after: duration.describe('Counted from the touchpoint that started the sequence.'),
  if: condition.optional().describe('Else this step is skipped, and the next one still comes.'),
};
const step = z.union([
  z.strictObject({ ...stepTiming, send: delivery }),
  z.strictObject({ ...stepTiming, task: z.strictObject({ title: text(200), due: duration }) }),
]);
const start = z.union([
  touchpointCondition.extend({
    unless: z
      .strictObject({ touchpoint: touchpointName, where: valueTests.optional(), within: duration })
      .optional()
      .describe(
        'Starts only if no such touchpoint follows within this time; each further start touchpoint counts anew.',
      ),
  }),
  condition,
]);
export const sequence = z.strictObject({
  id,
  start,
  goal: condition.optional().describe('Ends the sequence; what is not yet sent is skipped.'),
  holdout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('The share of leads deliberately not contacted, to measure what the sequence brings.'),
  reentry: duration
    .default('7d')
    .describe(
      'A sequence that ran to its end may start again after this. One whose goal was met may at once.',
    ),
  steps: z.array(step).min(1).max(50),
});

export const template = z.strictObject({ subject: text(200), text: text(20_000) });
export const endpoint = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'expected an http(s) address' }),
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/=]{32,}$/, {
      error: 'expected a Standard Webhooks secret: "whsec_" and base64 of 24 bytes or more',
    })
    .describe('Signs the deliveries. A site file may name an environment variable HANDRAIL_… instead.'),
});
