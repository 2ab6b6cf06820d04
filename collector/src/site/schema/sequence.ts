/** Follow-ups: sequences, and what they send where. */
import type { JsonValue } from '@handrail/sdk/protocol';
import { z } from 'zod';
import { CHANNEL_KINDS } from '../../follow-ups/channels/kinds.ts';
import { MAPPING_NAMES } from '../../follow-ups/channels/mapping-presets.ts';
import { EVENT_TYPES, listensTo } from '../../follow-ups/events.ts';
import { duration, id, text, touchpointName } from './basics.ts';
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
const stepTiming = {
  after: duration.describe('Counted from the touchpoint that started the sequence.'),
  if: condition.optional().describe('Else this step is skipped, and the next one still comes.'),
};
const step = z.union([
  z.strictObject({ ...stepTiming, send: delivery }),
  z.strictObject({
    ...stepTiming,
    task: z.strictObject({
      title: text(200),
      due: duration,
      owner: text(100).optional().describe('Whom the task is for, as your team calls them.'),
    }),
  }),
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

export const template = z.strictObject({
  subject: text(200),
  text: text(20_000).describe(
    'Plain text, of which the HTML is made; [label](https://…) makes a labelled link, {{field|fallback}} a merge field, and a line {{cart.items}} the cart.',
  ),
  topic: id.optional().describe('Of email.topics: readers can refuse one and keep the others.'),
});

const whsec = (meaning: string) =>
  z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/=]{32,}$/, {
      error: 'expected a Standard Webhooks secret: "whsec_" and base64 of 24 bytes or more',
    })
    .describe(`${meaning} A site file may name an environment variable HANDRAIL_… instead.`);
const json: z.ZodType<JsonValue> = z.json();
const jsonObject = z.record(z.string(), json);
const mapping = z
  .union([
    z.enum(MAPPING_NAMES),
    z.strictObject({ preset: z.enum(MAPPING_NAMES), fields: jsonObject }),
    z.strictObject({ body: jsonObject, needs: z.array(text(200)).max(20).optional() }),
  ])
  .describe('Sends what another API expects in place of a Standard Webhooks event.');
const eventGlob = text(100).refine((glob) => EVENT_TYPES.some((type) => listensTo(glob, type)), {
  error: `no event is called so: there are ${EVENT_TYPES.join(', ')}, and globs such as "lead.*"`,
});
/** Ours in every request. */
const RESERVED_HEADERS =
  /^(content-type|content-length|host|user-agent|webhook-.*|connection|transfer-encoding)$/i;
const headers = z.record(
  z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/, { error: 'expected the name of a header' })
    .refine((name) => !RESERVED_HEADERS.test(name), { error: 'this header is ours to set' }),
  z
    .string()
    .max(4_000)
    .regex(/^[\x20-\x7e]*$/, { error: 'expected printable ASCII on one line' }),
);
export const endpoint = z
  .strictObject({
    url: z.url({ protocol: /^https?$/, error: 'expected an http(s) address' }),
    secret: whsec('Signs the deliveries.').optional(),
    previousSecret: whsec('Signs them too while the secret is being changed.').optional(),
    events: z
      .array(eventGlob)
      .max(20)
      .default([])
      .describe('What it is told of besides the steps that name it: globs such as "lead.*".'),
    headers: headers.optional().describe('Such as Authorization, with a variable HANDRAIL_… for the token.'),
    mapping: mapping.optional(),
  })
  .refine(({ secret, mapping: own }) => secret !== undefined || own !== undefined, {
    error: 'missing: a secret, so that the receiver can tell your deliveries from others',
    path: ['secret'],
  });
