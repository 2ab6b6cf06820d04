/** What of a page's address is not kept, besides e-mail addresses, tokens and card numbers. */
import { z } from 'zod';
import { text } from './basics.ts';

export const scrub = z
  .strictObject({
    params: z
      .array(text(100))
      .max(100)
      .default([])
      .describe("More query parameters whose values are masked, as the SDK's `scrubParams`."),
    clickIdValues: z
      .boolean()
      .default(false)
      .describe('Whether the values of click ids (`gclid`, …) are kept, not only which there were.'),
  })
  .describe('What is masked in addresses, titles and properties that come from browsers.');
