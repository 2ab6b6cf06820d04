/** What follow-ups are sent with: templates of mails, and the endpoints of webhooks. */
import type { JsonValue } from '@handrail/sdk/protocol';
import { z } from 'zod';
import { MAPPING_NAMES } from '../../follow-ups/channels/mapping-presets.ts';
import { EVENT_TYPES, listensTo } from '../../follow-ups/events.ts';
import { id, text } from './basics.ts';

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
