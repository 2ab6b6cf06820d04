/** The wire contract as zod schemas; test/collector/wire.test.ts proves them equal to sdk/protocol.ts, both ways. */
import {
  DROP_REASONS,
  type JsonObject,
  MAX_BATCH_MESSAGES,
  MAX_ID_CHARS,
  MAX_MESSAGE_ID_CHARS,
  MAX_NAME_CHARS,
  PROMPT_REASONS,
} from '@handrail/sdk/protocol';
import { z } from 'zod';

/** Depth, `__proto__` and size are checked before (ingest/limits.ts): a plain JSON object is then safe to keep. */
const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'expected an object' },
);
const shortText = z.string().max(2_000);
const identifier = z.string().min(1).max(MAX_ID_CHARS);
const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), { error: 'expected an ISO 8601 time' });

/** The page, campaign and library fields are hints: one that is no text is left out rather than costing the message. */
const hint = shortText.optional().catch(undefined);
const contextSchema = z.object({
  page: z
    .object({ url: hint, path: hint, title: hint, referrer: hint, search: hint })
    .optional()
    .catch(undefined),
  campaign: z
    .object({ name: hint, source: hint, medium: hint, term: hint, content: hint })
    .optional()
    .catch(undefined),
  sessionId: z.string().min(1).max(MAX_ID_CHARS).optional(),
  consent: z.object({ categoryPreferences: z.record(z.string(), z.boolean()).optional() }).optional(),
  clickIds: z.array(z.string().max(MAX_NAME_CHARS)).max(20).optional().catch(undefined),
  cookieless: z.boolean().optional(),
  device: z
    .object({ type: z.enum(['phone', 'tablet', 'desktop']).optional() })
    .optional()
    .catch(undefined),
  traits: z.object({ email: hint, phone: hint }).optional().catch(undefined),
  locale: hint,
  timezone: hint,
  userAgent: hint,
  library: z.object({ name: hint, version: hint }).optional().catch(undefined),
});

const base = {
  messageId: z.string().min(1).max(MAX_MESSAGE_ID_CHARS).optional(),
  anonymousId: identifier.nullish(),
  userId: identifier.nullish(),
  timestamp: time.optional(),
  originalTimestamp: time.optional(),
  context: contextSchema.optional(),
};
const page = {
  ...base,
  name: z.string().max(MAX_NAME_CHARS).optional(),
  category: z.string().max(MAX_NAME_CHARS).optional(),
  properties: jsonObject.optional(),
};

export const messageSchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('track'),
    event: z.string().trim().min(1).max(MAX_NAME_CHARS),
    properties: jsonObject.optional(),
  }),
  z.object({ ...page, type: z.enum(['page', 'screen']) }),
  z.object({ ...base, type: z.literal('identify'), traits: jsonObject.optional() }),
  z.object({ ...base, type: z.literal('group'), groupId: identifier, traits: jsonObject.optional() }),
  z.object({ ...base, type: z.literal('alias'), previousId: identifier }),
]);

/** More in one batch is a broken client's or a hostile one's. */
const tally = z.int().min(0).max(100_000);
/** How often, by reason. A newer SDK may know more reasons: they are left out, and cost the others nothing. */
const tallies = <Reason extends string>(reasons: readonly Reason[]) =>
  z.preprocess(
    (given) =>
      typeof given === 'object' && given !== null
        ? Object.fromEntries(
            Object.entries(given).filter(([name]) => (reasons as readonly string[]).includes(name)),
          )
        : given,
    z.partialRecord(z.enum(reasons), tally),
  );

/** The messages are checked one by one: a bad one never costs its neighbours. */
export const batchEnvelopeSchema = z.object({
  batch: z.array(z.unknown()).max(MAX_BATCH_MESSAGES),
  sentAt: time.optional(),
  writeKey: z.string().optional(),
  context: z.record(z.string(), z.unknown()).optional(),
  drops: tallies(DROP_REASONS).optional().catch(undefined),
  decisions: z.record(z.string().max(MAX_NAME_CHARS), tallies(PROMPT_REASONS)).optional().catch(undefined),
});

/** Only for the contract test and the API's description. */
export const batchSchema = batchEnvelopeSchema.extend({
  batch: z.array(messageSchema).max(MAX_BATCH_MESSAGES),
  context: contextSchema.optional(),
});

const answerValue = z.union([z.number(), z.string(), z.array(z.string())]);
const timeOrNull = z.string().nullable();
const leadFactsSchema = z.object({
  now: z.string(),
  stage: z.string(),
  temperature: z.enum(['cold', 'warm', 'hot']),
  flags: z.array(z.string()),
  tags: z.array(z.string()),
  segments: z.array(z.string()),
  source: z
    .object({
      channel: z.string(),
      source: z.string().nullable(),
      medium: z.string().nullable(),
      campaign: z.string().nullable(),
    })
    .nullable(),
  sessionCount: z.int(),
  answers: z.record(z.string(), answerValue),
  prompts: z.record(
    z.string(),
    z.object({
      shown: z.int(),
      lastShownAt: timeOrNull,
      answeredAt: timeOrNull,
      dismissedAt: timeOrNull,
      arm: z.enum(['shown', 'holdout']).nullable(),
    }),
  ),
  contacts: z.array(z.string()),
});

export const batchResultSchema = z.object({
  success: z.literal(true),
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(
    z.object({ index: z.int(), messageId: z.string().nullable(), code: z.string(), message: z.string() }),
  ),
  lead: leadFactsSchema.optional(),
});
