/**
 * All that the collector keeps, behind one coarse and asynchronous interface: another engine can take SQLite's place
 * without the fold noticing. The store owns the transaction and calls the pure fold inside it.
 */
import type { Drops, JsonObject, LeadFacts, PromptDecisionCounts } from '@handrail/sdk/protocol';
import type { Advance } from '../advance.ts';
import type { CookielessTouchpoint } from '../ingest/cookieless.ts';
import type { Decoded, Rejection } from '../ingest/decode.ts';
import type { Facet } from '../leads/facets.ts';
import type { LeadState } from '../leads/state.ts';
import type { Touchpoint, Trust } from '../leads/touchpoint.ts';
import type { PreviewJob, SequencesJob, SuggestJob } from '../preview/jobs.ts';
import type { PreviewReport } from '../preview/preview.ts';
import type { SequencePreview } from '../preview/sequence-counts.ts';
import type { Suggestion } from '../preview/suggest.ts';
import type { CompiledSite } from '../site/compile.ts';
import type {
  DeliveryRecord,
  EndpointStore,
  FollowUpStore,
  SuppressionStore,
  TaskStore,
} from './follow-ups.ts';
import type { DuplicateStore, MergeStore } from './merges.ts';
import type { PromptStore } from './prompts.ts';
import type { SequenceStore } from './sequences.ts';

export interface Store {
  sites: SiteStore;
  replays: ReplayStore;
  histories: HistoryStore;
  /**
   * Stores what was decoded and what was rejected, folds it into its leads and plans their follow-ups, in one
   * transaction that it may share with other calls. Resolves once that is fsynced.
   *
   * @throws StoreUnavailable where the disk is full or the database locked: nothing of the batch was kept
   */
  apply(batch: IncomingBatch, advance: Advance): Promise<ApplyResult>;
  /**
   * Stores what the collector itself did or noticed about a lead, folded and planned as any touchpoint.
   *
   * @param leadId of a merged lead finds the one it was merged into
   * @returns `false` where there is no such lead, or its touchpoint of this messageId is stored already
   * @throws StoreUnavailable as `apply`
   */
  record(siteId: number, leadId: string, touchpoint: Touchpoint, advance: Advance): Promise<boolean>;
  leads: LeadStore;
  merges: MergeStore;
  duplicates: DuplicateStore;
  timers: TimerStore;
  followUps: FollowUpStore;
  sequences: SequenceStore;
  endpoints: EndpointStore;
  tasks: TaskStore;
  suppressions: SuppressionStore;
  rejected: RejectedStore;
  drops: DropStore;
  cookieless: CookielessStore;
  prompts: PromptStore;
  /** Finishes what is under way, moves the write-ahead log into the database and closes it. */
  close(): Promise<void>;
}

/** The store cannot take it just now; the client should come again. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}

export interface SiteStore {
  /** The version that leads are folded under, or `null` if there is no such site. */
  live(siteId: number): Promise<(LiveVersion & { document: JsonObject }) | null>;
  /** The same without its document: cheap enough to be asked with each request. */
  liveVersion(siteId: number): Promise<LiveVersion | null>;
  /** The version published last: ahead of the live one while history is folded under it. */
  latest(siteId: number): Promise<SiteVersion | null>;
  version(siteId: number, version: number): Promise<SiteVersion | null>;
  /** The versions that runs of sequences are under way by, and the live one, by which more may begin at any time. */
  versionsWithRuns(siteId: number): Promise<number[]>;
  /** Latest first. */
  versions(
    siteId: number,
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<Omit<SiteVersion, 'document'>>>;
  /** The site that was made first, if there is any. */
  first(): Promise<number | null>;
  create(document: JsonObject, now: number): Promise<number>;
  /**
   * Makes a new version, unless the document is the latest one.
   *
   * @param ifVersion the version that the change was made to; `null` takes any
   * @returns the number of the version, or `conflict`: another one was published since `ifVersion`
   */
  publish(
    siteId: number,
    document: JsonObject,
    author: Author,
    ifVersion: number | null,
    now: number,
  ): Promise<number | 'conflict'>;
  addKey(siteId: number, kind: KeyKind, hash: Buffer, now: number): Promise<void>;
  hasKey(siteId: number, kind: KeyKind): Promise<boolean>;
  findKey(hash: Buffer): Promise<{ siteId: number; kind: KeyKind } | null>;
  addDashboardSession(siteId: number, hash: Buffer, expiresAt: number): Promise<void>;
  findDashboardSession(hash: Buffer, now: number): Promise<number | null>;
  removeDashboardSession(hash: Buffer): Promise<void>;
  /** Random, made with the database. */
  signingSecret(): Promise<Buffer>;
}

export type KeyKind = 'write' | 'secret';

export interface Author {
  /** As they said; `null` where they did not. */
  by: string | null;
  via: 'first' | 'file' | 'api' | 'dashboard' | 'rollback';
}
export interface SiteVersion extends Author {
  version: number;
  publishedAt: number;
  /** As it was published: `${HANDRAIL_…}` stands in it as such. */
  document: JsonObject;
}
export interface LiveVersion {
  version: number;
  /** An earlier version that folds alike, or this one. */
  foldedVersion: number;
}
/** The same rules, going on from the same states. */
export function isSameVersion(one: LiveVersion, other: LiveVersion | null): boolean {
  return one.version === other?.version && one.foldedVersion === other.foldedVersion;
}

export interface ReplayStep {
  /** Begun in this step. */
  leads: number;
  isDone: boolean;
}
/** A new version of the rules, folded over history beside the live one. Triggers nothing, and survives a restart. */
export interface ReplayStore {
  /** Sites whose latest version is not live yet, or with something left behind to sweep. */
  pending(): Promise<number[]>;
  /** In leads. */
  progress(site: CompiledSite): Promise<{ done: number; total: number }>;
  /** Folds some more of what is left: at most so many touchpoints, so that ingest never waits long. */
  step(site: CompiledSite, maxTouchpoints: number, now: number): Promise<ReplayStep>;
  /**
   * Puts the version in the live one's place, in one transaction that takes no longer the more leads there are.
   *
   * @param isAlike the two fold alike, so that every lead stays as it is
   * @returns `false`: too much has arrived meanwhile, and needs further steps first
   */
  goLive(site: CompiledSite, isAlike: boolean, now: number): Promise<boolean>;
  /** Takes away what earlier versions have left behind: about so many rows. @returns whether that was all */
  sweep(siteId: number, maxRows: number): Promise<boolean>;
}

/** Questions over all of history. Each reads in a thread of its own and writes nothing, so that ingest need not wait. */
export interface HistoryStore {
  preview(job: PreviewJob): Promise<PreviewReport>;
  suggest(job: SuggestJob): Promise<Suggestion>;
  previewSequences(job: SequencesJob): Promise<SequencePreview>;
}

export interface IncomingBatch {
  siteId: number;
  decoded: Decoded[];
  rejected: (Rejection & { body: string })[];
  /** What the client could not keep or deliver since its batch before. */
  drops?: Drops | undefined;
  /** What was decided about prompts since its batch before. */
  decisions?: PromptDecisionCounts | undefined;
  /** What visitors who have refused did, with what tells them apart within a day; of that nothing is kept. */
  cookieless?: { touchpoints: CookielessTouchpoint[]; address: string | null; userAgent: string } | undefined;
  trust: Trust;
  sentAt: number | null;
  receivedAt: number;
}
export interface ApplyResult {
  accepted: number;
  duplicates: number;
  /** Where the site has prompts, and all of the batch came from one browser. */
  lead?: LeadFacts;
}

export interface LeadRecord {
  id: string;
  userId: string | null;
  email: string | null;
  heat: number;
  identifiedAt: number | null;
  /** Of its follow-ups. */
  nextDueAt: number | null;
  state: LeadState;
}

/** A page of a list; `next` continues it and is `null` at its end. */
export interface Slice<Row> {
  rows: Row[];
  next: Cursor | null;
}
export interface Cursor {
  key: number;
  id: number;
}

export type LeadSort = 'heat' | 'lastSeenAt' | 'firstSeenAt' | 'nextDueAt';

export interface LeadQuery {
  /** Those with nothing due come last by `nextDueAt`, in both directions. */
  sort: LeadSort;
  descending: boolean;
  limit: number;
  after: Cursor | null;
  heat: Range;
  lastSeenAt: Range;
  firstSeenAt: Range;
  /** The lead has all of them. A word is the beginning of one of its words. */
  facets: readonly Facet[];
  identified: boolean | null;
  userId: string | null;
  email: string | null;
}
/** At least, below. */
export interface Range {
  from: number | null;
  below: number | null;
}

export interface StoredTouchpoint extends Touchpoint {
  visitorId: string | null;
}
export interface StoredScoreEntry {
  ruleId: string;
  version: number;
  points: number;
  at: number;
  /** The group whose cap has cut it, and what the rule gives otherwise. */
  capped: { groupId: string; rulePoints: number } | null;
  messageId: string;
  touchpoint: string;
}
export interface StoredStageMove {
  from: string;
  to: string;
  at: number;
  messageId: string;
  touchpoint: string;
}
export interface Identifier {
  kind: 'user' | 'email' | 'phone';
  value: string;
  /** `browser`: merely claimed. */
  trust: Trust;
}
export interface LeadStore {
  list(siteId: number, query: LeadQuery): Promise<Slice<LeadRecord>>;
  /** The id of a merged lead finds the one it was merged into. */
  get(siteId: number, leadId: string): Promise<LeadRecord | null>;
  /** Latest first. */
  touchpoints(
    siteId: number,
    leadId: string,
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<StoredTouchpoint>>;
  scoreEntries(siteId: number, leadId: string): Promise<StoredScoreEntry[]>;
  /** Latest first. */
  stageMoves(siteId: number, leadId: string): Promise<StoredStageMove[]>;
  /** What it answers to. */
  identifiers(siteId: number, leadId: string): Promise<Identifier[]>;
  /** All that happened to a lead, latest first. */
  timeline(
    siteId: number,
    leadId: string,
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<TimelineEntry>>;
  /** How many leads are in each segment that has any. */
  segmentCounts(siteId: number): Promise<ReadonlyMap<string, number>>;
}

/** What happens to leads by the passing of time: flags and segments that change, silences that are noted. */
export interface TimerStore {
  /** Sites with a lead for whom something is due. */
  dueSites(now: number): Promise<number[]>;
  /** Lets what is due to the leads of a site happen, in one transaction. @returns how many there were */
  fire(advance: Advance, now: number, limit: number): Promise<number>;
}

/** One thing that happened; a touchpoint with what it brought about. */
export type TimelineEntry = { at: number } & (
  | {
      type: 'touchpoint';
      touchpoint: StoredTouchpoint;
      scoreEntries: StoredScoreEntry[];
      stageMove: StoredStageMove | null;
    }
  /** `at`: when it was sent, else when it was or is due. */
  | { type: 'delivery'; delivery: TimelineDelivery }
  /** Another lead, which turned out to be this one. */
  | { type: 'merge'; merge: { leadId: string; reason: string; messageId: string | null } }
);
export type TimelineDelivery = Pick<
  DeliveryRecord,
  'id' | 'sequenceId' | 'step' | 'event' | 'channel' | 'status' | 'reason'
>;

export interface DropStore {
  /** Latest day first. */
  list(siteId: number, limit: number, after: Cursor | null): Promise<Slice<{ day: number; drops: Drops }>>;
}

/** Visitors who have refused, counted. Days are UTC, as in `2026-11-21`. */
export interface CookielessDay {
  day: string;
  visitors: number;
  views: number;
  /** Views among them. */
  touchpoints: number;
  /** The twenty with the most views. */
  paths: { path: string; views: number }[];
}
export interface CookielessStore {
  /** From one day to another, both included; latest first. */
  days(siteId: number, from: string, to: string): Promise<CookielessDay[]>;
  /** Takes away what could still tell which of a past day's visitors were the same. */
  forgetPastDays(now: number): Promise<void>;
}

export interface RejectedRecord {
  id: number;
  messageId: string | null;
  code: string;
  message: string;
  trust: Trust;
  sentAt: number | null;
  receivedAt: number;
  body: string;
  replayedAt: number | null;
}
export interface RejectedStore {
  /** Latest first. */
  list(siteId: number, limit: number, after: Cursor | null): Promise<Slice<RejectedRecord>>;
  get(siteId: number, id: number): Promise<RejectedRecord | null>;
  markReplayed(siteId: number, id: number, now: number): Promise<void>;
}
