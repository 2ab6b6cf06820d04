import type { Consent, Device, JsonObject } from '@handrail/sdk/protocol';

/** Who vouches for a message: a `secret` key makes it `server`, a public write key `browser`. */
export type Trust = 'browser' | 'server';

export interface Page {
  url: string | null;
  path: string | null;
  title: string | null;
  referrer: string | null;
}

/** Where a session came from. `channel` is one of GA4's default channel groups, in snake_case. */
export interface Source {
  channel: string;
  source: string | null;
  medium: string | null;
  campaign: string | null;
}

/** One recorded interaction, as it is stored and folded. Times are milliseconds UTC. */
export interface Touchpoint {
  messageId: string;
  type: 'track' | 'page' | 'identify' | 'group' | 'alias';
  /** GA4 name; `identify`, `group` and `alias` for those types. */
  name: string;
  /** The sender's own name where it was another one. */
  originalName: string | null;
  /** When it happened, the sender's clock corrected. */
  at: number;
  receivedAt: number;
  trust: Trust;
  /** What says that no person did it; `null` for a person. Such a touchpoint is kept, and earns and starts nothing. */
  bot: string | null;
  sessionId: string | null;
  page: Page | null;
  source: Source | null;
  /** For `identify` and `group`: the traits. */
  properties: JsonObject;
  groupId: string | null;
  /** IANA name, as the sender gave it. */
  timezone: string | null;
  consent: Partial<Consent> | null;
  /** `null` where the sender did not say. */
  device: Device | null;
}

/** Whom a message says it is about. */
export interface Sender {
  anonymousId: string | null;
  userId: string | null;
  /** `alias` only. */
  previousId: string | null;
  /** In lower case; of `identify`, and of whatever a server says of a person. */
  email: string | null;
  /** E.164; as the e-mail. */
  phone: string | null;
}
