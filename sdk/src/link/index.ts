/** Keeps one visitor one, over subdomains and over domains. Loaded before all else, and only where that is asked for. */
import type { Config } from '../config.ts';
import type { KeyValueStorage } from '../storage.ts';
import { adoptVisitor } from '../visitor.ts';
import { shareOverSubdomains } from './cookies.ts';
import { decorateLinks } from './decorate.ts';
import { isHandOver, PARAMETER, readHandOver, withoutHandOver, writeHandOver } from './parameter.ts';

export interface Link {
  /** Of visitor, session and decision. */
  storage: KeyValueStorage;
  /** With consent: the visitor is the one that the page before, on another domain, has handed over, if it has. */
  adopt(): void;
  /** Takes the visitor along to the site's other domains, with consent. Returns how to stop. */
  handOver(anonymousId: () => string): () => void;
}

export function createLink(
  { writeKey, cookieDomain, linkDomains }: Pick<Config, 'writeKey' | 'cookieDomain' | 'linkDomains'>,
  storage: KeyValueStorage,
): Link {
  const browser = `${navigator.userAgent} ${navigator.language} ${writeKey}`;
  const identity = cookieDomain ? shareOverSubdomains(storage, cookieDomain, document) : storage;
  const handedOver = receive(browser);
  return {
    storage: identity,
    adopt() {
      if (handedOver) adoptVisitor(handedOver, identity);
    },
    handOver: (anonymousId) =>
      linkDomains.length > 0
        ? decorateLinks(linkDomains, () => writeHandOver(anonymousId(), browser, Date.now()))
        : () => {},
  };
}

/** Also takes it out of the address bar, from where it would be copied, and recorded with the page. */
function receive(browser: string): string | undefined {
  const text = new URLSearchParams(location.search).get(PARAMETER);
  if (!text || !isHandOver(text)) return undefined;
  history.replaceState(history.state, '', withoutHandOver(location.href));
  return readHandOver(text, browser, Date.now());
}
