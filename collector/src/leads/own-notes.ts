/** Touchpoints that tell what the site did, noted or decided about a lead: the person did nothing, and was not there. */
import type { Touchpoint } from './touchpoint.ts';

export const LEAD_SILENT = 'lead_silent';
export const TAG_ADDED = 'tag_added';
export const TAG_REMOVED = 'tag_removed';
const NAMES = new Set([LEAD_SILENT, TAG_ADDED, TAG_REMOVED, 'email_sent']);

/** A browser can send these names too: from it they are touchpoints like any other. */
export function isOwnNote({ name, trust }: Touchpoint): boolean {
  return trust === 'server' && NAMES.has(name);
}

/** @param at when it is so, which may be earlier than `now`, when it is noted */
export function ownNote(
  name: string,
  properties: Touchpoint['properties'],
  messageId: string,
  at: number,
  now: number,
): Touchpoint {
  return {
    messageId,
    type: 'track',
    name,
    originalName: null,
    at,
    receivedAt: now,
    trust: 'server',
    bot: null,
    sessionId: null,
    page: null,
    source: null,
    properties,
    groupId: null,
    timezone: null,
    device: null,
    consent: null,
  };
}
