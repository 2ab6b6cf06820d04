/** The site's configuration (DESIGN section 6): the one place that says which keys there are and what they mean. */
import { parseDuration } from '@handrail/sdk/condition';
import type { Condition, DurationText } from '@handrail/sdk/protocol';
import { z } from 'zod';

const duration = z
  .custom<DurationText>((text) => typeof text === 'string' && parseDuration(text) !== undefined, {
    error: 'expected a duration such as "90s", "30m", "1h" or "7d"',
  })
  .meta({ type: 'string', pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d|w)$', examples: ['90s', '30m', '1h', '7d'] });
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
  error: 'expected a short id of lower-case letters, digits and dashes, such as "pricing-exit"',
});
const touchpointName = z.string().min(1).max(128);
const text = (maxChars: number) => z.string().min(1).max(maxChars);

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const bounds = {
  gte: z.number().optional(),
  gt: z.number().optional(),
  lte: z.number().optional(),
  lt: z.number().optional(),
};
const valueTest = z.union([
  scalar,
  z.strictObject({
    ...bounds,
    in: z.array(scalar).min(1).max(200).optional(),
    exists: z.boolean().optional(),
  }),
]);
const valueTests = z.record(z.string().min(1).max(200), valueTest);

const TEMPERATURES = ['cold', 'warm', 'hot'] as const;
/** More would make the lead's memory of a windowed condition grow with it. */
const MAX_COUNT = 100;

const touchpointCondition = z.strictObject({
  touchpoint: touchpointName,
  where: valueTests.optional(),
  count: z.strictObject({ gte: z.int().min(1).max(MAX_COUNT) }).optional(),
  within: duration.optional(),
});

const condition: z.ZodType<Condition> = z
  .lazy(() =>
    z.union([
      touchpointCondition,
      z.strictObject({ all: z.array(condition).min(1).max(50) }),
      z.strictObject({ any: z.array(condition).min(1).max(50) }),
      z.strictObject({ not: condition }),
      z.strictObject({
        answer: z.strictObject({
          prompt: id,
          question: id.optional(),
          equals: z.string().optional(),
          ...bounds,
        }),
      }),
      z.strictObject({ trait: valueTests }),
      z.strictObject({ page: valueTests }),
      z.strictObject({ cart: valueTests }),
      z.strictObject({ stage: id }),
      z.strictObject({ temperature: z.enum(TEMPERATURES) }),
    ]),
  )
  .meta({ id: 'Condition' });

const scoreRule = z.strictObject({
  id,
  when: condition.describe('Scores each time a touchpoint that it names arrives and it then holds.'),
  points: z.number().min(-1000).max(1000).describe('May be negative. Halves every halfLifeDays.'),
  limit: z
    .strictObject({ times: z.int().min(1).max(MAX_COUNT), per: duration })
    .optional()
    .describe('At most so many times in any such stretch of time, so that a public key cannot pump a score.'),
});

const scoring = z.strictObject({
  halfLifeDays: z.number().min(0.1).max(3650).default(30),
  thresholds: z
    .strictObject({ warm: z.number().positive(), hot: z.number().positive() })
    .refine(({ warm, hot }) => warm < hot, { error: 'warm must be below hot', path: ['warm'] })
    .default({ warm: 20, hot: 50 })
    .describe('A score of exactly the threshold has reached it.'),
  rules: z.array(scoreRule).max(500).default([]),
  fit: z
    .array(z.strictObject({ when: condition, points: z.number().min(-1000).max(1000) }))
    .max(100)
    .default([])
    .describe(
      'Points for traits; they do not decay. Grade A from 75 % of the points there are, B 50 %, C 25 %, else D.',
    ),
});

const stage = z.strictObject({ id, when: condition.optional() });
const flag = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, { error: 'expected snake_case, such as "at_risk"' }),
  when: condition.describe('The flag is set while this holds.'),
});

const question = z.discriminatedUnion('type', [
  z.strictObject({
    id,
    type: z.literal('nps'),
    text: text(300),
    lowLabel: text(60).optional(),
    highLabel: text(60).optional(),
  }),
  z.strictObject({
    id,
    type: z.literal('choice'),
    text: text(300),
    options: z.array(text(120)).min(2).max(12),
    other: z.boolean().optional(),
  }),
  z.strictObject({ id, type: z.literal('text'), text: text(300), placeholder: text(120).optional() }),
]);

type TriggerDocument =
  | { exitIntent: true }
  | { idle: DurationText }
  | { dwell: DurationText }
  | { touchpoint: string }
  | { any: TriggerDocument[] };
const trigger: z.ZodType<TriggerDocument> = z
  .lazy(() =>
    z.union([
      z.strictObject({ exitIntent: z.literal(true) }),
      z.strictObject({ idle: duration }),
      z.strictObject({ dwell: duration }),
      z.strictObject({ touchpoint: touchpointName }),
      z.strictObject({ any: z.array(trigger).min(1).max(10) }),
    ]),
  )
  .meta({ id: 'Trigger' });

const askingPrompt = {
  id,
  on: trigger,
  if: condition.optional(),
  questions: z.array(question).min(1).max(3),
  thanks: text(200).optional(),
};
const prompt = z.discriminatedUnion('type', [
  z.strictObject({ ...askingPrompt, type: z.literal('survey') }),
  z.strictObject({ ...askingPrompt, type: z.literal('exit_poll') }),
  z.strictObject({
    id,
    type: z.literal('cart_nudge'),
    on: trigger,
    if: condition.optional(),
    title: text(120),
    text: text(300).optional(),
    action: z.strictObject({
      label: text(60),
      href: text(2000).regex(/^(\/(?!\/)|https?:\/\/)/, {
        error: 'expected a path such as "/cart" or an http(s) address',
      }),
    }),
  }),
]);

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day such as "21:00"' });
const contactBudget = z.strictObject({
  prompts: z
    .strictObject({ perSession: z.int().min(0).max(20).default(1), cooldown: duration.default('7d') })
    .default({ perSession: 1, cooldown: '7d' }),
  messages: z.strictObject({ perWeek: z.int().min(0).max(100).default(3) }).default({ perWeek: 3 }),
  quietHours: z
    .tuple([timeOfDay, timeOfDay])
    .optional()
    .describe('From, to; in the time zone of the lead, else of the site. No e-mail leaves in between.'),
});

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
const sequence = z.strictObject({
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

const template = z.strictObject({ subject: text(200), text: text(20_000) });
const endpoint = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'expected an http(s) address' }),
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/=]{32,}$/, {
      error: 'expected a Standard Webhooks secret: "whsec_" and base64 of 24 bytes or more',
    })
    .describe('Signs the deliveries. A site file may name an environment variable HANDRAIL_… instead.'),
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const siteSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: text(120),
    timezone: z
      .string()
      .refine(isTimeZone, { error: 'expected an IANA time zone such as "Europe/London"' })
      .default('UTC'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, { error: 'expected an ISO 4217 code such as "GBP"' })
      .default('USD'),
    origins: z
      .array(
        z
          .string()
          .regex(/^https?:\/\/[^/]+$/, { error: 'expected an origin such as "https://shop.example"' }),
      )
      .default([])
      .describe('Pages that may send touchpoints. [origins=any]'),
    scoring: scoring.default({ halfLifeDays: 30, thresholds: { warm: 20, hot: 50 }, rules: [], fit: [] }),
    stages: z
      .array(stage)
      .min(1)
      .max(20)
      .default([{ id: 'awareness' }]),
    flags: z.array(flag).max(50).default([]),
    prompts: z.array(prompt).max(100).default([]).describe('In order of priority.'),
    contactBudget: contactBudget.default({
      prompts: { perSession: 1, cooldown: '7d' },
      messages: { perWeek: 3 },
    }),
    email: z
      .strictObject({ from: text(200) })
      .optional()
      .describe('The sender of every e-mail.'),
    templates: z.record(id, template).default({}),
    endpoints: z.record(id, endpoint).default({}),
    sequences: z.array(sequence).max(100).default([]),
  })
  .meta({ title: 'Handrail site' });

/** A valid site, every default filled in. */
export type Site = z.output<typeof siteSchema>;
export type Sequence = Site['sequences'][number];
export type Step = Sequence['steps'][number];
export type ScoreRule = Site['scoring']['rules'][number];
export type Temperature = (typeof TEMPERATURES)[number];
