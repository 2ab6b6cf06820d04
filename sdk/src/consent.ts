import type { Consent, ConsentState } from './protocol.ts';
import type { KeyValueStorage } from './storage.ts';

const KEY = 'consent';
export const CONSENT_STATES: readonly ConsentState[] = ['granted', 'denied', 'pending'];

/**
 * What the host says now wins over what was decided on an earlier page, all of which a refusal makes void. Global Privacy Control, which is about
 * selling and sharing, refuses marketing, unless the visitor has granted it to this very site.
 * https://www.w3.org/TR/gpc/
 */
export function initialConsent(given: Partial<Consent>, storage: KeyValueStorage): Partial<Consent> {
  const known = { ...(given.analytics !== 'denied' && storage.get<Partial<Consent>>(KEY)), ...given };
  if (hasGlobalPrivacyControl() && known.marketing !== 'granted') known.marketing = 'denied';
  return known;
}

export function hasGlobalPrivacyControl(): boolean {
  return (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
}

/** Purposes not named, or given a state that does not exist, stay as they are. */
export function withDecision(consent: Consent, decision: Partial<Consent>): Consent {
  const { analytics, marketing } = decision;
  return {
    analytics: isConsentState(analytics) ? analytics : consent.analytics,
    marketing: isConsentState(marketing) ? marketing : consent.marketing,
  };
}

export function isConsentState(value: unknown): value is ConsentState {
  return CONSENT_STATES.includes(value as ConsentState);
}

/** Only ever called with analytics granted: before that, not even the decision is stored. */
export function rememberConsent(consent: Consent, storage: KeyValueStorage): void {
  storage.set(KEY, consent);
}

/** Whether an earlier page was allowed to store something, which a refusal must now remove. */
export function wasGrantedBefore(storage: KeyValueStorage): boolean {
  return storage.get(KEY) !== undefined;
}

/** Segment's `context.consent.categoryPreferences`: pending purposes are absent. */
export function categoryPreferences(consent: Consent): { [purpose: string]: boolean } {
  const preferences: { [purpose: string]: boolean } = {};
  for (const [purpose, state] of Object.entries(consent)) {
    if (state !== 'pending') preferences[purpose] = state === 'granted';
  }
  return preferences;
}
