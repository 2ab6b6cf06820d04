import type { CaptureName } from './capture-names.ts';
import { isConsentState } from './consent.ts';
import type { Consent } from './protocol.ts';

export const CONSENT_PLATFORMS = ['tcf', 'gpp', 'consent-mode'] as const;
export type ConsentPlatform = (typeof CONSENT_PLATFORMS)[number];

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
  /** The consent platforms on the page that are asked what the visitor decided. [cmp=none] */
  cmp?: readonly ConsentPlatform[] | undefined;
  /**
   * What happens where the visitor has refused: `nothing`, or that views and touchpoints are counted, without an
   * id and without storing anything. [whenDenied='nothing']
   */
  whenDenied?: 'nothing' | 'cookieless' | undefined;
  /** Name of the page's GA4 data layer; `false` leaves it alone. [dataLayer='dataLayer'] */
  dataLayer?: string | false | undefined;
  /** What is not to be captured by itself; what the page calls for is recorded all the same. [off=nothing] */
  off?: readonly CaptureName[] | undefined;
  /** Whether the routes of this single-page app are in the hash. [hashRouting=false] */
  hashRouting?: boolean | undefined;
  /** Query parameters whose values are masked, besides those that always are. [scrubParams=none] */
  scrubParams?: readonly string[] | undefined;
  /**
   * Whether the values of click ids (`gclid`, …) are sent with the addresses that they are in, and not only which there
   * were. The site's configuration has to say the same for the collector to keep them. [clickIdValues=false]
   */
  clickIdValues?: boolean | undefined;
  /**
   * Keeps the visitor, the session and the decision in cookies that all subdomains of this domain share; `auto`
   * finds the widest that the browser allows. [cookieDomain=none: no cookie, each origin for itself]
   */
  cookieDomain?: string | undefined;
  /** Other domains of the site, with their subdomains, to which links and forms take the visitor along. [linkDomains=none] */
  linkDomains?: readonly string[] | undefined;
}

/** The same as the attributes of a script tag have them: lists as words, `off` for `false`, a consent for analytics. */
export type TagOptions = { [option in keyof Options]: string | undefined };

export interface Config {
  /** Whether there is a key and an address, without which nothing can work. */
  isUsable: boolean;
  writeKey: string;
  endpoint: string;
  consent: Partial<Consent>;
  cmp: readonly ConsentPlatform[];
  countsRefused: boolean;
  /** Empty: none. */
  dataLayer: string;
  off: readonly CaptureName[];
  hashRouting: boolean;
  scrubParams: readonly string[];
  clickIdValues: boolean;
  cookieDomain: string | undefined;
  linkDomains: readonly string[];
  /** Options that there are not, and those whose value is none: as they were given, for a warning. */
  wrong: object;
}

/** Fills in the defaults. */
export function readOptions({
  writeKey,
  endpoint,
  consent = {},
  cmp,
  whenDenied = 'nothing',
  dataLayer = 'dataLayer',
  off,
  hashRouting = false,
  scrubParams,
  clickIdValues = false,
  cookieDomain,
  linkDomains,
  ...wrong
}: Options | TagOptions): Config {
  const countsRefused = whenDenied === 'cookieless';
  const decision = (typeof consent === 'string' ? { analytics: consent } : consent) as Partial<Consent>;
  const address = String(endpoint);
  const isUsable = !!writeKey && /^https?:/.test(address);
  return {
    isUsable,
    writeKey: writeKey as string,
    endpoint: address.replace(/\/+$/, ''),
    consent: decision,
    cmp: words(cmp),
    countsRefused,
    dataLayer: dataLayer && dataLayer !== 'off' ? dataLayer : '',
    off: words(off),
    hashRouting: hashRouting !== false,
    scrubParams: words(scrubParams),
    clickIdValues: clickIdValues !== false,
    cookieDomain,
    linkDomains: words(linkDomains),
    wrong: {
      ...wrong,
      ...(!isUsable && { writeKey, endpoint }),
      ...(!Object.values(decision).every(isConsentState) && { consent: decision }),
      ...(!countsRefused && whenDenied !== 'nothing' && { whenDenied }),
    },
  };
}

function words<Word extends string>(given: readonly Word[] | string = []): readonly Word[] {
  return typeof given === 'string' ? (given.split(/[\s,]+/) as Word[]) : given;
}
