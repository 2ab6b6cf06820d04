/** The write path: one batch's messages into touchpoints, leads, ledgers and follow-ups, inside a group's transaction. */
import type { LeadFacts } from '@handrail/sdk/protocol';
import type { Database } from 'better-sqlite3';
import type { Advance } from '../../advance.ts';
import type { Decoded } from '../../ingest/decode.ts';
import { sessionOf } from '../../ingest/sessions.ts';
import { identify, tellsBrowser, type Verdict } from '../../leads/identity.ts';
import { leadFacts } from '../../leads/lead-facts.ts';
import { WEEK_MS } from '../../leads/prompt-records.ts';
import { EVERYBODY, gapBucket } from '../../leads/silence.ts';
import { segmentsOf } from '../../leads/standing.ts';
import type { LeadState } from '../../leads/state.ts';
import type { Sender, Touchpoint } from '../../leads/touchpoint.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { ApplyResult, IncomingBatch } from '../store.ts';
import { cookielessWriter } from './cookieless.ts';
import { decisionsWriter } from './decisions.ts';
import { dropsWriter } from './drops.ts';
import { enrollmentWriter } from './enroll.ts';
import { eventWriter } from './events.ts';
import type { Gaps } from './gaps.ts';
import type { Group, LoadedLead, LoadedVisitor } from './group.ts';
import type { FoldLog } from './history.ts';
import { impressionWriter } from './impressions.ts';
import type { MatchKeys } from './match-keys.ts';
import type { Merge } from './merge.ts';
import { idToStore, touchpointData } from './rows.ts';
import { swapTimes } from './swap-times.ts';

/** The oldest are forgotten beyond this, so that a public key can't fill the disk. */
const MAX_REJECTED_KEPT = 10_000;
const MAX_REJECTED_BODY_CHARS = 32 * 1024;

export interface Applier {
  apply(group: Group, batch: IncomingBatch, advance: Advance): ApplyResult;
  /** What the collector itself says of a lead. @returns `false` where it is stored already, or there is no such lead */
  record(group: Group, siteId: number, leadId: string, touchpoint: Touchpoint, advance: Advance): boolean;
  /** The same of a lead at hand. */
  note(group: Group, lead: LoadedLead, touchpoint: Touchpoint, advance: Advance): boolean;
  /** Lets a change that time alone brings, where one is due, start and end what it does. */
  passTime(group: Group, lead: LoadedLead, advance: Advance, now: number): void;
}

export function applier(db: Database, log: FoldLog, merge: Merge, keys: MatchKeys, gaps: Gaps): Applier {
  const enroll = enrollmentWriter(db);
  const announce = eventWriter(db);
  const insertTouchpoint = touchpointWriter(db);
  const insertRejected = rejectedWriter(db);
  const writeImpression = impressionWriter(db);
  const addDecisions = decisionsWriter(db);
  const messagesSentTo = recentMessages(db);
  const addDrops = dropsWriter(db);
  const countCookieless = cookielessWriter(db);
  const swappedAt = swapTimes(db);
  const selectMessage = db
    .prepare<[number, Buffer | string], number>(
      'SELECT id FROM touchpoints WHERE site_id = ? AND message_id = ?',
    )
    .pluck();

  const selectLead = db
    .prepare<[number, string], number>(
      'SELECT coalesce(merged_into, id) FROM leads WHERE site_id = ? AND public_id = ?',
    )
    .pluck();
  const isStored = (siteId: number, { messageId }: Touchpoint) =>
    selectMessage.get(siteId, idToStore(messageId)) !== undefined;

  return {
    apply(group, batch, advance) {
      const result: ApplyResult = { accepted: batch.cookieless?.touchpoints.length ?? 0, duplicates: 0 };
      for (const each of batch.rejected) insertRejected(batch, each);
      countCookieless(batch);
      for (const each of batch.decoded) {
        if (isStored(batch.siteId, each.touchpoint)) result.duplicates++;
        else {
          accept(group, each, advance);
          result.accepted++;
        }
      }
      const visitor = soleVisitor(group, batch);
      // All known: the batch comes again since our reply was lost, and has been counted.
      const isRepeated = batch.decoded.length > 0 && result.duplicates === batch.decoded.length;
      if (!isRepeated) {
        addDrops(batch);
        addDecisions(batch, visitor?.id ?? null, advance.site.site);
      }
      const lead = factsFor(group, batch, visitor, advance.site);
      return lead ? { ...result, lead } : result;
    },
    record(group, siteId, leadId, touchpoint, advance) {
      const id = selectLead.get(siteId, leadId);
      return id !== undefined && note(group, group.lead(id), touchpoint, advance);
    },
    note,
    passTime,
  };

  /** What the browser that sent a batch may know of its lead; nothing where the site has no prompts to decide by it. */
  function factsFor(
    group: Group,
    { trust, receivedAt }: IncomingBatch,
    visitor: LoadedVisitor | null,
    site: CompiledSite,
  ): LeadFacts | null {
    if (!visitor || trust !== 'browser' || site.site.prompts.length === 0) return null;
    const lead = group.lead(visitor.leadId);
    if (!lead.state || !tellsBrowser(lead, visitor)) return null;
    return leadFacts(lead.state, messagesSentTo(lead.id, receivedAt), site, receivedAt);
  }

  function note(group: Group, lead: LoadedLead, touchpoint: Touchpoint, advance: Advance): boolean {
    const { site } = advance;
    if (isStored(site.id, touchpoint)) return false;
    take(group, lead, group.serverVisitor(site.id, lead.id), touchpoint, false, advance);
    return true;
  }

  function passTime(group: Group, lead: LoadedLead, { site, pass }: Advance, now: number): void {
    const { state, changesAt } = lead;
    if (!state || changesAt === null || changesAt > now) return;
    // What had changed before a swap is no news under the rules that it brought.
    const from = Math.max(changesAt - 1, swappedAt(site.id));
    enroll(site, lead, pass(state, from, now, lead.enrollments), now);
    lead.changesAt = null;
    group.changed(site, lead, null, now);
  }

  function accept(group: Group, { sender, touchpoint: decoded }: Decoded, advance: Advance): void {
    const { site } = advance;
    const { lead, known } = leadOf(group, sender, decoded, site);
    const visitor = visitorOf(group, site.id, sender, lead);
    visitor.isNamed ||= sender.userId !== null;
    const { touchpoint, isNewSession } = inSession(visitor, decoded);
    if (isNewSession && lead.state) learnGap(lead.state, touchpoint, site);
    take(group, lead, visitor, touchpoint, isNewSession, advance, { known, sender });
  }

  /** @param message where one came: whom it names, and the lead as it was before this message merged another into it */
  function take(
    group: Group,
    lead: LoadedLead,
    visitor: LoadedVisitor,
    touchpoint: Touchpoint,
    isNewSession: boolean,
    advance: Advance,
    { known, sender }: { known: LeadState | null; sender: Sender | null } = { known: null, sender: null },
  ): void {
    const { site } = advance;
    passTime(group, lead, advance, touchpoint.receivedAt);
    const id = insertTouchpoint(site.id, visitor.id, touchpoint, isNewSession);
    const { folded, followUps, events } = advance({
      touchpoint,
      isNewSession,
      lead: lead.state,
      ...(known && { known }),
      enrollments: lead.enrollments,
    });
    lead.state = folded.lead;
    if (sender) {
      const isNews = name(group, site.id, lead, sender, touchpoint);
      if (isNews || known || touchpoint.type === 'identify' || touchpoint.type === 'group') {
        keys.write(site, lead, touchpoint.receivedAt);
      }
    }
    log.write(site, lead.id, id, folded);
    enroll(site, lead, followUps, touchpoint.receivedAt);
    announce(site, lead.id, events, touchpoint.receivedAt);
    if (touchpoint.name.startsWith('prompt_'))
      writeImpression(
        site.id,
        visitor.id,
        id,
        touchpoint,
        folded.lead,
        segmentsOf(folded.lead, site, touchpoint.at),
      );
    group.changed(site, lead, visitor, touchpoint.receivedAt);
  }

  /** A session that begins tells how long its lead was away. */
  function learnGap(lead: LeadState, { at, bot }: Touchpoint, site: CompiledSite): void {
    if (bot !== null || at <= lead.lastSeenAt) return;
    const bucket = gapBucket(at - lead.lastSeenAt);
    for (const segment of [EVERYBODY, ...segmentsOf(lead, site, at)]) gaps.add(site.id, segment, bucket);
  }

  /** `known`: the lead's state before this very message merged another one into it. */
  function leadOf(
    group: Group,
    sender: Sender,
    touchpoint: Touchpoint,
    site: CompiledSite,
  ): { lead: LoadedLead; known: LeadState | null } {
    const leadByVisitor = (anonymousId: string | null) => {
      const visitor = group.visitor(site.id, anonymousId);
      return visitor && group.lead(visitor.leadId);
    };
    const verdict: Verdict = identify(sender, touchpoint.type, touchpoint.trust, {
      visitor: leadByVisitor(sender.anonymousId),
      user: group.holder(site.id, 'user', sender.userId)?.lead ?? null,
      email: group.holder(site.id, 'email', sender.email),
      phone: group.holder(site.id, 'phone', sender.phone),
      previous: group.holder(site.id, 'user', sender.previousId)?.lead ?? leadByVisitor(sender.previousId),
    });
    const { messageId, at, receivedAt } = touchpoint;
    if (verdict.newVisitor && sender.anonymousId !== null) group.retire(site.id, sender.anonymousId, at);
    let lead = verdict.lead ? group.lead(verdict.lead.id) : group.createLead(site.id);
    const known = verdict.merges.length > 0 ? lead.state : null;
    for (const { from, reason } of verdict.merges) {
      lead = merge(group, site, from.id, lead.id, { reason, messageId, by: null, at: receivedAt });
      group.changed(site, lead, null, receivedAt);
    }
    lead.joinedOnClaim ||= verdict.onClaim;
    return { lead, known };
  }
}

function visitorOf(group: Group, siteId: number, { anonymousId }: Sender, lead: LoadedLead): LoadedVisitor {
  if (anonymousId === null) return group.serverVisitor(siteId, lead.id);
  const visitor = group.visitor(siteId, anonymousId) ?? group.createVisitor(siteId, anonymousId, lead.id);
  return visitor.leadId === lead.id ? visitor : group.serverVisitor(siteId, lead.id);
}

/** A session keeps the source it came by. Without a page there is no visit, as in a server's own messages. */
function inSession(
  visitor: LoadedVisitor,
  touchpoint: Touchpoint,
): { touchpoint: Touchpoint; isNewSession: boolean } {
  if (touchpoint.trust === 'server' && !touchpoint.page) return { touchpoint, isNewSession: false };
  const { session, sessionId, isNew } = sessionOf(visitor.session, touchpoint);
  visitor.session = session;
  const source = isNew ? touchpoint.source : session.source;
  return { touchpoint: { ...touchpoint, sessionId, source }, isNewSession: isNew };
}

/** @returns whether an address is news */
function name(
  group: Group,
  siteId: number,
  lead: LoadedLead,
  sender: Sender,
  touchpoint: Touchpoint,
): boolean {
  const { trust, type, at } = touchpoint;
  if (sender.userId !== null) {
    // An alias renames: the new id is the one to show.
    if (lead.userId === null || type === 'alias') lead.userId = sender.userId;
    group.addName(siteId, 'user', sender.userId, lead, trust);
    lead.identifiedAt ??= at;
  }
  let isNews = false;
  for (const kind of ['email', 'phone'] as const) {
    const address = sender[kind];
    if (address === null || !stands(kind, lead, touchpoint)) continue;
    if (group.addName(siteId, kind, address, lead, trust)) isNews = true;
    if (kind === 'email' && (type === 'identify' || lead.email === null)) lead.email = address;
    lead.identifiedAt ??= at;
  }
  return isNews;
}

/** What a person is said to be called counts only where nobody has said better: leads/fold.ts, traits. */
function stands(kind: 'email' | 'phone', { state }: LoadedLead, { type, trust, at }: Touchpoint): boolean {
  const trait = state?.traits[kind];
  return type !== 'identify' || (trait?.at === at && trait.trust === trust);
}

function touchpointWriter(db: Database) {
  const insert = db.prepare(
    `INSERT INTO touchpoints
       (site_id, message_id, visitor_id, type, name, at, received_at, trust, session_id, starts_session, data)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (siteId: number, visitorId: number, touchpoint: Touchpoint, isNewSession: boolean): number => {
    const { messageId, type, name: touchpointName, at, receivedAt, trust, sessionId } = touchpoint;
    const { lastInsertRowid } = insert.run(
      siteId,
      idToStore(messageId),
      visitorId,
      type,
      touchpointName,
      Math.round(at),
      receivedAt,
      trust,
      sessionId && idToStore(sessionId),
      isNewSession ? 1 : 0,
      touchpointData(touchpoint),
    );
    return Number(lastInsertRowid);
  };
}

function rejectedWriter(db: Database) {
  const insert = db.prepare(
    `INSERT INTO rejected_messages (site_id, message_id, code, reason, trust, sent_at, received_at, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const forget = db.prepare('DELETE FROM rejected_messages WHERE site_id = ? AND id <= ?');
  return (
    batch: IncomingBatch,
    { messageId, code, message, body }: IncomingBatch['rejected'][number],
  ): void => {
    const { lastInsertRowid } = insert.run(
      batch.siteId,
      messageId,
      code,
      message,
      batch.trust,
      batch.sentAt,
      batch.receivedAt,
      body.slice(0, MAX_REJECTED_BODY_CHARS),
    );
    forget.run(batch.siteId, Number(lastInsertRowid) - MAX_REJECTED_KEPT);
  };
}

/** The browser that sent all of a batch; `null` where it was none, or several. */
function soleVisitor(group: Group, { siteId, decoded }: IncomingBatch): LoadedVisitor | null {
  const anonymousId = decoded[0]?.sender.anonymousId ?? null;
  return decoded.every(({ sender }) => sender.anonymousId === anonymousId)
    ? group.visitor(siteId, anonymousId)
    : null;
}

/** When e-mails that the person had not asked for went to a lead in the last week. */
function recentMessages(db: Database) {
  const select = db
    .prepare<[number, number], number>(
      'SELECT sent_at FROM deliveries WHERE lead_id = ? AND contacted = 1 AND sent_at > ?',
    )
    .pluck();
  return (leadId: number, now: number): number[] => select.all(leadId, now - WEEK_MS);
}
