/** Why a touchpoint was not kept or not delivered. The list is closed. */
export type DropReason =
  /** Consent was pending or denied when it happened. */
  | 'no_consent'
  /** Consent was withdrawn before it was delivered. */
  | 'consent_withdrawn'
  /** The name is not a text of 1 to 128 characters. */
  | 'invalid_name'
  /** The user's id is not a text of 1 to 256 characters. */
  | 'invalid_user_id'
  /** Its properties cannot be written as JSON. */
  | 'not_serializable'
  /** Larger than the wire allows (32 KB). */
  | 'too_large'
  /** The outbox was full; the oldest went. */
  | 'outbox_full'
  /** The collector refused the request for good (4xx). */
  | 'refused';

export type Drops = { [reason in DropReason]?: number };
export type CountDrop = (reason: DropReason, count?: number) => void;
