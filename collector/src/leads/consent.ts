import type { Consent } from '@handrail/sdk/protocol';
import type { LeadState } from './state.ts';
import type { Trust } from './touchpoint.ts';

const PURPOSES = ['analytics', 'marketing'] as const;

/**
 * A browser tells with each touchpoint how its visitor stands, and what it only repeats changes nothing: who refused
 * in a banner, and later agreed by the link in our mail, has agreed until the browser says something new.
 */
export function withConsent(
  { consent, saidConsent }: LeadState,
  said: Partial<Consent>,
  trust: Trust,
): Pick<LeadState, 'consent' | 'saidConsent'> {
  if (trust === 'server') return { consent: { ...consent, ...said }, saidConsent };
  const isNew = (purpose: keyof Consent) =>
    said[purpose] !== undefined && said[purpose] !== saidConsent[purpose];
  const news = PURPOSES.filter(isNew);
  if (news.length === 0) return { consent, saidConsent };
  const next = { ...consent };
  for (const purpose of news) next[purpose] = said[purpose] ?? 'pending';
  return { consent: next, saidConsent: { ...saidConsent, ...said } };
}
