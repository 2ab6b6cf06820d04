/** Follow-ups: sequences and their steps. */
import type { Condition, DurationText, JsonValue } from '@handrail/sdk/protocol';
import { z } from 'zod';
import { CHANNEL_KINDS } from '../../follow-ups/channels/kinds.ts';
import { type TimeOfDay, WEEKDAYS } from '../../leads/local-time.ts';
import { SEQUENCE_PRESET_IDS } from '../sequence-presets/index.ts';
import { innerOf } from '../steps.ts';
import { duration, id, tagId, text, touchpointName } from './basics.ts';
import { condition, touchpointCondition, valueTests } from './condition.ts';

/** What a step says to its channel. */
export interface Send {
  channel: string;
  [option: string]: JsonValue;
}
const delivery: z.ZodType<Send> = z.union(
  Object.entries(CHANNEL_KINDS).flatMap(([name, { send }]) =>
    send === null
      ? []
      : [z.strictObject({ channel: z.literal(name), ...send }) as unknown as z.ZodType<Send>],
  ),
);
const SEND_EXPIRES = '24h';

/** When a step comes. */
interface Timing {
  id?: string | undefined;
  after: DurationText;
  at?: TimeOfDay | undefined;
}
interface Conditional extends Timing {
  if?: Condition | undefined;
}
interface Expiring extends Conditional {
  expires: DurationText;
}
export interface Arm {
  id: string;
  share: number;
  steps: Step[];
}
export interface Case {
  if: Condition;
  steps: Step[];
}
export type SendStep = Expiring & { send: Send };
export type TaskStep = Expiring & { task: { title: string; due: DurationText; owner?: string | undefined } };
export type MessageStep = SendStep | TaskStep;
export type EffectStep = Conditional &
  (
    | { tag: { add: string } | { remove: string } }
    | { flag: { set: string } | { clear: string } }
    | { points: number }
  );
export type EndStep = Conditional & { end: true };
export interface WaitStep {
  id?: string | undefined;
  waitFor: Condition;
  within: DurationText;
  steps: Step[];
  else: Step[];
}
export type BranchStep = Timing & { branch: Case[]; else: Step[] };
export type SplitStep = Timing & { split: Arm[] };
/** When it comes, and the one thing that happens then. */
export type Step = MessageStep | EffectStep | EndStep | WaitStep | BranchStep | SplitStep;

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day such as "09:00"' });
const named = id
  .optional()
  .describe('Keeps it the same step over edits. [id=its place, such as "2" or "2.a.0"]');
const timing = {
  id: named,
  after: duration
    .default('0s')
    .describe(
      'Counted from the start of the sequence, or from the end of the last "waitFor" before it. A step that comes late moves those after it.',
    ),
  at: z
    .strictObject({
      time: timeOfDay,
      days: z.union([z.literal('weekdays'), z.array(z.enum(WEEKDAYS)).min(1).max(7)]).optional(),
    })
    .optional()
    .describe('Not before the next such time in the lead’s own time zone, else the site’s.'),
};
const conditional = {
  ...timing,
  if: condition.optional().describe('Else this step is skipped, and the next one still comes.'),
};
const expiring = {
  ...conditional,
  expires: duration
    .default(SEND_EXPIRES)
    .describe('What is later than this, after a pause or a downtime, is skipped.'),
};
const steps: z.ZodType<Step[]> = z.lazy(() => z.array(step).max(MAX_STEPS));
const someSteps: z.ZodType<Step[]> = z.lazy(() => z.array(step).min(1).max(MAX_STEPS));
const MAX_STEPS = 50;
const step: z.ZodType<Step> = z
  .lazy(() =>
    z.union([
      z.strictObject({ ...expiring, send: delivery }),
      z.strictObject({
        ...expiring,
        task: z.strictObject({
          title: text(200),
          due: duration,
          owner: text(100).optional().describe('Whom the task is for, as your team calls them.'),
        }),
      }),
      z.strictObject({
        ...conditional,
        tag: z.union([z.strictObject({ add: tagId }), z.strictObject({ remove: tagId })]),
      }),
      z.strictObject({
        ...conditional,
        flag: z.union([z.strictObject({ set: text(64) }), z.strictObject({ clear: text(64) })]),
      }),
      z.strictObject({ ...conditional, points: z.number().min(-1000).max(1000) }),
      z.strictObject({ ...conditional, end: z.literal(true).describe('The run is over here.') }),
      z.strictObject({
        id: named,
        waitFor: condition.describe(
          'Goes on as soon as this happens, and at once where the lead is so already, as in a stage …',
        ),
        within: duration.describe('… or, with "else", after this time.'),
        steps: steps.default([]).describe('Done where it has happened.'),
        else: steps.default([]).describe('Done where it has not.'),
      }),
      z.strictObject({
        ...timing,
        branch: z
          .array(z.strictObject({ if: condition, steps: someSteps }))
          .min(1)
          .max(20)
          .describe('The first whose condition holds.'),
        else: steps.default([]),
      }),
      z.strictObject({
        ...timing,
        split: z
          .array(z.strictObject({ id, share: z.number().gt(0).lt(1), steps }))
          .min(2)
          .max(10)
          .describe('By chance, always the same for one lead; the shares make 1.'),
      }),
    ]),
  )
  .meta({ id: 'Step' });

const start = z.union([
  touchpointCondition.extend({
    unless: z
      .strictObject({ touchpoint: touchpointName, where: valueTests.optional(), within: duration })
      .optional()
      .describe(
        'Starts only if no such touchpoint follows within this time; each further start touchpoint counts anew.',
      ),
  }),
  z.strictObject({
    date: z
      .strictObject({
        trait: text(200).describe('Holds a date such as 2027-03-31, or a time with its zone.'),
        before: duration.optional(),
        after: duration.optional(),
        yearly: z.boolean().default(false).describe('On each anniversary, as for a birthday.'),
      })
      .refine(({ before, after }) => before === undefined || after === undefined, {
        error: 'either before or after the date',
      }),
  }),
  z.strictObject({ api: z.literal(true).describe('Only by POST /v1/sequences/{id}/enrollments.') }),
  condition,
]);
const DEFAULT_HOLDOUT = 0.1;

export const sequence = z
  .strictObject({
    id,
    preset: z
      .enum(SEQUENCE_PRESET_IDS)
      .optional()
      .describe(
        'A sequence ready to switch on; see GET /v1/sequence-presets. Every key beside it goes before that of the preset.',
      ),
    start,
    goal: condition
      .optional()
      .describe('Ends the sequence; what is not yet sent is skipped. Who is there already does not enter.'),
    exit: condition
      .optional()
      .describe('Ends it too, but is no success. Whom it is true of already does not enter.'),
    priority: z
      .int()
      .min(-100)
      .max(100)
      .default(0)
      .describe(
        'Of two messages that are due, the higher goes first: the contact budget may have room for one.',
      ),
    holdout: z
      .number()
      .min(0)
      .max(0.9)
      .optional()
      .describe(
        'The share of leads deliberately not contacted, to measure what the sequence brings. [holdout=0.1 where a step addresses the person, else 0]',
      ),
    reentry: z
      .union([duration, z.literal('never')])
      .default('7d')
      .describe(
        'A sequence that ran to its end may start again after this. One whose goal was met may at once.',
      ),
    paused: z
      .boolean()
      .default(false)
      .describe('Nobody enters, and nothing is sent; once it goes on, what is too late is skipped.'),
    steps: z.array(step).min(1).max(MAX_STEPS),
  })
  .transform((sequence) => ({
    ...sequence,
    holdout: sequence.holdout ?? (sequence.steps.some(addressesPerson) ? DEFAULT_HOLDOUT : 0),
  }));

/** And not the owner's own people or systems only. */
function addressesPerson(each: Step): boolean {
  if ('send' in each) return CHANNEL_KINDS[each.send.channel]?.addresses === 'person';
  return innerOf(each).some((inner) => inner.steps.some(addressesPerson));
}

export type SequenceInput = z.input<typeof sequence>;
