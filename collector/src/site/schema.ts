/** The site's configuration (DESIGN section 6): the one place that says which keys there are and what they mean. */
import { getCountries } from 'libphonenumber-js/min';
import { z } from 'zod';
import { PRESET_IDS, PRESETS } from './presets.ts';
import { id, language, text } from './schema/basics.ts';
import { endpoint, template } from './schema/channels.ts';
import { contactBudget } from './schema/contact-budget.ts';
import { email } from './schema/email.ts';
import { prompt, theme } from './schema/prompt.ts';
import { flag, scoring, segment, stage, tag } from './schema/scoring.ts';
import { scrub } from './schema/scrub.ts';
import { sequence } from './schema/sequence.ts';

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** For editors: what a preset has, a document need not say; it is filled in before the document is read. */
const SPOKEN_FOR_BY_PRESET = {
  required: [],
  anyOf: [{ required: ['preset'] }, { required: ['id', 'start', 'steps'] }],
};

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
    language: language.default('en').describe('What the prompts are written in.'),
    country: z
      .enum(getCountries(), { error: 'expected an ISO 3166 code such as "GB"' })
      .optional()
      .describe('Of phone numbers that are written without one. [country=none: only numbers with "+" count]'),
    origins: z
      .array(
        z
          .string()
          .regex(/^https?:\/\/[^/]+$/, { error: 'expected an origin such as "https://shop.example"' }),
      )
      .default([])
      .describe('Pages that may send touchpoints. [origins=any]'),
    scrub: scrub.default({ params: [], clickIdValues: false }),
    scoring: scoring.prefault({}),
    preset: z
      .enum(PRESET_IDS)
      .optional()
      .describe(
        'A journey ready to use, with stages and flags, for a file that has no stages of its own; see GET /v1/site-presets. [preset="journey"]',
      ),
    stages: z
      .array(stage)
      .min(1)
      .max(20)
      .default(PRESETS.journey.stages)
      .describe('In their order. [stages=those of the preset]'),
    flags: z.array(flag).max(50).default([]),
    tags: z.array(tag).max(200).default([]),
    segments: z.array(segment).max(100).default([]),
    prompts: z.array(prompt).max(100).default([]).describe('In order of priority.'),
    theme: theme.optional(),
    contactBudget: contactBudget.default({
      prompts: { perSession: 1, cooldown: '7d' },
      messages: { perWeek: 3 },
    }),
    email: email.optional(),
    templates: z.record(id, template).default({}),
    endpoints: z.record(id, endpoint).default({}),
    sequences: z.array(sequence.meta(SPOKEN_FOR_BY_PRESET)).max(100).default([]),
  })
  .meta({ title: 'Handrail site' });

/** A valid site, every default filled in. */
export type Site = z.output<typeof siteSchema>;
export type Sequence = Site['sequences'][number];
export type { Step } from './schema/sequence.ts';
export type ScoreRule = Site['scoring']['rules'][number];
