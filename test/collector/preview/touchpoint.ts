import type { Touchpoint } from '../../../collector/src/leads/touchpoint.ts';

/** One that says nothing but its name and time. */
export const touchpointOf = (name: string, at: number): Touchpoint => ({
  messageId: `${name}-${at}`,
  type: 'track',
  name,
  originalName: null,
  at,
  receivedAt: at,
  trust: 'browser',
  bot: null,
  sessionId: null,
  page: null,
  source: null,
  properties: {},
  groupId: null,
  timezone: null,
  consent: null,
  device: null,
});
