/** How e-mail leaves. */
import { z } from 'zod';
import { id, text } from './basics.ts';

export const email = z.strictObject({
  from: text(200).describe('The sender of every e-mail: "Olive & Oak <hello@shop.example>".'),
  trackClicks: z
    .boolean()
    .default(true)
    .describe('Links go by way of the collector, which records an email_clicked.'),
  trackOpens: z
    .boolean()
    .default(false)
    .describe('An invisible image records an email_opened. Many mail programs load it unasked, or never.'),
  perDomainPerMinute: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('So many e-mails a minute to one domain at most; the others wait for their turn.'),
  topics: z
    .array(z.strictObject({ id, label: text(100) }))
    .max(20)
    .default([])
    .describe('What readers can choose between; a template names one.'),
});
