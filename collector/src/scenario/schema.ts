/** Scenario files: what a lead does, and what an owner expects of it. */
import { z } from 'zod';
import { duration, id, text, touchpointName } from '../site/schema/basics.ts';
import { bounds } from '../site/schema/condition.ts';

const properties = z.record(z.string(), z.json());
const consentState = z.enum(['granted', 'denied']);
const after = duration.describe("Since the scenario's start.");

const common = {
  after: after.default('0s'),
  trust: z
    .enum(['browser', 'server'])
    .default('browser')
    .describe('Whether it comes from a page, or by the secret key.'),
  userId: text(256).optional(),
  consent: z
    .strictObject({ analytics: consentState.optional(), marketing: consentState.optional() })
    .optional(),
  timezone: text(64).optional().describe('IANA name, for quiet hours.'),
};
const pageFields = {
  title: text(500).optional(),
  referrer: text(2000).optional(),
  campaign: z
    .strictObject({ name: text(200).optional(), source: text(200).optional(), medium: text(200).optional() })
    .optional(),
};
const path = text(2000).describe('Such as "/pricing".');

const touchpoint = z.union([
  z.strictObject({ ...common, ...pageFields, page: path.describe('A page view.') }),
  z.strictObject({
    ...common,
    ...pageFields,
    track: touchpointName.describe('A name such as "add_to_cart".'),
    properties: properties.optional(),
    on: path.optional().describe('The page that it happened on.'),
  }),
  z.strictObject({ ...common, identify: properties.describe('Traits.') }),
  z.strictObject({ ...common, group: text(256).describe('Id of a company.'), traits: properties.optional() }),
]);

const message = z.strictObject({
  sequence: id,
  step: z.int().min(0).optional().describe('The first is 0.'),
  after: after.optional(),
  channel: text(64).optional(),
  template: id.optional(),
  endpoint: id.optional(),
  task: text(200).optional().describe('Its title, as the site has it.'),
});

const expectation = z.strictObject({
  after,
  score: z
    .union([z.number(), z.strictObject(bounds)])
    .optional()
    .describe('To a tenth of a point.'),
  temperature: z.enum(['cold', 'warm', 'hot']).optional(),
  stage: id.optional(),
  fit: z.enum(['A', 'B', 'C', 'D']).nullable().optional(),
  flags: z.array(text(64)).optional().describe('All of them, in any order.'),
  tags: z.array(text(64)).optional().describe('All of them, in any order.'),
  segments: z.array(id).optional().describe('All of them, in any order.'),
  prompts: z
    .record(id, z.boolean())
    .optional()
    .describe('Whether the `if` of a prompt holds. Triggers and budgets are for the page to decide.'),
  messages: z
    .array(message)
    .optional()
    .describe('All that has gone out by then, in order. Only what is named of each is compared.'),
});

export const scenarioSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: text(200),
    start: z.iso
      .datetime({ offset: true })
      .default('2026-01-05T10:00:00Z')
      .describe('Matters for quiet hours. [start="2026-01-05T10:00:00Z", a Monday]'),
    touchpoints: z.array(touchpoint).max(1_000),
    expect: z.array(expectation).min(1).max(100),
  })
  .meta({ title: 'Handrail scenario' });

export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioTouchpoint = Scenario['touchpoints'][number];
export type Expectation = Scenario['expect'][number];

/** For editors: a file in the package. */
export const scenarioJsonSchema = (): object =>
  z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any' });
