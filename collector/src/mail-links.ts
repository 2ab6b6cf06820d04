/** The last parts of links in our mails: each names a delivery, and only we can make one. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const unsubscribeToken = (deliveryId: string, secret: Buffer): string =>
  `${deliveryId}.${signatureOf(['unsubscribe', deliveryId], secret).toString('base64url')}`;

/** `null` for what we did not sign. */
export function unsubscribedDelivery(token: string, secret: Buffer): string | null {
  const { deliveryId, signature } = partsOf(token);
  return isSame(signature, signatureOf(['unsubscribe', deliveryId], secret)) ? deliveryId : null;
}

/**
 * Signed with the address that it went to: were it another's by now, who has the mail would confirm what is not
 * theirs.
 */
export const confirmToken = (deliveryId: string, address: string, secret: Buffer): string =>
  `${deliveryId}.${signatureOf(['confirm', deliveryId, address], secret).toString('base64url')}`;

/** The delivery that a link speaks of; whether it `isConfirmedBy` the link is another question. */
export const confirmedDelivery = (token: string): string => partsOf(token).deliveryId;

export function isConfirmedBy(token: string, address: string, secret: Buffer): boolean {
  const { deliveryId, signature } = partsOf(token);
  return isSame(signature, signatureOf(['confirm', deliveryId, address], secret));
}

function partsOf(token: string): { deliveryId: string; signature: Buffer } {
  const [deliveryId = '', signature = ''] = token.split('.');
  return { deliveryId, signature: Buffer.from(signature, 'base64url') };
}

/** No part has a blank in it. */
const signatureOf = (parts: string[], secret: Buffer): Buffer =>
  createHmac('sha256', secret).update(parts.join(' ')).digest();

const isSame = (given: Buffer, expected: Buffer): boolean =>
  given.length === expected.length && timingSafeEqual(given, expected);
