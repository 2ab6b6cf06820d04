import type { MessageContext } from './protocol.ts';
import { isClickId, type Scrub } from './scrub.ts';

const FIELDS = ['name', 'source', 'medium', 'term', 'content'] as const;

/**
 * What a page's query tells of where the visitor came from: the campaign by its UTM parameters, and which click ids
 * there are. From these and the referrer the collector tells the channel.
 */
export function sourceIn(search: string, scrub: Scrub): Pick<MessageContext, 'campaign' | 'clickIds'> {
  const parameters = new URLSearchParams(search);
  const source: Pick<MessageContext, 'campaign' | 'clickIds'> = {};
  for (const field of FIELDS) {
    const value = parameters.get(`utm_${field === 'name' ? 'campaign' : field}`);
    if (value) source.campaign = { ...source.campaign, [field]: scrub(value) };
  }
  const clickIds = [...parameters.keys()].filter(isClickId);
  if (clickIds.length > 0) source.clickIds = clickIds;
  return source;
}
