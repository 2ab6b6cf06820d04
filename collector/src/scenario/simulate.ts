/**
 * A lead's life without a server or a store: the same decoding, fold, plan and guards as a collector's, under a clock
 * that jumps from one thing to the next. Nobody is held out, and whatever is sent arrives.
 */
import { holds } from '@handrail/sdk/condition';
import { advanceUnder } from '../advance.ts';
import { CHANNEL_KINDS } from '../follow-ups/channels/kinds.ts';
import { decideFor } from '../follow-ups/decide.ts';
import type { Decision } from '../follow-ups/guards.ts';
import { type Enrollment, type FollowUps, type PlannedStep, planStep } from '../follow-ups/plan.ts';
import { decode, type Envelope } from '../ingest/decode.ts';
import { type Session, sessionOf } from '../ingest/sessions.ts';
import { factsOf } from '../leads/facts.ts';
import { heatOf, scoreOf } from '../leads/heat.ts';
import { newLead, temperatureOf } from '../leads/state.ts';
import type { Sender, Touchpoint, Trust } from '../leads/touchpoint.ts';
import { type LeadView, leadView } from '../leads/view.ts';
import { type CompiledSite, compileSite } from '../site/compile.ts';
import type { Send } from '../site/schema/sequence.ts';
import type { Site, Step } from '../site/schema.ts';
import type { LeasedDelivery } from '../store/follow-ups.ts';
import type { LeadRecord, StoredScoreEntry } from '../store/store.ts';

const WEEK_MS = 7 * 86_400_000;
const LEAD_ID = 'lead_scenario';

interface Message {
  sequence: string;
  step: number;
  channel: PlannedStep['channel'];
  at: number;
}
export interface SentMessage extends Message {
  /** As the site has it. */
  content: { task: string } | Omit<Send, 'channel'>;
}
export interface SkippedMessage extends Message {
  reason: string;
}

export interface Simulation {
  /** @throws SyntaxError for a message that a collector would reject; says why */
  receive(message: object, trust: Trust, at: number): void;
  /** Sends all that is due by then. */
  passTo(at: number): void;
  lead(at: number): LeadView;
  entries(): readonly StoredScoreEntry[];
  sent(): readonly SentMessage[];
  skipped(): readonly SkippedMessage[];
  /** Whether the prompt's `if` holds; `null` if there is no such prompt. */
  isPromptEligible(promptId: string, at: number): boolean | null;
}

interface DueDelivery extends PlannedStep {
  enrollmentId: number;
}

export function createSimulation(site: Site): Simulation {
  const compiled = compileSite(1, 1, {
    ...site,
    sequences: site.sequences.map((sequence) => ({ ...sequence, holdout: 0 })),
  });
  const advance = advanceUnder(compiled);
  const record: LeadRecord = {
    id: LEAD_ID,
    userId: null,
    email: null,
    heat: 0,
    identifiedAt: null,
    nextDueAt: null,
    state: newLead(site.stages[0]?.id ?? ''),
  };
  let received = 0;
  let session: Session | null = null;
  let enrollments: Enrollment[] = [];
  let due: DueDelivery[] = [];
  const entries: StoredScoreEntry[] = [];
  const sent: SentMessage[] = [];
  const skipped: SkippedMessage[] = [];

  function inSession(touchpoint: Touchpoint): { touchpoint: Touchpoint; isNewSession: boolean } {
    // As in the store: without a page there is no visit, as in a server's own messages.
    if (touchpoint.trust === 'server' && !touchpoint.page) return { touchpoint, isNewSession: false };
    const cut = sessionOf(session, touchpoint);
    session = cut.session;
    const source = cut.isNew ? touchpoint.source : cut.session.source;
    return { touchpoint: { ...touchpoint, sessionId: cut.sessionId, source }, isNewSession: cut.isNew };
  }

  function identify({ userId, email }: Sender, at: number): void {
    record.userId = userId ?? record.userId;
    record.email = email ?? record.email;
    if (record.userId !== null || record.email !== null) record.identifiedAt ??= at;
  }

  function enroll({ started, restarted, ended }: FollowUps, at: number): void {
    for (const { enrollmentId, reason } of ended) {
      update(enrollmentId, { status: reason === 'goal_met' ? 'goal_met' : 'exited', endedAt: at });
      for (const each of due) if (each.enrollmentId === enrollmentId) skip(each, reason, at);
      due = due.filter((each) => each.enrollmentId !== enrollmentId);
    }
    for (const { enrollmentId, anchorAt, first } of restarted) {
      update(enrollmentId, { anchorAt });
      due = due.map((each) => (each.enrollmentId === enrollmentId ? { ...each, dueAt: first.dueAt } : each));
    }
    for (const { sequenceId, anchorAt, first } of started) {
      const enrollment: Enrollment = {
        id: enrollments.length + 1,
        sequenceId,
        status: 'active',
        anchorAt,
        step: first.step,
        endedAt: null,
      };
      // The latest of each sequence is found first.
      enrollments = [enrollment, ...enrollments];
      due.push({ ...first, enrollmentId: enrollment.id });
    }
  }

  function update(enrollmentId: number, change: Partial<Enrollment>): void {
    enrollments = enrollments.map((each) => (each.id === enrollmentId ? { ...each, ...change } : each));
  }

  function sequenceOf(enrollmentId: number): string {
    return enrollments.find(({ id }) => id === enrollmentId)?.sequenceId ?? '';
  }

  function skip({ enrollmentId, step, channel }: DueDelivery, reason: string, at: number): void {
    skipped.push({ sequence: sequenceOf(enrollmentId), step, channel, at, reason });
  }

  function deliver(delivery: DueDelivery): void {
    const { enrollmentId, step, channel, dueAt } = delivery;
    const enrollment = enrollments.find(({ id }) => id === enrollmentId);
    const sequence = compiled.sequences.find(({ id }) => id === enrollment?.sequenceId);
    if (!enrollment || !sequence) return;
    const decision = decisionFor(leased(delivery, enrollment), sequence.steps[step], dueAt);
    if (decision.action === 'defer') {
      due.push({ ...delivery, dueAt: decision.until });
      return;
    }
    if (decision.action === 'skip') skip(delivery, decision.reason, dueAt);
    else {
      const content = contentOf(sequence.steps[step]);
      if (content) sent.push({ sequence: sequence.id, step, channel, at: dueAt, content });
    }
    const next = planStep(sequence, step + 1, enrollment.anchorAt);
    if (next) {
      update(enrollmentId, { step: next.step });
      // A step that was put off must not be overtaken by the one after it.
      due.push({ ...next, dueAt: Math.max(next.dueAt, dueAt), enrollmentId });
    } else if (enrollment.status === 'active') {
      update(enrollmentId, { status: 'completed', endedAt: dueAt });
    }
  }

  function decisionFor(delivery: LeasedDelivery, step: Step | undefined, at: number): Decision {
    const kind = CHANNEL_KINDS[delivery.channel];
    if (!step || !kind) return { action: 'skip', reason: 'sequence_removed', checks: [] };
    const send = 'task' in step ? step.task : step.send;
    const address = kind.addressOf(record);
    return decideFor({ delivery, site: compiled, kind, send, address, suppressed: [] }, at);
  }

  function leased({ step, channel, endpoint, dueAt }: DueDelivery, enrollment: Enrollment): LeasedDelivery {
    const isRecentMessage = (each: SentMessage) =>
      CHANNEL_KINDS[each.channel]?.addresses === 'person' && each.at > dueAt - WEEK_MS;
    return {
      id: 0,
      publicId: '',
      lease: '',
      siteId: compiled.id,
      origin: { kind: 'step', enrollment, step },
      channel,
      endpoint,
      isEndpointDisabled: false,
      dueAt,
      attempts: 0,
      isRetriedByHand: false,
      turnAt: null,
      lead: record,
      scoreEntries: entries,
      messagesThisWeek: sent.filter(isRecentMessage).length,
      askedForToday: 0,
    };
  }

  function deliverWhile(isDue: (dueAt: number) => boolean): void {
    for (;;) {
      due.sort((a, b) => a.dueAt - b.dueAt);
      const next = due[0];
      if (!next || !isDue(next.dueAt)) return;
      due = due.slice(1);
      deliver(next);
    }
  }

  return {
    receive(message, trust, at) {
      // What is due at the very time of a touchpoint comes after it, as a dispatcher looks only now and then.
      deliverWhile((dueAt) => dueAt < at);
      const { sender, touchpoint: decoded } = decodeOrThrow(message, trust, at, received++, compiled);
      const { touchpoint, isNewSession } = inSession(decoded);
      const { folded, followUps } = advance({ touchpoint, isNewSession, lead: record.state, enrollments });
      record.state = folded.lead;
      record.heat = heatOf(folded.lead.score, folded.lead.scoredAt, compiled.halfLifeMs);
      identify(sender, at);
      for (const entry of folded.entries) {
        const { messageId, name } = touchpoint;
        entries.push({ ...entry, version: compiled.version, messageId, touchpoint: name });
      }
      enroll(followUps, at);
    },
    passTo: (at) => deliverWhile((dueAt) => dueAt <= at),
    lead(at) {
      const { state } = record;
      // Before its first touchpoint there is no lead, and no time at which it was seen.
      const seen = state.touchpointCount > 0 ? state : { ...state, firstSeenAt: at };
      return leadView({ ...record, state: seen }, compiled, at);
    },
    entries: () => entries,
    sent: () => sent,
    skipped: () => skipped,
    isPromptEligible(promptId, now) {
      const prompt = site.prompts.find(({ id }) => id === promptId);
      if (!prompt) return null;
      const score = scoreOf(record.heat, now, compiled.halfLifeMs);
      const temperature = temperatureOf(score, site.scoring.thresholds);
      const facts = factsOf({ lead: record.state, touchpoint: null, temperature, now }, compiled);
      return prompt.if === undefined || holds(prompt.if, facts);
    },
  };
}

function contentOf(step: Step | undefined): SentMessage['content'] | null {
  if (!step) return null;
  if ('task' in step) return { task: step.task.title };
  const { channel: _, ...content } = step.send;
  return content;
}

function decodeOrThrow(
  message: object,
  trust: Trust,
  at: number,
  number: number,
  { site, scrub }: CompiledSite,
) {
  const envelope: Envelope = {
    sentAt: at,
    receivedAt: at,
    trust,
    userAgent: '',
    context: undefined,
    bodyBytes: 0,
    scrub,
    country: site.country,
  };
  const decoding = decode(message, envelope, () => `message-${number}`);
  if (decoding.kind === 'touchpoint') return decoding.decoded;
  throw new SyntaxError(decoding.kind === 'rejected' ? decoding.rejection.message : 'belongs to nobody');
}
