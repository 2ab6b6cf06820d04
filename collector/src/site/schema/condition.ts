/** The condition language: its meaning is in `@handrail/sdk/condition`. */
import type { Condition } from '@handrail/sdk/protocol';
import { z } from 'zod';
import { MAX_COUNT } from '../limits.ts';
import { duration, id, tagId, touchpointName } from './basics.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
export const bounds = {
  gte: z.number().optional(),
  gt: z.number().optional(),
  lte: z.number().optional(),
  lt: z.number().optional(),
};
const valueTest = z.union([
  scalar,
  z.strictObject({
    ...bounds,
    in: z.array(scalar).min(1).max(200).optional(),
    exists: z.boolean().optional(),
  }),
]);
export const valueTests = z.record(z.string().min(1).max(200), valueTest);

export const touchpointCondition = z.strictObject({
  touchpoint: touchpointName,
  where: valueTests.optional(),
  count: z.strictObject({ gte: z.int().min(1).max(MAX_COUNT) }).optional(),
  within: duration.optional(),
});

export const condition: z.ZodType<Condition> = z
  .lazy(() =>
    z.union([
      touchpointCondition,
      z.strictObject({ all: z.array(condition).min(1).max(50) }),
      z.strictObject({ any: z.array(condition).min(1).max(50) }),
      z.strictObject({ not: condition }),
      z.strictObject({
        answer: z.strictObject({
          prompt: id,
          question: id.optional(),
          equals: z.string().optional(),
          ...bounds,
        }),
      }),
      z.strictObject({ trait: valueTests }),
      z.strictObject({ page: valueTests }),
      z.strictObject({ cart: valueTests }),
      z.strictObject({ source: valueTests }),
      z.strictObject({ session: valueTests }),
      z.strictObject({ consent: valueTests }),
      z.strictObject({ device: z.enum(['phone', 'tablet', 'desktop']) }),
      z.strictObject({ stage: id }),
      z.strictObject({ temperature: z.enum(['cold', 'warm', 'hot']) }),
      z.strictObject({ flag: z.string().max(64) }),
      z.strictObject({ tag: tagId }),
      z.strictObject({ segment: id }),
    ]),
  )
  .meta({ id: 'Condition' });
