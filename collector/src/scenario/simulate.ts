/**
 * A lead's life without a server or a store: the same decoding, fold, plan and guards as a collector's, under a clock
 * that jumps from one thing to the next. Nobody is held out, and whatever is sent arrives.
 */
import { holds } from '@handrail/sdk/condition';
import { advanceUnder } from '../advance.ts';
import { CHANNEL_KINDS } from '../follow-ups/channels/kinds.ts';
import { decideFor } from '../follow-ups/decide.ts';
import type { Decision } from '../follow-ups/guards.ts';
import { holdoutDraw } from '../follow-ups/holdout.ts';
import type { Enrollment } from '../follow-ups/plan.ts';
import { type MessageNode, messageAt, sendOf } from '../follow-ups/program.ts';
import { sentTouchpoint } from '../follow-ups/sent-touchpoint.ts';
import { walk } from '../follow-ups/walk.ts';
import { decode, type Envelope } from '../ingest/decode.ts';
import { type Session, sessionOf } from '../ingest/sessions.ts';
import { factsOf, momentOf } from '../leads/facts.ts';
import { heatOf, scoreOf } from '../leads/heat.ts';
import { nextChangeAt } from '../leads/standing.ts';
import { newLead, temperatureOf } from '../leads/state.ts';
import type { Sender, Touchpoint, Trust } from '../leads/touchpoint.ts';
import { type LeadView, leadView } from '../leads/view.ts';
import { type CompiledSite, compileSite } from '../site/compile.ts';
import type { Send } from '../site/schema/sequence.ts';
import type { Site } from '../site/schema.ts';
import type { LeasedDelivery } from '../store/follow-ups.ts';
import type { LeadRecord, StoredScoreEntry } from '../store/store.ts';
import { createRuns, type DueMessage } from './runs.ts';

const WEEK_MS = 7 * 86_400_000;
const LEAD_ID = 'lead_scenario';

interface Message {
  sequence: string;
  step: number;
  channel: string;
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
  /** Does all that is due by then. */
  passTo(at: number): void;
  lead(at: number): LeadView;
  entries(): readonly StoredScoreEntry[];
  sent(): readonly SentMessage[];
  skipped(): readonly SkippedMessage[];
  /** Whether the prompt's `if` holds; `null` if there is no such prompt. */
  isPromptEligible(promptId: string, at: number): boolean | null;
}

export function createSimulation(site: Site): Simulation {
  const compiled = compileSite(1, 1, site);
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
  /** When time will change the lead. */
  let changesAt: number | null = null;
  const entries: StoredScoreEntry[] = [];
  const sent: SentMessage[] = [];
  const skipped: SkippedMessage[] = [];
  const runs = createRuns(
    compiled,
    () => false,
    (message, reason, at) => skip(message, reason, at),
  );
  const timezone = () => record.state.timezone ?? site.timezone;

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

  function take(touchpoint: Touchpoint, isNewSession: boolean, at: number): void {
    const { folded, followUps } = advance({
      touchpoint,
      isNewSession,
      lead: record.state,
      enrollments: runs.all(),
    });
    record.state = folded.lead;
    record.heat = heatOf(folded.lead.score, folded.lead.scoredAt, compiled.halfLifeMs);
    for (const entry of folded.entries) {
      const { messageId, name } = touchpoint;
      entries.push({ ...entry, version: compiled.version, messageId, touchpoint: name });
    }
    runs.carryOut(followUps, at);
    changesAt = nextChangeAt(record.state, compiled, at);
  }

  function nameOf(enrollmentId: number): string {
    return runs.all().find(({ id }) => id === enrollmentId)?.sequenceId ?? '';
  }

  function skip({ enrollmentId, step, route }: DueMessage, reason: string, at: number): void {
    skipped.push({ sequence: nameOf(enrollmentId), step, channel: route.channel, at, reason });
  }

  function deliver(message: DueMessage, at: number): void {
    const run = runs.all().find(({ id }) => id === message.enrollmentId);
    const node = run && messageAt(compiled.sequenceOf(run), message.step);
    if (!run || !node) return;
    const decision = decisionFor(message, node, run, at);
    if (decision.action === 'defer') {
      runs.defer(message, decision.until);
      return;
    }
    const { channel } = message.route;
    const isSent = decision.action === 'send';
    if (isSent)
      sent.push({ sequence: run.sequenceId, step: message.step, channel, at, content: contentOf(node) });
    else skip(message, decision.reason, at);
    runs.onward(message, !isSent, timezone(), at);
    if (isSent && CHANNEL_KINDS[channel]?.addresses === 'person') {
      take(sentTouchpoint(leased(message, run, at), at), false, at);
    }
  }

  function decisionFor(message: DueMessage, node: MessageNode, run: Enrollment, at: number): Decision {
    const kind = CHANNEL_KINDS[message.route.channel];
    if (!kind) return { action: 'skip', reason: 'sequence_removed', checks: [] };
    const delivery = leased(message, run, at);
    const address = kind.addressOf(record);
    return decideFor({ delivery, site: compiled, kind, send: sendOf(node), address, suppressed: [] }, at);
  }

  function leased(
    { step, route, dueAt, plannedAt }: DueMessage,
    enrollment: Enrollment,
    at: number,
  ): LeasedDelivery {
    const isRecentMessage = (each: SentMessage) =>
      CHANNEL_KINDS[each.channel]?.addresses === 'person' && each.at > at - WEEK_MS;
    return {
      id: 0,
      publicId: `${enrollment.id}-${step}`,
      lease: '',
      siteId: compiled.id,
      origin: { kind: 'step', enrollment, step },
      channel: route.channel,
      endpoint: route.endpoint,
      isEndpointDisabled: false,
      dueAt,
      plannedAt,
      attempts: 0,
      isRetriedByHand: false,
      turnAt: null,
      lead: record,
      scoreEntries: entries,
      messagesThisWeek: sent.filter(isRecentMessage).length,
      askedForToday: 0,
    };
  }

  function walkFrom(enrollment: Enrollment, at: number): void {
    const sequence = compiled.sequenceOf(enrollment);
    const node = sequence?.program[enrollment.step];
    if (!sequence || !node || node.kind === 'message') return;
    const facts = factsOf(momentOf(record.state, at, compiled), compiled);
    const walked = walk(node, {
      sequence,
      enrollment,
      facts,
      chanceOf: (name) => holdoutDraw(name, LEAD_ID),
      timezone: timezone(),
      now: at,
    });
    runs.walked(enrollment, walked, at);
    if (walked.effect) take(walked.effect, false, at);
  }

  function changeBy(at: number): void {
    runs.carryOut(advance.pass(record.state, at - 1, at, runs.all()), at);
    changesAt = nextChangeAt(record.state, compiled, at);
  }

  /** In the order of time; what time itself brings comes before what is due just then. */
  function workWhile(isDue: (at: number) => boolean): void {
    for (;;) {
      const change = changesAt !== null && isDue(changesAt) ? changesAt : null;
      const due = runs.next((at) => isDue(at) && (change === null || at < change));
      if (due && 'run' in due) walkFrom(due.run, due.at);
      else if (due) deliver(due.message, due.at);
      else if (change !== null) changeBy(change);
      else return;
    }
  }

  return {
    receive(message, trust, at) {
      // What is due at the very time of a touchpoint comes after it, as a dispatcher looks only now and then.
      workWhile((dueAt) => dueAt < at);
      const { sender, touchpoint: decoded } = decodeOrThrow(message, trust, at, received++, compiled);
      identify(sender, at);
      const { touchpoint, isNewSession } = inSession(decoded);
      take(touchpoint, isNewSession, at);
    },
    passTo: (at) => workWhile((dueAt) => dueAt <= at),
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

function contentOf({ step }: MessageNode): SentMessage['content'] {
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
