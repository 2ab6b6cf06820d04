/**
 * What a channel is. To add one, such as SMS: write a file beside these that exports a `ChannelKind`, and give it a
 * line in kinds.ts. Steps can then say `send: { "channel": "sms", … }`, the guards are asked before each message, and
 * leases, retries, attempts and lists are the dispatcher's and the store's.
 */
import type { z } from 'zod';
import type { LeadView } from '../../leads/view.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { LeasedDelivery, NewTask } from '../../store/follow-ups.ts';
import type { LeadRecord } from '../../store/store.ts';
import type { Links } from '../links.ts';

/** One way of sending. Everything but `open` is pure. */
export interface ChannelKind<Send, Content> {
  /**
   * What a step's `send` holds besides its `channel`. An `endpoint` or a `template` among it is checked to exist.
   * `null`: steps reach the channel by a key of their own, as `task`.
   */
  send: { [Key in keyof Send]: z.ZodType<Send[Key]> } | null;
  /** A message to the `person` needs an address, consent, no suppression, and room in the contact budget. */
  addresses: 'person' | 'team';
  /** Where the person is reached; `null` for nowhere. Asked only where it addresses the person. */
  addressOf(lead: LeadRecord): string | null;
  /** About what the message is, as the person may choose on the preference page. `null` for nothing in particular. */
  topicOf(send: Send, site: CompiledSite): string | null;
  /** Keeps `address`'s provider from being flooded; `null` without a limit. */
  rateOf(address: string, site: CompiledSite): Rate | null;
  /** Fills in the message. */
  prepare(send: Send, occasion: Occasion): Prepared<Content>;
  /**
   * Once a process.
   *
   * @param environment for addresses and secrets of the channel's own, such as `HANDRAIL_SMTP_URL`
   * @returns `null` where it is not set up; its messages then wait, and expire
   * @throws TypeError for a setting that can't be used, naming its variable
   */
  open(environment: Environment): Channel<Content> | null;
  /** What to set up where `open` has returned `null`. */
  howToOpen: string;
}

export type Environment = Record<string, string | undefined>;

/** At most so many a minute to what `key` names, such as a mail domain. */
export interface Rate {
  key: string;
  perMinute: number;
}

/** What there is to be said, to whom, and why. */
export interface Occasion {
  delivery: LeasedDelivery;
  site: CompiledSite;
  /** `null` where it is about no lead, as an endpoint that was disabled. */
  lead: LeadView | null;
  links: Links;
  now: number;
}

export type Prepared<Content> =
  | { ok: true; content: Content }
  /** Nothing that could be mended: this message makes no sense for this lead. */
  | { ok: false; skip: 'unmapped'; detail: string }
  | { ok: false; failure: { reason: FailReason; detail: string } };

export const fail = (reason: FailReason, detail: string) => ({
  ok: false as const,
  failure: { reason, detail },
});

/** One message, addressed and rendered. */
export interface Outgoing<Content> {
  /** The same for every attempt, so that the other side can tell a repetition. */
  deliveryId: string;
  content: Content;
}

/** One try at one delivery. Never rejects: whatever goes wrong is a result. */
export interface Channel<Content> {
  /** @param signal gives up this attempt; the result is then `retry`, as nobody knows whether it arrived. */
  send(outgoing: Outgoing<Content>, signal?: AbortSignal): Promise<SendResult>;
  /** Ends what would keep the process alive. */
  close?(): void;
}

export type SendResult =
  /**
   * `detail`: what the other side said, such as `200` or the SMTP server's reply.
   * `task`: to be written down in the transaction that marks the delivery sent.
   */
  | { outcome: 'sent'; detail: string; task?: NewTask }
  /** Try again by the schedule, but not before `retryAfterMs`. */
  | { outcome: 'retry'; detail: string; retryAfterMs?: number }
  /** Final: another attempt would end the same way. */
  | { outcome: 'failed'; reason: FailReason; detail: string };

export type FailReason =
  /** A webhook's receiver answered 410: the endpoint wants nothing more, ever. */
  | 'endpoint_gone'
  /** The endpoint is disabled: see endpoint-health.ts. A replay sends what was held back. */
  | 'endpoint_disabled'
  /** The configuration no longer has the endpoint. */
  | 'endpoint_removed'
  /** A webhook's target is no public http(s) address; see address-guard.ts. */
  | 'blocked_address'
  /** A webhook has no usable signing secret. */
  | 'bad_secret'
  /** The receiver said 2xx, and in its reply that it did not take the record. */
  | 'refused'
  /** The mail server refused this message for good (SMTP 5xx). */
  | 'rejected'
  /** The mail server knows of no such mailbox: the address is suppressed. */
  | 'bounced'
  /** The lead has no address that a message could go to. */
  | 'no_address'
  /** A template needs a field that the lead lacks, and has no fallback for it. */
  | 'missing_field'
  /** The configuration has no such channel any more. */
  | 'channel_removed'
  /** The schedule has come to its end. */
  | 'attempts_used_up';
