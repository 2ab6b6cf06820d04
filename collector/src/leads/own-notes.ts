/** Touchpoints that tell what the site did, noted or decided about a lead: the person did nothing, and was not there. */
import type { StepRef } from './state.ts';
import type { Touchpoint } from './touchpoint.ts';

export const LEAD_SILENT = 'lead_silent';
export const TAG_ADDED = 'tag_added';
export const TAG_REMOVED = 'tag_removed';
export const FLAG_SET = 'flag_set';
export const FLAG_CLEARED = 'flag_cleared';
export const POINTS_GIVEN = 'points_given';
const NAMES = new Set([
  LEAD_SILENT,
  TAG_ADDED,
  TAG_REMOVED,
  FLAG_SET,
  FLAG_CLEARED,
  POINTS_GIVEN,
  'email_sent',
]);

/** A server's own script can send these names, with anything in them. */
const MAX_NAME_CHARS = 128;

/** A browser can send these names too: from it they are touchpoints like any other. */
export function isOwnNote({ name, trust }: Touchpoint): boolean {
  return trust === 'server' && NAMES.has(name);
}

/** The step of a sequence that brought a note about; `null` where it was done by hand. */
export function stepOf({ properties: { sequenceId, stepId } }: Touchpoint): StepRef | null {
  return isName(sequenceId) && isName(stepId) ? { sequenceId, stepId } : null;
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_CHARS;

/**
 * @param properties `{ tag }`, `{ flag }` or `{ points }`; where the step of a sequence did it, with `sequenceId` and `stepId`
 * @param at when it is so, which may be earlier than `now`, when it is noted
 */
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
