/** What we hand out in links and take back: nobody else can make one, and none serves a purpose but its own. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export type Purpose = 'unsubscribe' | 'confirm' | 'click' | 'open';

/** @param context without blanks, as the payload is */
const signatureOf = (purpose: Purpose, payload: string, secret: Buffer, context: string): Buffer =>
  createHmac('sha256', secret).update(`${purpose} ${payload} ${context}`).digest();

/**
 * @param payload without dots and blanks
 * @param context must be the same when the token comes back, and is not in it
 */
export function signedToken(purpose: Purpose, payload: string, secret: Buffer, context = ''): string {
  return `${payload}.${signatureOf(purpose, payload, secret, context).toString('base64url')}`;
}

/** The payload; `null` for what we did not sign for this purpose, in this context. */
export function payloadOf(purpose: Purpose, token: string, secret: Buffer, context = ''): string | null {
  const [, signature = ''] = token.split('.');
  const payload = unverifiedPayloadOf(token);
  const expected = signatureOf(purpose, payload, secret, context);
  const given = Buffer.from(signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected) ? payload : null;
}

/** To look up the context that the token is then verified with. */
export const unverifiedPayloadOf = (token: string): string => token.split('.', 1)[0] ?? '';
