/** Why something was not sent, waits, or ended: in an owner's words. */
import type { FailReason } from './channels/channel.ts';
import type { Decision, SkipReason } from './guards.ts';
import type { EndReason } from './plan.ts';

/** Why a delivery that was due waits. */
type DeferReason = Extract<Decision, { action: 'defer' }>['reason'] | 'rate';
export type Reason = SkipReason | FailReason | EndReason | DeferReason;

/** Each goes on after a colon, as in "Not sent: …". */
const CLAUSES: { readonly [reason in Reason]: string } = {
  goal_met: 'the person has done what the sequence is for',
  expired: 'its moment had passed',
  condition: "the step's own condition did not hold",
  no_address: 'there is no address to send it to',
  no_consent: 'the person has not agreed to marketing',
  suppressed:
    'the address must not be written to: the person has unsubscribed or complained, mail to it came back, or your team has suppressed it',
  asked_too_often: 'the address had been sent such messages too often that day',
  contact_budget: 'the person had been addressed as often as the contact budget allows',
  holdout: 'the person is held out on purpose, to measure what the sequence brings',
  sequence_removed: 'the site no longer has this sequence or this step',
  unmapped: "the lead lacks a field that the endpoint's mapping needs",
  endpoint_gone: 'the receiver has said that it wants nothing more (410)',
  endpoint_disabled: 'the endpoint is disabled; a replay sends what was held back',
  endpoint_removed: 'the site no longer has the endpoint',
  blocked_address: "the endpoint's address is not a public one",
  bad_secret: 'the endpoint has no usable signing secret',
  refused: 'the receiver did not take it',
  rejected: 'the mail server refused the message for good',
  bounced: 'the mail server knows no such mailbox',
  missing_field: 'the template needs a field that the lead lacks, and has no fallback for it',
  channel_removed: 'this collector has no such channel',
  attempts_used_up: 'every attempt failed',
  start_undone: 'what started the sequence was undone in time',
  exit: "the sequence's exit condition came to hold",
  ended: 'the plan of the sequence ends there',
  removed: 'the site no longer has this sequence',
  moved_away: 'the person goes on under a later version of the sequence',
  merged: 'the person turned out to be one who was in the sequence already',
  paused: 'the sequence is paused',
  quiet_hours: 'these are quiet hours where the person lives',
  rate: 'so many messages go to that mail provider that they take turns',
};

/** "Not sent: the person has not agreed to marketing." */
export const because = (what: string, reason: Reason): string => `${what}: ${CLAUSES[reason]}.`;

export const REASONS = Object.keys(CLAUSES) as readonly Reason[];

export const isReason = (text: string | null): text is Reason =>
  text !== null && Object.hasOwn(CLAUSES, text);
