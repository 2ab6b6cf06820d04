import type { Advance } from '../advance.ts';
import type { MatchKind } from '../leads/duplicates.ts';
import type { MergeReason } from '../leads/identity.ts';
import type { Cursor, LeadRecord, Slice } from './store.ts';

/** One lead that was found to be the same person as another. */
export interface MergeRecord {
  id: number;
  /** As it was known then. */
  from: Pick<LeadRecord, 'id' | 'userId' | 'email'>;
  into: string;
  reason: MergeReason | 'by_owner';
  /** The message that told; `null` where a person decided. */
  messageId: string | null;
  /** Who decided, in their own words. */
  by: string | null;
  at: number;
}

export interface DuplicateRecord {
  id: number;
  /** The one that was known first comes first. */
  leads: [LeadRecord, LeadRecord];
  reasons: MatchKind[];
  foundAt: number;
  dismissedAt: number | null;
}

export interface MergeStore {
  /** What the lead was merged from, latest first. */
  list(siteId: number, leadId: string, limit: number, after: Cursor | null): Promise<Slice<MergeRecord>>;
  /**
   * Merges two leads because a person says so. What the merge makes of the lead (a temperature, a stage) starts
   * follow-ups as a touchpoint would.
   *
   * @returns `false` where one of them is no lead of the site, or has itself been merged
   */
  merge(
    fromLeadId: string,
    intoLeadId: string,
    by: string | null,
    advance: Advance,
    now: number,
  ): Promise<boolean>;
}

export interface DuplicateStore {
  /** Latest first. */
  list(
    siteId: number,
    status: 'open' | 'dismissed',
    limit: number,
    after: Cursor | null,
  ): Promise<Slice<DuplicateRecord>>;
  get(siteId: number, id: number): Promise<DuplicateRecord | null>;
  /** They are two people. Dismissing again changes nothing. */
  dismiss(siteId: number, id: number, now: number): Promise<void>;
}
