/** The last look before something is sent: the questions of DESIGN section 8 in their order, each answer kept. Pure. */
import type { Consent } from '@handrail/sdk/protocol';
import { endOfQuietHours } from './quiet-hours.ts';

export interface GuardFacts {
  /** Only then are the person's address, consent, quiet hours and budget asked about; else it goes to the owner's own people. */
  addressesPerson: boolean;
  enrollmentActive: boolean;
  /** Of the step's own `if`; `true` without one. */
  conditionHolds: boolean;
  address: string | null;
  consent: Partial<Consent>;
  suppressed: boolean;
  /** The person has asked for this very message: only a suppression stops it. */
  isTransactional: boolean;
  /** Such messages to the same address within a day, whichever leads claim it. */
  askedForToday: number;
  quietHours: readonly [string, string] | undefined;
  /** The lead's, else the site's. */
  timezone: string;
  messagesThisWeek: number;
  messagesPerWeek: number;
  /** Prompts and messages together. */
  contactsThisWeek: number;
  /** `undefined`: as many as may be. */
  contactsPerWeek: number | undefined;
  isHeldOut: boolean;
  isPaused: boolean;
  /** When it was meant to come. */
  plannedAt: number;
  /** How much later it may. */
  expiresMs: number;
}

export const CHECKS = [
  'goal',
  'pause',
  'expiry',
  'condition',
  'address',
  'consent',
  'suppression',
  'asked_too_often',
  'quiet_hours',
  'contact_budget',
  'holdout',
] as const;
export type Check = (typeof CHECKS)[number];
export type SkipReason =
  | 'goal_met'
  | 'expired'
  | 'condition'
  | 'no_address'
  | 'no_consent'
  | 'suppressed'
  | 'asked_too_often'
  | 'contact_budget'
  | 'holdout'
  | 'sequence_removed'
  /** The endpoint's mapping needs a field that the lead lacks. */
  | 'unmapped';
export interface CheckResult {
  check: Check;
  passed: boolean;
}

export type Decision =
  | { action: 'send'; checks: CheckResult[] }
  | { action: 'skip'; reason: SkipReason; checks: CheckResult[] }
  | { action: 'defer'; reason: 'quiet_hours' | 'paused'; until: number; checks: CheckResult[] };

/** What is told that much too late has lost its moment, as in a history that is imported. */
export const MAX_LATENESS_MS = 24 * 3_600_000;

/** A sequence that is paused is looked at again after this. */
export const PAUSE_LOOK_MS = 15 * 60_000;

/** The public key lets anyone ask in anybody's name: an address must not be flooded with what it did not ask for. */
const MAX_ASKED_FOR_A_DAY = 3;

export function decide(facts: GuardFacts, now: number): Decision {
  const checks: CheckResult[] = [];
  const fails = (check: Check, passed: boolean) => {
    checks.push({ check, passed });
    return !passed;
  };
  const skip = (reason: SkipReason): Decision => ({ action: 'skip', reason, checks });

  if (fails('goal', facts.enrollmentActive)) return skip('goal_met');
  if (fails('pause', !facts.isPaused)) {
    return { action: 'defer', reason: 'paused', until: now + PAUSE_LOOK_MS, checks };
  }
  if (fails('expiry', now - facts.plannedAt <= facts.expiresMs)) return skip('expired');
  if (fails('condition', facts.conditionHolds)) return skip('condition');
  if (facts.addressesPerson) {
    if (fails('address', facts.address !== null)) return skip('no_address');
    if (!facts.isTransactional && fails('consent', facts.consent.marketing === 'granted'))
      return skip('no_consent');
    if (fails('suppression', !facts.suppressed)) return skip('suppressed');
    if (facts.isTransactional && fails('asked_too_often', facts.askedForToday < MAX_ASKED_FOR_A_DAY))
      return skip('asked_too_often');
  }
  if (facts.addressesPerson && !facts.isTransactional) {
    const until = facts.quietHours ? endOfQuietHours(facts.quietHours, facts.timezone, now) : null;
    if (until !== null) {
      fails('quiet_hours', false);
      return { action: 'defer', reason: 'quiet_hours', until, checks };
    }
    fails('quiet_hours', true);
    const { messagesThisWeek, messagesPerWeek, contactsThisWeek, contactsPerWeek = Infinity } = facts;
    const isInBudget = messagesThisWeek < messagesPerWeek && contactsThisWeek < contactsPerWeek;
    if (fails('contact_budget', isInBudget)) return skip('contact_budget');
  }
  if (fails('holdout', !facts.isHeldOut)) return skip('holdout');
  return { action: 'send', checks };
}
