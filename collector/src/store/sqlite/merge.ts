/** Two leads turn out to be one person: afterwards everything is as if they had been one all along. */
import type { Database } from 'better-sqlite3';
import { runsToEnd } from '../../follow-ups/merge-runs.ts';
import { endOf, type FollowUps, nothingPlanned } from '../../follow-ups/plan.ts';
import { emailOf } from '../../ingest/addresses.ts';
import { factsOf } from '../../leads/facts.ts';
import type { Folded } from '../../leads/fold.ts';
import type { MergeReason } from '../../leads/identity.ts';
import type { LeadState } from '../../leads/state.ts';
import type { Touchpoint } from '../../leads/touchpoint.ts';
import type { CompiledSite } from '../../site/compile.ts';
import { enrollmentWriter } from './enroll.ts';
import type { Group, LoadedLead } from './group.ts';
import type { FoldLog, Refold } from './history.ts';
import type { LeadRows } from './lead-row.ts';
import type { MatchKeys } from './match-keys.ts';
import { idToStore } from './rows.ts';

export interface MergeCause {
  reason: MergeReason | 'by_owner';
  /** The message that told; `null` where a person decided. */
  messageId: string | null;
  /** Who decided, in their own words. */
  by: string | null;
  at: number;
}

/** @returns the lead that stays, read anew, with the state of both; to be marked as changed by the caller */
export type Merge = (
  group: Group,
  site: CompiledSite,
  fromLeadId: number,
  intoLeadId: number,
  cause: MergeCause,
) => LoadedLead;

export function merger(db: Database, log: FoldLog, refold: Refold, keys: MatchKeys, rows: LeadRows): Merge {
  const enroll = enrollmentWriter(db);
  const moves = [
    'UPDATE visitors SET lead_id = $into WHERE lead_id = $from',
    'UPDATE lead_identifiers SET lead_id = $into WHERE lead_id = $from',
    'UPDATE enrollments SET lead_id = $into WHERE lead_id = $from',
    'UPDATE deliveries SET lead_id = $into WHERE lead_id = $from',
    'UPDATE events SET lead_id = $into WHERE lead_id = $from',
    'UPDATE tasks SET lead_id = $into WHERE lead_id = $from',
    'UPDATE leads SET merged_into = $into WHERE id = $from',
    'UPDATE leads SET merged_into = $into WHERE merged_into = $from',
  ].map((sql) => db.prepare(sql));
  const record = db.prepare(
    `INSERT INTO lead_merges (site_id, from_lead_id, into_lead_id, reason, message_id, decided_by, at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );

  return (group, site, fromId, intoId, cause) => {
    group.reload();
    const from = group.lead(fromId);
    const before = group.lead(intoId);
    const end = (lead: LoadedLead, ended: FollowUps['ended']) =>
      enroll(site, lead, { ...nothingPlanned(), ended }, cause.at);

    const needless = runsToEnd(before.enrollments, from.enrollments, site);
    end(
      before,
      needless.map((enrollmentId) => ({ enrollmentId, reason: 'merged', goal: null })),
    );
    for (const move of moves) move.run({ from: fromId, into: intoId });
    keys.merge(fromId, intoId);
    const messageId = cause.messageId === null ? null : idToStore(cause.messageId);
    record.run(site.id, fromId, intoId, cause.reason, messageId, cause.by, cause.at);
    log.remove(fromId);
    rows.remove(fromId);

    group.reload();
    const into = group.lead(intoId);
    const ended = new Map<number, FollowUps['ended'][number]>();
    into.state = refold(site, intoId, (folded, touchpoint) => {
      for (const each of endsOfRuns(into, folded, touchpoint, site)) ended.set(each.enrollmentId, each);
    });
    end(into, [...ended.values()]);
    into.userId ??= from.userId;
    into.email = usualEmail(into.state, [into.email, from.email]);
    into.identifiedAt = earliest(into.identifiedAt, from.identifiedAt);
    into.joinedOnClaim ||= from.joinedOnClaim;
    return into;
  };
}

/** The reminder of a cart that was bought in another browser is not sent. */
function endsOfRuns(
  lead: LoadedLead,
  folded: Folded,
  touchpoint: Touchpoint,
  site: CompiledSite,
): FollowUps['ended'] {
  const { at } = touchpoint;
  const moment = { lead: folded.lead, touchpoint, temperature: folded.temperature.after, now: at };
  return lead.enrollments.flatMap((run): FollowUps['ended'] => {
    const sequence = site.sequenceOf(run);
    if (run.status !== 'active' || !sequence || at < run.anchorAt) return [];
    const ending = endOf(sequence, run, touchpoint, factsOf(moment, site), site, at);
    return ending ? [{ enrollmentId: run.id, ...ending }] : [];
  });
}

/** What is known of the person decides which of two addresses is the one to use. */
function usualEmail({ traits }: LeadState, addresses: (string | null)[]): string | null {
  const address = emailOf(traits.email?.value);
  return addresses.find((each) => each !== null && each === address) ?? addresses.find(Boolean) ?? null;
}

function earliest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
