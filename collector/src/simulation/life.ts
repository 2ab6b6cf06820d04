/**
 * A lead's life without a server or a store: the same fold, plan, walk and guards as a collector's, under a clock that
 * jumps from one thing to the next. Nothing leaves; what would be sent arrives. Pure.
 */
import { advanceUnder } from '../advance.ts';
import type { AnyKind } from '../follow-ups/channels/kinds.ts';
import { decideFor } from '../follow-ups/decide.ts';
import type { Links } from '../follow-ups/links.ts';
import type { Enrollment } from '../follow-ups/plan.ts';
import { sendOf } from '../follow-ups/program.ts';
import type { Reason } from '../follow-ups/reason-words.ts';
import { sentTouchpoint } from '../follow-ups/sent-touchpoint.ts';
import { isTransactional } from '../follow-ups/transactional.ts';
import { walk } from '../follow-ups/walk.ts';
import { factsOf, momentOf } from '../leads/facts.ts';
import { type Folded, fold } from '../leads/fold.ts';
import { heatOf } from '../leads/heat.ts';
import { nextChangeAt } from '../leads/standing.ts';
import { newLead } from '../leads/state.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import { leadView } from '../leads/view.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { CompiledSequence } from '../site/compile-sequences.ts';
import type { LeasedDelivery } from '../store/follow-ups.ts';
import type { LeadRecord, StoredScoreEntry } from '../store/store.ts';
import type { LifeEvent } from './events.ts';
import { createRuns, type DueMessage } from './runs.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** What there is around all lives. */
export interface Outside {
  kinds: Readonly<Record<string, AnyKind>>;
  /** A number in 0…1, always the same for a name and a lead. */
  chanceOf(name: string, leadId: string): number;
  links: Links;
}

export interface LifeOptions {
  site: CompiledSite;
  outside: Outside;
  leadId: string;
  isHeldOut(sequence: CompiledSequence): boolean;
  /** What the person is not to be written to about by then; `''` is everything. */
  suppressedAt(at: number): readonly string[];
  tell(event: LifeEvent): void;
}

/** Five a day for a year: far more than anybody is sent, and an end for sequences that start each other without one. */
const MAX_DEEDS = 2_000;

export interface Life {
  /** As it is by now. */
  readonly lead: LeadRecord;
  readonly entries: readonly StoredScoreEntry[];
  /** Sequences have done more in it than `MAX_DEEDS`, and nothing after that. */
  isCutShort(): boolean;
  /** What it is called from now on; `null` changes nothing. */
  identify(names: { userId: string | null; email: string | null }, at: number): void;
  /** Folds what was before the life's beginning: it starts nothing. */
  recall(touchpoint: Touchpoint, isNewSession: boolean): void;
  /** A message that went to the person before the beginning, and counts in the contact budget. */
  recallContact(at: number): void;
  /** To be called before anything happens. */
  begin(at: number): void;
  /** Does all that is due before it, then takes it, when it was received. */
  receive(touchpoint: Touchpoint, isNewSession: boolean): void;
  /** Does all that is due by then. */
  passTo(at: number): void;
}

export function createLife({ site, outside, leadId, isHeldOut, suppressedAt, tell }: LifeOptions): Life {
  const { kinds } = outside;
  const advance = advanceUnder(site);
  const lead: LeadRecord = {
    id: leadId,
    userId: null,
    email: null,
    heat: 0,
    identifiedAt: null,
    nextDueAt: null,
    state: newLead(site.site.stages[0]?.id ?? ''),
  };
  const entries: StoredScoreEntry[] = [];
  const runs = createRuns(site, isHeldOut, tell);
  /** What was due before this is late, and is due now. */
  let clock = Number.NEGATIVE_INFINITY;
  /** Messages decided about, and steps done. */
  let deeds = 0;
  /** When time will change the lead. */
  let changesAt: number | null = null;
  /** When messages went to the person: those of sequences, and those that were asked for. */
  const sentAt = { unasked: [] as number[], askedFor: [] as number[] };
  const timezone = () => lead.state.timezone ?? site.site.timezone;

  function keep(folded: Folded, { messageId, name }: Touchpoint): void {
    lead.state = folded.lead;
    lead.heat = heatOf(folded.lead.score, folded.lead.scoredAt, site.halfLifeMs);
    for (const entry of folded.entries) {
      entries.push({ ...entry, version: site.version, messageId, touchpoint: name });
    }
  }

  function take(touchpoint: Touchpoint, isNewSession: boolean, at: number): void {
    const { folded, followUps } = advance({
      touchpoint,
      isNewSession,
      lead: lead.state,
      enrollments: runs.all(),
    });
    keep(folded, touchpoint);
    runs.carryOut(followUps, at);
    changesAt = nextChangeAt(lead.state, site, at);
  }

  function deliver(message: DueMessage, at: number): void {
    const { node, enrollmentId } = message;
    const run = runs.find(enrollmentId);
    if (!run) return;
    const delivery = leased(message, run, at);
    const outcome = outcomeOf(message, delivery, at);
    if ('until' in outcome) {
      runs.defer(message, outcome.until);
      tell({ kind: 'put_off', at, run, node });
      return;
    }
    tell({ kind: 'message', at, run, node, ...outcome });
    const facts = factsOf(momentOf(lead.state, at, site), site);
    runs.onward(message, outcome.status === 'skipped', { timezone: timezone(), facts, now: at });
    if (outcome.status === 'sent' && kinds[node.route.channel]?.addresses === 'person') {
      (isTransactional(run.sequenceId) ? sentAt.askedFor : sentAt.unasked).push(at);
      take(sentTouchpoint(delivery, at), false, at);
    }
  }

  function outcomeOf(
    { node }: DueMessage,
    delivery: LeasedDelivery,
    now: number,
  ): { status: 'sent'; reason: null } | { status: 'skipped' | 'failed'; reason: Reason } | { until: number } {
    const kind = kinds[node.route.channel];
    if (!kind) return { status: 'failed', reason: 'channel_removed' };
    const send = sendOf(node);
    const address = kind.addressOf(lead);
    const suppressed = suppressedAt(now);
    const decision = decideFor({ delivery, site, kind, send, address, suppressed }, now);
    if (decision.action === 'defer') return { until: decision.until };
    if (decision.action === 'skip') return { status: 'skipped', reason: decision.reason };
    const view = leadView(lead, site, now);
    const prepared = kind.prepare(send, { delivery, site, lead: view, links: outside.links, now });
    if (prepared.ok) return { status: 'sent', reason: null };
    return 'skip' in prepared
      ? { status: 'skipped', reason: prepared.skip }
      : { status: 'failed', reason: prepared.failure.reason };
  }

  function leased({ node, dueAt, plannedAt }: DueMessage, run: Enrollment, now: number): LeasedDelivery {
    const since = (times: readonly number[], ms: number) => times.filter((at) => at > now - ms).length;
    return {
      id: 0,
      publicId: `${run.id}-${node.index}`,
      lease: '',
      siteId: site.id,
      origin: { kind: 'step', enrollment: run, step: node.index },
      channel: node.route.channel,
      endpoint: node.route.endpoint,
      isEndpointDisabled: false,
      dueAt,
      plannedAt,
      attempts: 0,
      isRetriedByHand: false,
      turnAt: null,
      lead,
      scoreEntries: entries,
      messagesThisWeek: since(sentAt.unasked, WEEK_MS),
      askedForToday: since(sentAt.askedFor, DAY_MS),
    };
  }

  function walkFrom(run: Enrollment, at: number): void {
    const sequence = site.sequenceOf(run);
    const node = sequence?.program[run.step];
    if (!sequence || !node || node.kind === 'message') return;
    const { outcome, detail, effect, ...onward } = walk(node, {
      sequence,
      enrollment: run,
      facts: factsOf(momentOf(lead.state, at, site), site),
      chanceOf: (name) => outside.chanceOf(name, leadId),
      noteId: `run-${run.id}-${run.step}`,
      timezone: timezone(),
      now: at,
    });
    tell({ kind: 'walked', at, run, step: { index: node.index, id: node.id }, outcome, detail });
    runs.walked(run, onward, at);
    if (effect) take(effect, false, at);
  }

  function changeBy(at: number): void {
    runs.carryOut(advance.pass(lead.state, (changesAt ?? at) - 1, at, runs.all()), at);
    changesAt = nextChangeAt(lead.state, site, at);
  }

  /** In the order of time; what time itself brings comes before what is due just then. */
  function workWhile(isDue: (at: number) => boolean): void {
    for (;;) {
      const change = changesAt !== null && isDue(changesAt) ? changesAt : null;
      const isFirst = (at: number) => isDue(at) && (change === null || at < change);
      const due = deeds < MAX_DEEDS ? runs.next(clock, isFirst) : null;
      if (due) deeds++;
      clock = Math.max(clock, due?.at ?? change ?? clock);
      if (due && 'run' in due) walkFrom(due.run, due.at);
      else if (due) deliver(due.message, due.at);
      else if (change !== null) changeBy(change);
      else return;
    }
  }

  return {
    lead,
    entries,
    isCutShort: () => deeds >= MAX_DEEDS,
    identify({ userId, email }, at) {
      lead.userId = userId ?? lead.userId;
      lead.email = email ?? lead.email;
      if (lead.userId !== null || lead.email !== null) lead.identifiedAt ??= at;
    },
    recall: (touchpoint, isNewSession) => keep(fold(lead.state, touchpoint, isNewSession, site), touchpoint),
    recallContact: (at) => sentAt.unasked.push(at),
    begin(at) {
      clock = at;
      changesAt = nextChangeAt(lead.state, site, at);
    },
    receive(touchpoint, isNewSession) {
      const { receivedAt } = touchpoint;
      // What is due at the very time of a touchpoint comes after it, as a dispatcher looks only now and then.
      workWhile((at) => at < receivedAt);
      clock = Math.max(clock, receivedAt);
      if (changesAt !== null && changesAt <= receivedAt) changeBy(receivedAt);
      take(touchpoint, isNewSession, receivedAt);
    },
    passTo: (at) => workWhile((dueAt) => dueAt <= at),
  };
}
