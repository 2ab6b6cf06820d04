import { quietly } from '../quietly.ts';
import { whenThere } from './api.ts';
import type { Decide } from './index.ts';

/** By name (`tcfeuv2`, `usnat`, `usca`, …), each an object or, with its sub-sections, a list of them. */
type Sections = { [name: string]: Section | Section[] };
type Section = { [field: string]: unknown };
interface PingData {
  signalStatus: 'ready' | 'not ready';
  parsedSections: Sections;
}
interface GppEvent {
  pingData: PingData;
}
type GppApi = (command: 'addEventListener', callback: (event: GppEvent, success: boolean) => void) => void;

/** In the sections of the states of the USA 1 is "opted out" and 2 "did not". */
const OPT_OUTS = ['SaleOptOut', 'SharingOptOut', 'TargetedAdvertisingOptOut'];
const OPTED_OUT = 1;

/**
 * IAB's Global Privacy Platform. The European section is read as in TCF. Those of the USA are opt-outs of sale,
 * sharing and targeted advertising: they say nothing against analytics, and any of them refuses marketing.
 * https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform
 */
export function watchGpp(decide: Decide): void {
  whenThere<GppApi>('__gpp', (api) =>
    api(
      'addEventListener',
      quietly(({ pingData }: GppEvent, success: boolean) => {
        if (!success || pingData.signalStatus !== 'ready') return;
        const { parsedSections } = pingData;
        const sectionsOf = (names: RegExp): Section[] =>
          Object.keys(parsedSections)
            .filter((name) => names.test(name))
            .flatMap((name) => {
              const section = parsedSections[name] ?? [];
              return Array.isArray(section) ? section : [section];
            });
        const european = sectionsOf(/^tcf/).find(({ PurposeConsents }) => PurposeConsents);
        // Not `uspv1`, which is the format before this one and has no such fields.
        const american = sectionsOf(/^us(?!p)/);
        if (european) {
          decideByPurposes(european.PurposeConsents, decide);
        } else if (american.length > 0) {
          const optedOut = american.some((section) => OPT_OUTS.some((field) => section[field] === OPTED_OUT));
          decide({ analytics: 'granted', marketing: optedOut ? 'denied' : 'granted' });
        }
      }),
    ),
  );
}

/** The first is purpose 1. */
function decideByPurposes(consents: unknown, decide: Decide): void {
  if (!Array.isArray(consents)) return;
  const [storing, , profiling, selecting] = consents;
  decide({
    analytics: storing ? 'granted' : 'denied',
    marketing: storing && profiling && selecting ? 'granted' : 'denied',
  });
}
