/** The shapes of the owner API, for its checks and its description. */

import type { Condition, JsonObject } from '@handrail/sdk/protocol';
import { z } from '@hono/zod-openapi';
import type { SequenceInput } from '../site/schema/sequence.ts';

const time = z.iso.datetime();
const source = z.object({
  channel: z.string(),
  source: z.string().nullable(),
  medium: z.string().nullable(),
  campaign: z.string().nullable(),
});
const consentState = z.enum(['granted', 'denied', 'pending']);
const json = z.custom<JsonObject>().openapi({ type: 'object', additionalProperties: true });

const cartItem = z.object({
  item_id: z.string(),
  item_name: z.string().optional(),
  price: z.number().optional(),
  quantity: z.number().optional(),
  image_url: z.string().optional(),
});

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    field: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem');

const reason = z.object({
  /** `null`: the passing of time. */
  touchpoint: z.string().nullable(),
  messageId: z.string().nullable(),
  /** The step of a sequence that did it. */
  by: z.object({ sequenceId: z.string(), stepId: z.string() }).nullable(),
  timestamp: time,
});

export const leadSchema = z
  .object({
    id: z.string(),
    userId: z.string().nullable(),
    email: z.string().nullable(),
    name: z.string().nullable(),
    traits: json,
    group: z.object({ id: z.string(), traits: json }).nullable(),
    score: z.number(),
    temperature: z.enum(['cold', 'warm', 'hot']),
    coolsAt: time.nullable(),
    fit: z.enum(['A', 'B', 'C', 'D']).nullable(),
    stage: z.string(),
    stageReason: reason.nullable(),
    flags: z.array(z.string()),
    flagReasons: z.record(z.string(), reason),
    tags: z.array(z.string()),
    tagReasons: z.record(z.string(), reason),
    segments: z.array(z.string()),
    source: z.object({ first: source, last: source }).nullable(),
    consent: z.object({ analytics: consentState, marketing: consentState }),
    cart: z
      .object({
        items: z.array(cartItem),
        value: z.number(),
        currency: z.string().nullable(),
        changedAt: time,
      })
      .nullable(),
    device: z.enum(['phone', 'tablet', 'desktop']).nullable(),
    firstSeenAt: time,
    lastSeenAt: time,
    silentSince: time.nullable(),
    nextDueAt: time.nullable(),
    identifiedAt: time.nullable(),
    touchpointCount: z.int(),
    sessionCount: z.int(),
  })
  .openapi('Lead');

export const mergeSchema = z
  .object({
    id: z.string(),
    /** As it was known then. */
    from: z.object({ id: z.string(), userId: z.string().nullable(), email: z.string().nullable() }),
    into: z.string(),
    reason: z.enum(['identified', 'same_email', 'same_phone', 'alias', 'by_owner']),
    /** The message that told; `null` where a person decided. */
    messageId: z.string().nullable(),
    by: z.string().nullable(),
    timestamp: time,
  })
  .openapi('Merge');

export const leadDetailSchema = leadSchema
  .extend({
    traitOrigins: z.record(z.string(), z.object({ trust: z.enum(['browser', 'server']), timestamp: time })),
    stageMoves: z.array(
      z.object({
        from: z.string(),
        to: z.string(),
        touchpoint: z.string(),
        messageId: z.string(),
        timestamp: time,
      }),
    ),
    /** All that it answers to, with who says so. */
    identifiers: z.array(
      z.object({
        kind: z.enum(['user', 'email', 'phone']),
        value: z.string(),
        trust: z.enum(['browser', 'server']),
      }),
    ),
    /** The latest hundred; `/v1/leads/{id}/merges` has all. */
    mergedFrom: z.array(mergeSchema),
  })
  .openapi('LeadDetail');

/** The group whose cap has cut a contribution, and what the rule gives otherwise. */
const capped = z.object({ groupId: z.string(), rulePoints: z.number() }).nullable();

export const scoreSchema = z
  .object({
    score: z.number(),
    at: time,
    halfLifeDays: z.number(),
    version: z.int(),
    entries: z.array(
      z.object({
        ruleId: z.string(),
        version: z.int(),
        points: z.number(),
        current: z.number(),
        capped,
        messageId: z.string(),
        touchpoint: z.string(),
        timestamp: time,
      }),
    ),
  })
  .openapi('Score');

export const touchpointSchema = z
  .object({
    messageId: z.string(),
    type: z.enum(['track', 'page', 'identify', 'group', 'alias']),
    name: z.string(),
    originalName: z.string().nullable(),
    timestamp: time,
    receivedAt: time,
    sessionId: z.string().nullable(),
    visitorId: z.string().nullable(),
    trust: z.enum(['browser', 'server']),
    /** What says that no person did it. */
    bot: z.string().nullable(),
    page: z
      .object({
        url: z.string().nullable(),
        path: z.string().nullable(),
        title: z.string().nullable(),
        referrer: z.string().nullable(),
      })
      .nullable(),
    channel: z.string().nullable(),
    properties: json,
  })
  .openapi('Touchpoint');

export const timelineEntrySchema = z
  .discriminatedUnion('type', [
    touchpointSchema.extend({
      type: z.literal('touchpoint'),
      scoreEntries: z.array(z.object({ ruleId: z.string(), points: z.number(), capped })),
      stageMove: z.object({ from: z.string(), to: z.string() }).nullable(),
    }),
    z.object({
      type: z.literal('delivery'),
      timestamp: time,
      id: z.string(),
      /** Of a step; `null` where it tells of an `event`. */
      sequenceId: z.string().nullable(),
      step: z.int().nullable(),
      event: z.string().nullable(),
      channel: z.string(),
      status: z.enum(['due', 'leased', 'sent', 'failed', 'skipped']),
      reason: z.string().nullable(),
    }),
    z.object({
      type: z.literal('merge'),
      timestamp: time,
      /** The one that turned out to be this one. */
      leadId: z.string(),
      reason: z.string(),
      messageId: z.string().nullable(),
    }),
  ])
  .openapi('TimelineEntry');

const condition = z.custom<Condition>().openapi({ type: 'object', description: 'As in a site file.' });

export const sitePresetSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    stages: z.array(z.object({ id: z.string(), when: condition.optional(), back: condition.optional() })),
    flags: z.array(z.object({ id: z.string(), when: condition })),
  })
  .openapi('SitePreset');

export const sequencePresetSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    /** What it is for. */
    purpose: z.string(),
    /** What it goes by that no page tells by itself. */
    expects: z.object({
      touchpoints: z.array(z.string()),
      traits: z.array(z.string()),
      prompts: z.array(z.string()),
    }),
    sequence: z.custom<SequenceInput>().openapi({ type: 'object', description: 'As in a site file.' }),
    templates: z.record(z.string(), z.object({ subject: z.string(), text: z.string() })),
  })
  .openapi('SequencePreset');

export const segmentListSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullable(),
      when: condition,
      leads: z.int(),
    }),
  ),
  next: z.null(),
});

export const answerSchema = z
  .object({
    id: z.string(),
    leadId: z.string(),
    leadName: z.string().nullable(),
    leadEmail: z.string().nullable(),
    promptId: z.string(),
    promptType: z.string().nullable(),
    questionId: z.string(),
    /** As it was asked, else as the site asks it now. */
    questionText: z.string().nullable(),
    questionType: z.string().nullable(),
    value: z.union([z.string(), z.number(), z.array(z.string())]),
    timestamp: time,
    page: touchpointSchema.shape.page,
    /** Paths of the pages seen before it in its session, the earliest first. */
    pathsBefore: z.array(z.string()),
    /** Of the cart, then. */
    cartValue: z.number().nullable(),
    /** Touchpoints of its session that tell of trouble, by name. */
    friction: z.record(z.string(), z.int()),
  })
  .openapi('Answer');

export const deliverySchema = z
  .object({
    id: z.string(),
    /** `null`: about no lead. */
    leadId: z.string().nullable(),
    /** Of a step; `null` for an event's. */
    sequenceId: z.string().nullable(),
    step: z.int().nullable(),
    /** The event that it tells of, such as `lead.stage_changed`; `null` for a step's. */
    event: z.string().nullable(),
    channel: z.string(),
    endpoint: z.string().nullable(),
    status: z.enum(['due', 'leased', 'sent', 'failed', 'skipped']),
    reason: z.string().nullable(),
    checks: z.array(z.object({ check: z.string(), passed: z.boolean() })),
    dueAt: time,
    sentAt: time.nullable(),
    attempts: z.int(),
    detail: z.string().nullable(),
  })
  .openapi('Delivery');

export const deliveryLogSchema = deliverySchema
  .extend({
    log: z.array(
      z.object({
        attempt: z.int(),
        at: time,
        outcome: z.enum(['sent', 'retry', 'failed']),
        detail: z.string(),
        tookMs: z.int().nullable(),
      }),
    ),
  })
  .openapi('DeliveryLog');

export const endpointSchema = z
  .object({
    id: z.string(),
    /** Of its address, whose path may be a secret. */
    origin: z.string(),
    events: z.array(z.string()),
    /** Name of the preset; `own` for one of the site's own. */
    mapping: z.string().nullable(),
    status: z.enum(['active', 'failing', 'disabled']),
    disabledReason: z.enum(['gone', 'failing', 'by_hand']).nullable(),
    disabledAt: time.nullable(),
    failingSince: time.nullable(),
    lastSuccessAt: time.nullable(),
    lastFailureAt: time.nullable(),
    lastFailure: z.string().nullable(),
    due: z.int(),
    failed: z.int(),
  })
  .openapi('Endpoint');

export const suppressionSchema = z
  .object({
    email: z.string(),
    /** `null`: everything. */
    topic: z.string().nullable(),
    reason: z.enum(['unsubscribed', 'bounced', 'complained', 'manual']),
    detail: z.string().nullable(),
    at: time,
  })
  .openapi('Suppression');

export const taskSchema = z
  .object({
    id: z.string(),
    leadId: z.string(),
    leadName: z.string().nullable(),
    leadEmail: z.string().nullable(),
    sequenceId: z.string(),
    title: z.string(),
    reason: z.string(),
    owner: z.string().nullable(),
    status: z.enum(['open', 'done']),
    dueAt: time,
    overdue: z.boolean(),
    snoozed: z.boolean(),
    /** As first promised, before any snooze. */
    promisedAt: time,
    createdAt: time,
    doneAt: time.nullable(),
  })
  .openapi('Task');

export const responseTimesSchema = z.object({
  tasks: z.int(),
  done: z.int(),
  medianSeconds: z.number().nullable(),
  p90Seconds: z.number().nullable(),
  shareWithinPromise: z.number().nullable(),
});

export const rejectedSchema = z
  .object({
    id: z.string(),
    messageId: z.string().nullable(),
    code: z.string(),
    message: z.string(),
    receivedAt: time,
    replayedAt: time.nullable(),
    body: z.string(),
  })
  .openapi('RejectedMessage');
