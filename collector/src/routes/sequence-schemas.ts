/** The shapes of the answers about sequences, and of a lead's follow-ups. */
import { z } from '@hono/zod-openapi';
import { STEP_OUTCOMES } from '../follow-ups/walk.ts';
import { rateSchema } from './prompt-schemas.ts';
import { deliverySchema } from './schemas.ts';

const counts = {
  active: z.int(),
  completed: z.int(),
  goalMet: z.int(),
  exited: z.int(),
  /** In none of the others. */
  heldOut: z.int(),
};
const interval = { low: z.number(), high: z.number() };
const difference = z.object({ value: z.number(), ...interval, method: z.string() }).nullable();
const arm = z.object({ people: z.int(), reached: z.int(), rate: rateSchema.nullable() });
const reasons = z.array(z.object({ reason: z.string(), says: z.string(), count: z.int() }));
const outcome = z.enum(STEP_OUTCOMES);

export const sequenceSummarySchema = z
  .object({
    id: z.string(),
    paused: z.boolean(),
    /** The share that is held out. */
    holdout: z.number(),
    steps: z.int(),
    counts: z.object({ ...counts, /** Active runs with a message that waits for its time. */ due: z.int() }),
    /** Of the site's configuration, with the runs that still go by them; the latest first. */
    versions: z.array(z.object({ version: z.int(), active: z.int() })),
  })
  .openapi('SequenceSummary');

export const sequenceResultsSchema = z
  .object({
    sequenceId: z.string(),
    from: z.iso.date(),
    to: z.iso.date(),
    within: z.string(),
    /** ISO 4217: of all money here. */
    currency: z.string(),
    counts: z.object(counts),
    /** Why runs are over. */
    ended: reasons,
    steps: z.array(
      z.object({
        stepId: z.string(),
        what: z.string(),
        /** The site still has it. */
        isLive: z.boolean(),
        /** `null`: it sends nothing, or nothing was due yet. */
        channel: z.string().nullable(),
        due: z.int(),
        waiting: z.int(),
        sent: z.int(),
        delivered: z.int(),
        /** `null` where it is not counted. */
        opened: z.int().nullable(),
        clicked: z.int().nullable(),
        goal: rateSchema.nullable(),
        stopped: reasons,
        outcomes: z.array(
          z.object({ outcome, detail: z.string().nullable(), says: z.string(), count: z.int() }),
        ),
      }),
    ),
    splits: z.array(
      z.object({
        stepId: z.string(),
        /** `difference`: in percentage points, from the first arm. */
        arms: z.array(arm.extend({ id: z.string(), difference })),
        needs: z.int().nullable(),
      }),
    ),
    lift: z
      .object({
        treated: arm,
        heldOut: arm,
        difference,
        needs: z.int().nullable(),
        sampleRatio: z.object({
          expectedHoldout: z.number(),
          holdout: z.number().nullable(),
          isPlausible: z.boolean(),
          method: z.string(),
        }),
        money: z
          .object({
            treated: z.number().nullable(),
            heldOut: z.number().nullable(),
            difference,
            inAll: z.object({ value: z.number(), ...interval }).nullable(),
          })
          .nullable(),
      })
      .nullable(),
  })
  .openapi('SequenceResults');

const time = z.iso.datetime();
const base = {
  sequenceId: z.string(),
  /** "email cart-reminder" */
  what: z.string(),
  /** What became of it, in a sentence. */
  says: z.string(),
  /** When it happened, or is to. */
  at: time,
};
export const followUpSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('message'),
      ...base,
      stepId: z.string(),
      deliveryId: z.string(),
      channel: z.string(),
      status: deliverySchema.shape.status,
      reason: z.string().nullable(),
      checks: deliverySchema.shape.checks,
      dueAt: time,
      sentAt: time.nullable(),
      openedAt: time.nullable(),
      clickedAt: time.nullable(),
      bouncedAt: time.nullable(),
      detail: z.string().nullable(),
    }),
    z.object({
      kind: z.literal('flow'),
      ...base,
      stepId: z.string(),
      outcome,
      /** The way that was taken, what was marked, or why not. */
      detail: z.string().nullable(),
    }),
    z.object({
      kind: z.literal('run'),
      ...base,
      status: z.enum(['active', 'completed', 'goal_met', 'exited']),
      reason: z.string().nullable(),
      heldOut: z.boolean(),
      startedAt: time,
      endedAt: time.nullable(),
      goalAt: time.nullable(),
      /** Where the next step sends nothing: when it comes. */
      dueAt: time.nullable(),
    }),
  ])
  .openapi('FollowUp');
