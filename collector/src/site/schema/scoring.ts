/** Score, fit, stages, flags. */
import { z } from 'zod';
import { duration, id } from './basics.ts';
import { condition, MAX_COUNT } from './condition.ts';

const scoreRule = z.strictObject({
  id,
  when: condition.describe('Scores each time a touchpoint that it names arrives and it then holds.'),
  points: z.number().min(-1000).max(1000).describe('May be negative. Halves every halfLifeDays.'),
  limit: z
    .strictObject({ times: z.int().min(1).max(MAX_COUNT), per: duration })
    .optional()
    .describe('At most so many times in any such stretch of time, so that a public key cannot pump a score.'),
});

export const scoring = z.strictObject({
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

export const stage = z.strictObject({ id, when: condition.optional() });
export const flag = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, { error: 'expected snake_case, such as "at_risk"' }),
  when: condition.describe('The flag is set while this holds.'),
});
