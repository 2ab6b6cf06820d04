import type { Consent } from './protocol.ts';

export interface Options {
  /** The site's public key, `pk_…`. */
  writeKey: string;
  /** Address of the collector, such as `https://collect.example`. */
  endpoint: string;
  /**
   * What the visitor decided, as far as the host knows; it wins over what was decided on an earlier page.
   * [consent=as granted on an earlier page, else pending]
   */
  consent?: Partial<Consent> | undefined;
  /** Name of the page's GA4 data layer; `false` leaves it alone. [dataLayer='dataLayer'] */
  dataLayer?: string | false | undefined;
}

export type Config = { [option in keyof Options]-?: NonNullable<Options[option]> };

/** Fills in the defaults. Throws a `TypeError` that says which option is wrong. */
export function readOptions({ writeKey, endpoint, consent = {}, dataLayer = 'dataLayer' }: Options): Config {
  if (!writeKey) throw new TypeError('writeKey is missing');
  if (!/^https?:\/\/./.test(endpoint)) throw new TypeError(`endpoint is not an http(s) address: ${endpoint}`);
  return { writeKey, endpoint: endpoint.replace(/\/+$/, ''), consent, dataLayer };
}
