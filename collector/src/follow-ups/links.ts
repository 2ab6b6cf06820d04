/** The addresses in a mail that lead back to the collector, each signed. */
import { payloadOf, signedToken } from './signed-token.ts';

export interface DeliveryLinks {
  /** Where the reader chooses what to get; a POST to it is the one-click unsubscribe of RFC 8058. */
  unsubscribe: string;
  /**
   * By which the reader confirms that the address is theirs. Signed with the address that it goes to: were it another's
   * by then, who has the mail would confirm what is not theirs.
   */
  confirm(address: string): string;
  /** Leads on to `url`, and tells of the click. */
  click(url: string): string;
  /** An image of one pixel, which tells that the mail was opened. */
  pixel: string;
}

export interface Links {
  of(deliveryId: string): DeliveryLinks;
}

/** @param publicUrl of the collector, as readers reach it; no slash at its end */
export function signedLinks(publicUrl: string, secret: Buffer): Links {
  return {
    of: (deliveryId) => ({
      unsubscribe: `${publicUrl}/unsubscribe/${signedToken('unsubscribe', deliveryId, secret)}`,
      confirm: (address) => `${publicUrl}/confirm/${signedToken('confirm', deliveryId, secret, address)}`,
      click: (url) => `${publicUrl}/click/${signedToken('click', clickPayload(deliveryId, url), secret)}`,
      pixel: `${publicUrl}/open/${signedToken('open', deliveryId, secret)}`,
    }),
  };
}

/** For a look at a mail that is not sent: its links lead straight to where they should. */
export const previewLinks: DeliveryLinks = {
  unsubscribe: 'https://example.com/unsubscribe',
  confirm: () => 'https://example.com/confirm',
  click: (url) => url,
  pixel: 'https://example.com/open',
};

const clickPayload = (deliveryId: string, url: string) =>
  `${deliveryId}~${Buffer.from(url).toString('base64url')}`;

/** Of a click link: the target is in what we signed, so that nobody else's address is ever redirected to. */
export function clickOf(token: string, secret: Buffer): { deliveryId: string; url: string } | null {
  const [deliveryId, url] = payloadOf('click', token, secret)?.split('~') ?? [];
  return deliveryId && url ? { deliveryId, url: Buffer.from(url, 'base64url').toString() } : null;
}
