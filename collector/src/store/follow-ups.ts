/** What the store keeps of follow-ups: deliveries, endpoints, tasks, suppressions. */
import type { JsonObject } from '@handrail/sdk/protocol';
import type { Advance } from '../advance.ts';
import type { Onward } from '../follow-ups/come-to.ts';
import type { DisabledReason, EndpointHealth } from '../follow-ups/endpoint-health.ts';
import type { EventType } from '../follow-ups/events.ts';
import type { CheckResult, SkipReason } from '../follow-ups/guards.ts';
import type { Enrollment } from '../follow-ups/plan.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import type { Cursor, LeadRecord, Slice, StoredScoreEntry } from './store.ts';

export type DeliveryStatus = 'due' | 'leased' | 'sent' | 'failed' | 'skipped';
export interface DeliveryRecord {
  id: string;
  /** `null`: about no lead. */
  leadId: string | null;
  /** Of a step; `null` for an event's. */
  sequenceId: string | null;
  step: number | null;
  /** The event it tells of; `null` for a step's. */
  event: string | null;
  channel: string;
  endpoint: string | null;
  status: DeliveryStatus;
  reason: string | null;
  checks: CheckResult[];
  dueAt: number;
  sentAt: number | null;
  attempts: number;
  /** What the other side said last, or what was wrong with the message. */
  detail: string | null;
}

export interface AttemptRecord {
  attempt: number;
  at: number;
  outcome: 'sent' | 'retry' | 'failed';
  detail: string;
  /** `null` for one made before this was measured. */
  tookMs: number | null;
}

/** What a delivery is for. */
export type DeliveryOrigin =
  | { kind: 'step'; enrollment: Enrollment; step: number }
  | { kind: 'event'; event: { id: string; type: EventType; at: number; data: JsonObject } };

/** A due delivery that this process alone may now settle, with what is needed to decide and send it. */
export interface LeasedDelivery {
  id: number;
  publicId: string;
  lease: string;
  siteId: number;
  origin: DeliveryOrigin;
  channel: string;
  endpoint: string | null;
  isEndpointDisabled: boolean;
  dueAt: number;
  /** When it was meant to come: earlier than `dueAt` where a pause has held it back. */
  plannedAt: number;
  /** Earlier attempts, but for those before a retry by hand. */
  attempts: number;
  isRetriedByHand: boolean;
  /** When its turn among the messages of one rate is; `null` before it was given one. */
  turnAt: number | null;
  lead: LeadRecord | null;
  scoreEntries: StoredScoreEntry[];
  /** Messages sent to the lead since a week before. */
  messagesThisWeek: number;
  /** Mails that were asked for in prompts and went, or are going, to the same address within a day, whoever asked. */
  askedForToday: number;
}

export interface LeaseRecord {
  name: string;
  /** How often it has been renewed: unchanged for long, its holder is dead. */
  renewals: number;
}

/** `tookMs`: of the attempt; `null` where nothing was tried. */
export type Settlement =
  | {
      outcome: 'sent';
      detail: string;
      checks: CheckResult[];
      tookMs: number | null;
      task: NewTask | null;
      /** What the message is in the lead's history; `null` where it did not go to the lead. */
      touchpoint: Touchpoint | null;
      /** It counts in the contact budget: it went to the lead, who had not asked for it. */
      isContact: boolean;
    }
  | { outcome: 'skipped'; reason: SkipReason; detail: string | null; checks: CheckResult[] }
  | {
      outcome: 'failed';
      reason: string;
      detail: string;
      checks: CheckResult[];
      tookMs: number | null;
      /** An address that turned out not to exist. */
      bounced: string | null;
    }
  | { outcome: 'retry'; at: number; detail: string; checks: CheckResult[]; tookMs: number | null }
  /** `turnAt`: given to it, and kept until it is sent. */
  | {
      outcome: 'deferred';
      at: number;
      reason: string;
      checks: CheckResult[];
      turnAt: number | null;
    };

/** What a lead answers to. */
export interface LeadName {
  kind: 'leadId' | 'userId' | 'email';
  value: string;
}
export type EnrollOutcome =
  | { outcome: 'started'; leadId: string }
  | { outcome: 'no_lead' }
  /** The lead is in it already. */
  | { outcome: 'active' }
  /** It has been, and may not yet again. */
  | { outcome: 'too_soon' }
  | { outcome: 'paused' };
export interface MovedRuns {
  moved: number;
  /** The live configuration has no step of the name that they stand at: they finish as they began. */
  kept: number;
}

export interface FollowUpStore {
  /** The lanes that have something due. Costs an index lookup a lane. */
  dueLanes(now: number): Promise<string[]>;
  /**
   * Takes what is due in the lane, the earliest first; by the channels that reach a person, one message a lead, that
   * of the highest priority, and none while another to the same lead is leased.
   *
   * @param name of the lease; nobody else's
   * @param personal the channels that reach a person
   */
  lease(
    name: string,
    lane: string,
    personal: readonly string[],
    now: number,
    limit: number,
  ): Promise<LeasedDelivery[]>;
  /** Those under which something is not settled yet, of this process and of others. */
  leases(): Promise<LeaseRecord[]>;
  /** @returns `false` where nothing is left under this name */
  renew(name: string): Promise<boolean>;
  /** What it still holds is due again, unless it has been renewed since. */
  endLease(name: string, renewals: number): Promise<void>;
  /**
   * Writes down what became of a leased delivery, with all that follows from it: the next step, a task, the lead's
   * touchpoint, the endpoint's health.
   *
   * @param onward where its run goes on; `undefined`: the step is not over yet
   * @returns `false` if the lease was lost: somebody else settles it
   */
  settle(
    delivery: LeasedDelivery,
    settlement: Settlement,
    onward: Onward | undefined,
    now: number,
    advance: Advance,
  ): Promise<boolean>;
  /** Sites with runs that have come to a step which sends nothing. Costs an index lookup a site. */
  sitesToWalk(now: number): Promise<number[]>;
  /** Does such steps, at most `limit`, each once. @returns how many were due */
  walk(advance: Advance, now: number, limit: number): Promise<number>;
  /** Begins a run, whatever the sequence starts by. */
  enroll(advance: Advance, who: LeadName, sequenceId: string, now: number): Promise<EnrollOutcome>;
  /** Runs that began under an earlier configuration go on by the live one. */
  moveRuns(advance: Advance, sequenceId: string, now: number): Promise<MovedRuns>;
  /**
   * A turn among at most `perMinute` messages a minute to `key`, given away once.
   *
   * @returns when: the present minute, or a later one
   */
  turn(siteId: number, channel: string, key: string, perMinute: number, now: number): Promise<number>;
  deliveries(
    siteId: number,
    filter: { status: DeliveryStatus | null; leadId: string | null; endpoint: string | null },
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<DeliveryRecord>>;
  delivery(siteId: number, deliveryId: string): Promise<(DeliveryRecord & { log: AttemptRecord[] }) | null>;
  /** Makes a failed delivery due again, with all its attempts. @returns `false` where there is none, or it has not failed */
  retry(siteId: number, deliveryId: string, now: number): Promise<boolean>;
  /** To whom a delivery of this id went and what it was; `null` if there is none, or its lead has no address now. */
  recipient(deliveryId: string): Promise<Recipient | null>;
  /** The person followed a link in it, or opened it; the first time counts. */
  noteRead(deliveryId: string, how: 'opened' | 'clicked', at: number): Promise<void>;
  /** The last mail that went to the address has come back. */
  noteBounce(siteId: number, address: string, at: number): Promise<void>;
}

export interface Recipient {
  siteId: number;
  leadId: string;
  address: string;
  sequenceId: string | null;
  step: number | null;
  sentAt: number | null;
}

export interface EndpointRecord extends EndpointHealth {
  due: number;
  failed: number;
}
export interface EndpointStore {
  /** What is known of an endpoint by its deliveries; a site's configuration says which there are. */
  get(siteId: number, endpoint: string): Promise<EndpointRecord>;
  enable(siteId: number, endpoint: string): Promise<void>;
  disable(siteId: number, endpoint: string, reason: DisabledReason, now: number): Promise<void>;
  /**
   * Makes deliveries of events and steps since a time due again.
   *
   * @param which `failed`: those that were not delivered; `all`: those that were, too
   * @returns how many
   */
  replay(
    siteId: number,
    endpoint: string,
    since: number,
    which: 'failed' | 'all',
    now: number,
  ): Promise<number>;
}

export interface NewTask {
  title: string;
  reason: string;
  dueAt: number;
  /** `null`: nobody yet. */
  owner: string | null;
}
export interface TaskRecord extends NewTask {
  id: string;
  leadId: string;
  leadName: string | null;
  leadEmail: string | null;
  sequenceId: string;
  /** As first promised; `dueAt` is later once it was snoozed. */
  promisedAt: number;
  createdAt: number;
  doneAt: number | null;
}
export interface TaskFilter {
  status: 'open' | 'done' | null;
  owner: string | null;
}
/** How one task was answered. */
export interface TaskTiming {
  owner: string | null;
  createdAt: number;
  promisedAt: number;
  doneAt: number | null;
}
export interface TaskStore {
  /** The most urgent first. */
  list(siteId: number, filter: TaskFilter, limit: number, after: Cursor | null): Promise<Slice<TaskRecord>>;
  /** `null` if there is no such task; doing a done one again changes nothing. */
  complete(siteId: number, taskId: string, now: number): Promise<TaskRecord | null>;
  /** `null` if there is no such task; a done one stays as it is. */
  snooze(siteId: number, taskId: string, until: number): Promise<TaskRecord | null>;
  assign(siteId: number, taskId: string, owner: string | null): Promise<TaskRecord | null>;
  /** Sites with tasks that are overdue and nobody was told of. */
  sitesWithAlarms(now: number): Promise<number[]>;
  /** Tells the site's endpoints of them, each once. @returns how many */
  raiseAlarms(advance: Advance, now: number): Promise<number>;
  /** Of the tasks made in this time, `to` excluded. */
  timings(siteId: number, from: number, to: number): Promise<TaskTiming[]>;
}

export type SuppressionReason = 'unsubscribed' | 'bounced' | 'complained' | 'manual';
export interface Suppression {
  address: string;
  /** `''` is everything. */
  topic: string;
  reason: SuppressionReason;
  detail: string | null;
  at: number;
}
export interface SuppressionStore {
  /** Latest first. */
  list(
    siteId: number,
    filter: { reason: SuppressionReason | null; address: string | null },
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<Suppression>>;
  /**
   * What the address must not be written to about; `''` is everything.
   *
   * @param leadId counts the person's other addresses too: who has said no at one has said no
   */
  topics(siteId: number, address: string, leadId?: string): Promise<string[]>;
  /** The first reason stays. */
  add(siteId: number, suppression: Suppression): Promise<void>;
  /** Puts the reader's own choices in place of the earlier ones; a bounce or a complaint stays. */
  choose(siteId: number, address: string, topics: string[], now: number): Promise<void>;
  /** @returns `false` where the address was not suppressed */
  remove(siteId: number, address: string): Promise<boolean>;
}
