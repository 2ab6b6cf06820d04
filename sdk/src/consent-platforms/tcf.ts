import { quietly } from '../quietly.ts';
import { whenThere } from './api.ts';
import type { Decide } from './index.ts';

interface TcData {
  eventStatus: 'tcloaded' | 'cmpuishown' | 'useractioncomplete';
  gdprApplies?: boolean;
  purpose: { consents: { [id: number]: boolean | undefined } };
}
type TcfApi = (
  command: 'addEventListener',
  version: 2,
  callback: (data: TcData, success: boolean) => void,
) => void;

/**
 * IAB's Transparency and Consent Framework, version 2. Analytics needs purpose 1 (store and access information on a
 * device), marketing also 3 and 4 (create a profile for, and select, personalised advertising). Where the GDPR does
 * not apply nobody is asked: analytics is granted, and marketing stays as it is.
 * https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework
 */
export function watchTcf(decide: Decide): void {
  whenThere<TcfApi>('__tcfapi', (api) =>
    api(
      'addEventListener',
      2,
      quietly(({ gdprApplies, eventStatus, purpose }: TcData, success: boolean) => {
        if (!success) return;
        if (gdprApplies === false) return decide({ analytics: 'granted' });
        // While its dialog is open, nothing is decided.
        if (eventStatus === 'cmpuishown') return;
        const { consents } = purpose;
        decide({
          analytics: consents[1] ? 'granted' : 'denied',
          marketing: consents[1] && consents[3] && consents[4] ? 'granted' : 'denied',
        });
      }),
    ),
  );
}
