/** Lets happen to leads what the passing of time brings: flags and segments that change, silences that are noted. */
import type { CompiledSites } from './compiled-sites.ts';
import type { Store } from './store/store.ts';

/** Leads in one transaction, between which requests get their turn. */
const SLICE = 200;

export interface LeadTimers {
  /**
   * Works off what is due now; asked often, since it costs two looks into an index.
   *
   * @param maxLeads whoever waits for it should not wait long. [maxLeads=all]
   * @returns for how many leads something was due
   */
  tick(maxLeads?: number): Promise<number>;
}

export function createLeadTimers(store: Store, sites: CompiledSites, now: () => number): LeadTimers {
  return {
    async tick(maxLeads = Number.POSITIVE_INFINITY) {
      let fired = 0;
      for (const siteId of await store.timers.dueSites(now())) {
        const advance = await sites(siteId);
        while (fired < maxLeads) {
          const slice = Math.min(SLICE, maxLeads - fired);
          const count = await store.timers.fire(advance, now(), slice);
          fired += count;
          if (count < slice) break;
          await new Promise((turn) => setImmediate(turn));
        }
      }
      return fired;
    },
  };
}

/**
 * Before a list by flags or segments is read: what time has changed is written down first, so that the list shows what
 * each lead by itself does. Bounded, since after days of standing still there may be much to write.
 */
export const MAX_LEADS_BEFORE_READ = 2_000;
