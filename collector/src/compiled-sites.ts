import { type Advance, advanceUnder, type Step } from './advance.ts';
import { foldsAlike } from './site/alike.ts';
import { type CompiledSite, compileSite } from './site/compile.ts';
import { type EarlierSequences, sequencesOf } from './site/compile-sequences.ts';
import { readDocument, type Variables } from './site/document.ts';
import type { Site } from './site/schema.ts';
import { isSameVersion, type SiteVersion, type Store } from './store/store.ts';

type Document = Pick<SiteVersion, 'version' | 'document'>;

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

  function read(siteId: number, { version, document }: Document): Site {
    const result = readDocument(document, variables);
    if (result.ok) return result.site;
    const { path, message } = result.problems[0] ?? { path: '', message: 'invalid' };
    throw new Error(`version ${version} of the configuration of site ${siteId}: ${path}: ${message}`);
  }

  /** Runs go on by the configuration that they began under. */
  async function earlierThan(siteId: number, version: number): Promise<EarlierSequences[]> {
    const earlier: EarlierSequences[] = [];
    for (const began of await store.sites.versionsWithRuns(siteId)) {
      const known = began === version ? null : await store.sites.version(siteId, began);
      const result = known && readDocument(known.document, variables);
      // What this collector can't read any more, goes on by the live configuration.
      if (result?.ok) earlier.push({ version: began, sequences: sequencesOf(result.site) });
    }
    return earlier;
  }

  async function compile(siteId: number, document: Document, foldedVersion?: number): Promise<CompiledSite> {
    const { version } = document;
    const earlier = await earlierThan(siteId, version);
    return compileSite(siteId, version, read(siteId, document), { foldedVersion, earlier });
  }

  async function compileLive(siteId: number): Promise<CompiledSite> {
    const live = await store.sites.live(siteId);
    if (!live) throw new Error(`no site ${siteId}`);
    return compile(siteId, live, live.foldedVersion);
  }

  async function live(siteId: number): Promise<SwappableAdvance> {
    const loading = known.get(siteId) ?? compileLive(siteId).then(swappable);
    known.set(siteId, loading);
    // What failed to load is tried again, not remembered.
    loading.catch(() => known.delete(siteId));
    const advance = await loading;
    // Another process on the same file may have made a version live.
    if (!isSameVersion(advance.site, await store.sites.liveVersion(siteId)))
      advance.swap(await compileLive(siteId));
    return advance;
  }

  return Object.assign(live, {
    async next(siteId: number) {
      const [{ site: current }, latest] = await Promise.all([live(siteId), store.sites.latest(siteId)]);
      const isFolded = current.foldedVersion !== NOTHING_FOLDED;
      if (!latest || (latest.version === current.version && isFolded)) return null;
      const site = await compile(siteId, latest);
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
