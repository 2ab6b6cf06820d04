import type { Campaign } from './protocol.ts';

const FIELDS = ['name', 'source', 'medium', 'term', 'content'] as const;

/**
 * The campaign that a page's query names by its UTM parameters, from which (with the referrer) the collector
 * tells the channel.
 */
export function campaignIn(search: string): Campaign | undefined {
  const parameters = new URLSearchParams(search);
  let campaign: Campaign | undefined;
  for (const field of FIELDS) {
    const value = parameters.get(`utm_${field === 'name' ? 'campaign' : field}`);
    if (value) campaign = { ...campaign, [field]: value };
  }
  return campaign;
}
