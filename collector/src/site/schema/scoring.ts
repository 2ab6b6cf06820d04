/** Score, fit, stages, flags, tags, segments. */
import { z } from 'zod';
import { MAX_COUNT } from '../limits.ts';
import { duration, flagId, id, tagId, text } from './basics.ts';
import { condition } from './condition.ts';

const scoreRule = z.strictObject({
  id,
  when: condition.describe('Scores each time a touchpoint that it names arrives and it then holds.'),
  points: z.number().min(-1000).max(1000).describe('May be negative. Halves every halfLifeDays.'),
  limit: z
    .strictObject({ times: z.int().min(1).max(MAX_COUNT), per: duration })
    .optional()
    .describe('At most so many times in any such stretch of time, so that a public key cannot pump a score.'),
  group: id.optional().describe('A group of rules, by its id, whose points are capped together.'),
});

const scoreGroup = z.strictObject({
  id,
  cap: z
    .number()
    .positive()
    .max(100_000)
    .describe(
      'The most that its rules give together. What goes over it is given in part, as the ledger shows; points below 0 always count, and make room.',
    ),
  per: duration
    .optional()
    .describe(
      'Any such stretch of time, in which there are 100 contributions at most. [per=none: the cap holds for what is left of the points after decay]',
    ),
});

export const scoring = z.strictObject({
  conversion: condition
    .default({ touchpoint: 'purchase' })
    .describe('What a score is to foretell; preview and suggest measure by it. [conversion=a purchase]'),
  halfLifeDays: z.number().min(0.1).max(3650).default(30),
  thresholds: z
    .strictObject({ warm: z.number().positive(), hot: z.number().positive() })
    .refine(({ warm, hot }) => warm < hot, { error: 'warm must be below hot', path: ['warm'] })
    .default({ warm: 20, hot: 50 })
    .describe('A score of exactly the threshold has reached it.'),
  rules: z.array(scoreRule).max(500).default([]),
  groups: z.array(scoreGroup).max(100).default([]),
  fit: z
    .array(z.strictObject({ when: condition, points: z.number().min(-1000).max(1000) }))
    .max(100)
    .default([])
    .describe(
      'Points for traits; they do not decay. Grade A from 75 % of the points there are, B 50 %, C 25 %, else D.',
    ),
});

export const stage = z.strictObject({
  id,
  when: condition
    .optional()
    .describe(
      'Leads here from any earlier stage, once a touchpoint comes and this holds. Time alone moves nobody.',
    ),
  back: condition
    .optional()
    .describe('Leads back here from any later stage, at the touchpoint with which this begins to hold.'),
});
export const flag = z.strictObject({
  id: flagId,
  when: condition
    .optional()
    .describe(
      'The flag is up while this holds, also where it is the passing of time that changes it. [when=only steps of sequences and hands set it]',
    ),
});
export const tag = z.strictObject({
  id: tagId,
  when: condition
    .optional()
    .describe('Puts the tag on, for good, once a touchpoint comes and this holds. [when=by hand only]'),
});
export const segment = z.strictObject({
  id,
  name: text(120).optional(),
  when: condition.describe('Those leads are in it for whom this holds now.'),
});
