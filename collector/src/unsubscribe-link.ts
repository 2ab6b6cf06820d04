import { createHmac, timingSafeEqual } from 'node:crypto';

const signatureOf = (deliveryId: string, secret: Buffer): Buffer =>
  createHmac('sha256', secret).update(`unsubscribe ${deliveryId}`).digest();

/** The last part of the link in a mail; only we can make one. */
export const unsubscribeToken = (deliveryId: string, secret: Buffer): string =>
  `${deliveryId}.${signatureOf(deliveryId, secret).toString('base64url')}`;

/** `null` for what we did not sign. */
export function deliveryOf(token: string, secret: Buffer): string | null {
  const [deliveryId = '', signature = ''] = token.split('.');
  const expected = signatureOf(deliveryId, secret);
  const given = Buffer.from(signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected) ? deliveryId : null;
}
