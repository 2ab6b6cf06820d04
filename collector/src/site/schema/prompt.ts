/** Prompts: what is shown, when and to whom. */
import type { DurationText } from '@handrail/sdk/protocol';
import { z } from 'zod';
import { duration, id, text, touchpointName } from './basics.ts';
import { condition } from './condition.ts';

const question = z.discriminatedUnion('type', [
  z.strictObject({
    id,
    type: z.literal('nps'),
    text: text(300),
    lowLabel: text(60).optional(),
    highLabel: text(60).optional(),
  }),
  z.strictObject({
    id,
    type: z.literal('choice'),
    text: text(300),
    options: z.array(text(120)).min(2).max(12),
    other: z.boolean().optional(),
  }),
  z.strictObject({ id, type: z.literal('text'), text: text(300), placeholder: text(120).optional() }),
]);

type TriggerDocument =
  | { exitIntent: true }
  | { idle: DurationText }
  | { dwell: DurationText }
  | { touchpoint: string }
  | { any: TriggerDocument[] };
const trigger: z.ZodType<TriggerDocument> = z
  .lazy(() =>
    z.union([
      z.strictObject({ exitIntent: z.literal(true) }),
      z.strictObject({ idle: duration }),
      z.strictObject({ dwell: duration }),
      z.strictObject({ touchpoint: touchpointName }),
      z.strictObject({ any: z.array(trigger).min(1).max(10) }),
    ]),
  )
  .meta({ id: 'Trigger' });

const askingPrompt = {
  id,
  on: trigger,
  if: condition.optional(),
  questions: z.array(question).min(1).max(3),
  thanks: text(200).optional(),
};
export const prompt = z.discriminatedUnion('type', [
  z.strictObject({ ...askingPrompt, type: z.literal('survey') }),
  z.strictObject({ ...askingPrompt, type: z.literal('exit_poll') }),
  z.strictObject({
    id,
    type: z.literal('cart_nudge'),
    on: trigger,
    if: condition.optional(),
    title: text(120),
    text: text(300).optional(),
    action: z.strictObject({
      label: text(60),
      href: text(2000).regex(/^(\/(?!\/)|https?:\/\/)/, {
        error: 'expected a path such as "/cart" or an http(s) address',
      }),
    }),
  }),
]);
