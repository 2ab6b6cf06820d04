import { type Advance, advanceUnder, type Step } from './advance.ts';
import { foldsAlike } from './site/alike.ts';
import { type CompiledSite, compileSite } from './site/compile.ts';
import { readDocument, type Variables } from './site/document.ts';
import type { Store } from './store/store.ts';

/**
 * The rules each site's touchpoints are folded under, compiled once a version. What it gives follows a swap by itself,
 * so that a touchpoint that waited for its commit is folded under the version that is live by then.
 */
export interface CompiledSites {
  (siteId: number): Promise<Advance>;
  /** The latest version where it is not live yet, or is to be folded anew; with whether it folds every lead as the live one does. */
  next(siteId: number): Promise<{ site: CompiledSite; isAlike: boolean } | null>;
  /** To be called in the same turn in which the store has made it live. */
  swap(site: CompiledSite): void;
}

/** An update of the collector has changed what the fold remembers: each history is to be folded anew. */
const NOTHING_FOLDED = 0;

/** @param variables what `${HANDRAIL_…}` stands for. [variables=none] */
export function compiledSites(store: Store, variables: Variables = {}): CompiledSites {
  const known = new Map<number, Promise<SwappableAdvance>>();

  function compile(
    siteId: number,
    version: number,
    document: unknown,
    foldedVersion = version,
  ): CompiledSite {
    const read = readDocument(document, variables);
    if (read.ok) return compileSite(siteId, version, read.site, foldedVersion);
    const { path, message } = read.problems[0] ?? { path: '', message: 'invalid' };
    throw new Error(`version ${version} of the configuration of site ${siteId}: ${path}: ${message}`);
  }

  async function load(siteId: number): Promise<SwappableAdvance> {
    const live = await store.sites.live(siteId);
    if (!live) throw new Error(`no site ${siteId}`);
    return swappable(compile(siteId, live.version, live.document, live.foldedVersion));
  }

  function live(siteId: number): Promise<SwappableAdvance> {
    const advance = known.get(siteId) ?? load(siteId);
    known.set(siteId, advance);
    // What failed to load is tried again, not remembered.
    advance.catch(() => known.delete(siteId));
    return advance;
  }

  return Object.assign(live, {
    async next(siteId: number) {
      const [{ site: current }, latest] = await Promise.all([live(siteId), store.sites.latest(siteId)]);
      const isFolded = current.foldedVersion !== NOTHING_FOLDED;
      if (!latest || (latest.version === current.version && isFolded)) return null;
      const site = compile(siteId, latest.version, latest.document);
      return isFolded && foldsAlike(current, site)
        ? { site: { ...site, foldedVersion: current.foldedVersion }, isAlike: true }
        : { site, isAlike: false };
    },
    swap(site: CompiledSite) {
      void known.get(site.id)?.then((advance) => advance.swap(site));
    },
  });
}

interface SwappableAdvance extends Advance {
  swap(site: CompiledSite): void;
}

function swappable(first: CompiledSite): SwappableAdvance {
  let current = advanceUnder(first);
  const advance = Object.assign((step: Step) => current(step), {
    site: first,
    afterMerge: (...given: Parameters<Advance['afterMerge']>) => current.afterMerge(...given),
    pass: (...given: Parameters<Advance['pass']>) => current.pass(...given),
    swap(site: CompiledSite) {
      current = advanceUnder(site);
    },
  });
  return Object.defineProperty(advance, 'site', { get: () => current.site });
}
