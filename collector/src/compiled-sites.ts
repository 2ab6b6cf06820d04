import { type Advance, advanceUnder } from './advance.ts';
import { checkSite } from './site/check.ts';
import { compileSite } from './site/compile.ts';
import type { Store } from './store/store.ts';

/** The rules each site's touchpoints are folded under, compiled once a version. */
export type CompiledSites = (siteId: number) => Promise<Advance>;

export function compiledSites(store: Store): CompiledSites {
  const known = new Map<number, Promise<Advance>>();

  async function load(siteId: number): Promise<Advance> {
    const current = await store.sites.current(siteId);
    if (!current) throw new Error(`no site ${siteId}`);
    const checked = checkSite(current.document);
    if (!checked.ok) {
      const { path, message } = checked.problems[0] ?? { path: '', message: 'invalid' };
      throw new Error(`stored configuration of site ${siteId}: ${path}: ${message}`);
    }
    return advanceUnder(compileSite(siteId, current.version, checked.site));
  }

  return (siteId) => {
    const advance = known.get(siteId) ?? load(siteId);
    known.set(siteId, advance);
    // What failed to load is tried again, not remembered.
    advance.catch(() => known.delete(siteId));
    return advance;
  };
}
