/**
 * A scenario's lead: what it sends is decoded and cut into sessions as by a collector, and lived through (see
 * simulation/life.ts). Nobody is held out, and nobody is suppressed.
 */
import { holds } from '@handrail/sdk/condition';
import type { MessageNode } from '../follow-ups/program.ts';
import { decode, type Envelope } from '../ingest/decode.ts';
import { type Session, sessionOf } from '../ingest/sessions.ts';
import { factsOf } from '../leads/facts.ts';
import { scoreOf } from '../leads/heat.ts';
import { temperatureOf } from '../leads/state.ts';
import type { Touchpoint, Trust } from '../leads/touchpoint.ts';
import { type LeadView, leadView } from '../leads/view.ts';
import { createLife } from '../simulation/life.ts';
import { OUTSIDE } from '../simulation/outside.ts';
import { type CompiledSite, compileSite } from '../site/compile.ts';
import type { Send } from '../site/schema/sequence.ts';
import type { Site } from '../site/schema.ts';
import type { StoredScoreEntry } from '../store/store.ts';

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
  const sent: SentMessage[] = [];
  const skipped: SkippedMessage[] = [];
  const life = createLife({
    site: compiled,
    outside: OUTSIDE,
    leadId: 'lead_scenario',
    isHeldOut: () => false,
    suppressedAt: () => [],
    tell(event) {
      if (event.kind !== 'message') return;
      const { run, node, at, reason } = event;
      const message = { sequence: run.sequenceId, step: node.index, channel: node.route.channel, at };
      if (reason === null) sent.push({ ...message, content: contentOf(node) });
      else skipped.push({ ...message, reason });
    },
  });
  let received = 0;
  let session: Session | null = null;

  function inSession(touchpoint: Touchpoint): { touchpoint: Touchpoint; isNewSession: boolean } {
    // As in the store: without a page there is no visit, as in a server's own messages.
    if (touchpoint.trust === 'server' && !touchpoint.page) return { touchpoint, isNewSession: false };
    const cut = sessionOf(session, touchpoint);
    session = cut.session;
    const source = cut.isNew ? touchpoint.source : cut.session.source;
    return { touchpoint: { ...touchpoint, sessionId: cut.sessionId, source }, isNewSession: cut.isNew };
  }

  return {
    receive(message, trust, at) {
      const { sender, touchpoint: decoded } = decodeOrThrow(message, trust, at, received++, compiled);
      const { touchpoint, isNewSession } = inSession(decoded);
      life.receive(touchpoint, isNewSession);
      life.identify(sender, at);
    },
    passTo: life.passTo,
    lead(at) {
      const { state } = life.lead;
      // Before its first touchpoint there is no lead, and no time at which it was seen.
      const seen = state.touchpointCount > 0 ? state : { ...state, firstSeenAt: at };
      return leadView({ ...life.lead, state: seen }, compiled, at);
    },
    entries: () => life.entries,
    sent: () => sent,
    skipped: () => skipped,
    isPromptEligible(promptId, now) {
      const prompt = site.prompts.find(({ id }) => id === promptId);
      if (!prompt) return null;
      const score = scoreOf(life.lead.heat, now, compiled.halfLifeMs);
      const temperature = temperatureOf(score, site.scoring.thresholds);
      const facts = factsOf({ lead: life.lead.state, touchpoint: null, temperature, now }, compiled);
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
