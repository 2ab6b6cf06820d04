/** How often one person may be addressed. */
import { z } from 'zod';
import { duration } from './basics.ts';

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day such as "21:00"' });
export const contactBudget = z.strictObject({
  prompts: z
    .strictObject({ perSession: z.int().min(0).max(20).default(1), cooldown: duration.default('7d') })
    .default({ perSession: 1, cooldown: '7d' }),
  messages: z.strictObject({ perWeek: z.int().min(0).max(100).default(3) }).default({ perWeek: 3 }),
  quietHours: z
    .tuple([timeOfDay, timeOfDay])
    .optional()
    .describe('From, to; in the time zone of the lead, else of the site. No e-mail leaves in between.'),
});
