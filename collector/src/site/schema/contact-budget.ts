/** How often one person may be addressed. */
import { z } from 'zod';
import { MAX_CONTACTS_PER_WEEK } from '../limits.ts';
import { duration } from './basics.ts';

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day such as "21:00"' });

export const contactBudget = z.strictObject({
  prompts: z
    .strictObject({
      perSession: z.int().min(0).max(20).default(1),
      cooldown: duration.default('7d').describe('Between any two prompts for one person.'),
      cooldowns: z
        .strictObject({
          survey: duration.optional(),
          exit_poll: duration.optional(),
          cart_nudge: duration.optional(),
          message: duration.optional(),
          lead_form: duration.optional(),
        })
        .optional()
        .describe('Between two prompts of one kind, where that is to be longer.'),
      afterDismissal: duration
        .optional()
        .describe('Before a dismissed prompt may come again. [afterDismissal="30d"]'),
    })
    .default({ perSession: 1, cooldown: '7d' }),
  messages: z.strictObject({ perWeek: z.int().min(0).max(100).default(3) }).default({ perWeek: 3 }),
  perWeek: z
    .int()
    .min(0)
    .max(MAX_CONTACTS_PER_WEEK)
    .optional()
    .describe('Prompts and messages together, in any seven days. [perWeek=unlimited]'),
  quietHours: z
    .tuple([timeOfDay, timeOfDay])
    .optional()
    .describe('From, to; in the time zone of the lead, else of the site. No e-mail leaves in between.'),
});
