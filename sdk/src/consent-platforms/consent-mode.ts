import { watchDataLayer } from '../data-layer.ts';
import type { Consent, ConsentState } from '../protocol.ts';
import type { Decide } from './index.ts';

/**
 * Google Consent Mode, as the data layer has it: `gtag('consent', 'default' | 'update', { … })`.
 * `analytics_storage` is analytics; `ad_user_data`, else `ad_storage`, is marketing.
 *
 * A refusal by `default` is only how a page begins before the visitor is asked, or the platform has said what was
 * decided earlier: taken for a decision it would erase the visitor on every page. A default for some regions is left
 * aside, since only Google knows where the visitor is.
 * https://developers.google.com/tag-platform/security/guides/consent
 */
export function watchConsentMode(entries: unknown[], decide: Decide): void {
  watchDataLayer({ entries, from: 0 }, (entry) => {
    if (typeof entry !== 'object' || entry === null || !('length' in entry)) return;
    const [command, kind, states] = [...(entry as unknown as Iterable<unknown>)];
    if (command !== 'consent' || typeof states !== 'object' || states === null || 'region' in states) return;
    const { analytics_storage, ad_user_data, ad_storage } = states as Record<string, unknown>;
    const decision: Partial<Consent> = {};
    const take = (purpose: keyof Consent, state: unknown) => {
      if (isDecision(state) && (kind === 'update' || state === 'granted')) decision[purpose] = state;
    };
    take('analytics', analytics_storage);
    take('marketing', ad_user_data ?? ad_storage);
    if (decision.analytics || decision.marketing) decide(decision);
  });
}

function isDecision(state: unknown): state is Exclude<ConsentState, 'pending'> {
  return state === 'granted' || state === 'denied';
}
