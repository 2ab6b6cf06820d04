/** What every channel offers the dispatcher. A channel does one try; when to try again is the dispatcher's. */

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
}

export type SendResult =
  /** `detail`: what the other side said, such as `200` or the SMTP server's reply. */
  | { outcome: 'sent'; detail: string }
  /** Try again by the schedule, but not before `retryAfterMs`. */
  | { outcome: 'retry'; detail: string; retryAfterMs?: number }
  /** Final: another attempt would end the same way. */
  | { outcome: 'failed'; reason: FailReason; detail: string };

export type FailReason =
  /** A webhook's receiver answered 410: the endpoint wants nothing more, ever. */
  | 'endpoint_gone'
  /** A webhook's target is no public http(s) address; see address-guard.ts. */
  | 'blocked_address'
  /** A webhook has no usable signing secret. */
  | 'bad_secret'
  /** The mail server refused this message for good (SMTP 5xx). */
  | 'rejected'
  /** The lead has no address that a message could go to. */
  | 'no_address'
  /** A template needs a field that the lead lacks, and has no fallback for it. */
  | 'missing_field';
