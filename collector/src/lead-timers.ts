/** Lets happen to leads what the passing of time brings: flags and segments that change, silences that are noted. */
import type { CompiledSites } from './compiled-sites.ts';
import type { Store } from './store/store.ts';

/** Leads in one transaction, between which requests get their turn. */
const SLICE = 200;

export interface LeadTimers {
  /** Works off what is due now; asked often, since it costs two looks into an index. @returns for how many leads */
  tick(): Promise<number>;
}

export function createLeadTimers(store: Store, sites: CompiledSites, now: () => number): LeadTimers {
  return {
    async tick() {
      let fired = 0;
      for (const siteId of await store.timers.dueSites(now())) {
        const advance = await sites(siteId);
        for (;;) {
          const count = await store.timers.fire(advance, now(), SLICE);
          fired += count;
          if (count < SLICE) break;
          await new Promise((turn) => setImmediate(turn));
        }
      }
      return fired;
    },
  };
}
