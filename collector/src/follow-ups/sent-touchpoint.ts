/** What was sent to a lead, and what came of it, as touchpoints of the lead's own history. Pure. */
import type { JsonObject } from '@handrail/sdk/protocol';
import { ownNote } from '../leads/own-notes.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import type { LeasedDelivery } from '../store/follow-ups.ts';

/** `email_sent`, `sms_sent`. Its id is made from the delivery's, so that it can be stored but once. */
export function sentTouchpoint({ publicId, channel, origin }: LeasedDelivery, now: number): Touchpoint {
  const about = origin.kind === 'step' ? { sequenceId: origin.enrollment.sequenceId, step: origin.step } : {};
  return collectorTouchpoint(
    messageIdOf(publicId),
    `${channel}_sent`,
    { deliveryId: publicId, ...about },
    now,
  );
}

/** And not one that a site's own server has sent, of a mail of its own. */
export function isSentTouchpoint({ messageId, trust, properties: { deliveryId } }: Touchpoint): boolean {
  return trust === 'server' && typeof deliveryId === 'string' && messageId === messageIdOf(deliveryId);
}

const messageIdOf = (deliveryId: string) => `sent-${deliveryId}`;

/** @param bot what says that no person did it */
export function collectorTouchpoint(
  messageId: string,
  name: string,
  properties: JsonObject,
  now: number,
  bot: string | null = null,
): Touchpoint {
  return { ...ownNote(name, properties, messageId, now, now), bot };
}
