/** What templates, titles and mappings may merge. Pure. */
import type { LeadView } from '../../leads/view.ts';
import type { CompiledSite } from '../../site/compile.ts';

/** The traits' own names, the lead's own fields (which win), and the site. */
export function mergeFields(lead: LeadView | null, { site }: CompiledSite): object {
  return { ...lead?.traits, ...lead, site: { name: site.name, url: site.origins[0] } };
}
