/** What the page's consent platform knows becomes Handrail's consent. Loaded only where a site names its platform. */
import { CONSENT_PLATFORMS, type ConsentPlatform } from '../config.ts';
import { hasGlobalPrivacyControl } from '../consent.ts';
import { type OptionsCheckLoader, warnOf } from '../options-warning.ts';
import type { Consent } from '../protocol.ts';
import { watchConsentMode } from './consent-mode.ts';
import { watchGpp } from './gpp.ts';
import { watchTcf } from './tcf.ts';

export type Decide = (decision: Partial<Consent>) => void;

/** @param decide told of each decision, the one that is known already and every later one */
export function watchConsentPlatforms(
  platforms: readonly ConsentPlatform[],
  dataLayer: unknown[] | undefined,
  decide: Decide,
  loaders: OptionsCheckLoader,
): void {
  warnOf(platforms.every((each) => CONSENT_PLATFORMS.includes(each)) ? {} : { cmp: platforms }, loaders);
  // What a platform concludes for marketing is no grant to this very site, which alone would outweigh the browser's no.
  const decideWithGpc: Decide = hasGlobalPrivacyControl()
    ? (decision) => decide({ ...decision, marketing: 'denied' })
    : decide;
  if (platforms.includes('tcf')) watchTcf(decideWithGpc);
  if (platforms.includes('gpp')) watchGpp(decideWithGpc);
  if (platforms.includes('consent-mode') && dataLayer) watchConsentMode(dataLayer, decideWithGpc);
}
