/** What sequences would have done, counted over leads. Pure. */
import type { Enrollment } from '../follow-ups/plan.ts';
import type { MessageNode, Node } from '../follow-ups/program.ts';
import type { Reason } from '../follow-ups/reason-words.ts';
import type { StepOutcome } from '../follow-ups/walk.ts';
import { localTime } from '../leads/local-time.ts';
import type { LifeEvent } from '../simulation/events.ts';
import type { Outside } from '../simulation/life.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { CompiledSequence } from '../site/compile-sequences.ts';
import { type MessageReport, messageCounts } from './message-counts.ts';
import type { LeadHistory } from './observe.ts';
import { createTally } from './tally.ts';

export interface StepPreview {
  /** Stays the same over edits where the owner has named it. */
  id: string;
  /** Its place. */
  step: number;
  kind: Node['kind'];
  /** `null` for a step that sends nothing. */
  channel: string | null;
  sent: number;
  /** How often quiet hours made it later; it was sent or stopped after that. */
  putOff: number;
  stopped: { reason: Reason; messages: number }[];
  /** Of a step that sends nothing; `detail` names the arm of a split, the case of a branch, a tag, … */
  outcomes: { outcome: StepOutcome; detail: string | null; runs: number }[];
}

export interface OneSequence {
  id: string;
  paused: boolean;
  /** Runs; one lead may have several. */
  started: number;
  heldOut: number;
  /** Runs whose goal was met, be it after their last step. */
  goalsMet: number;
  ended: { completed: number; goal_met: number; exited: number };
  /** Not over yet. */
  underWay: number;
  steps: StepPreview[];
}

export interface SampleMessage {
  at: number;
  sequenceId: string;
  stepId: string;
  step: number;
  channel: string;
  /** The template, the endpoint, or the task's title as the site has it. */
  what: string;
  status: 'sent' | 'skipped' | 'failed';
  reason: Reason | null;
}
export interface SampleLead {
  id: string;
  email: string | null;
  messages: SampleMessage[];
  /** Further ones, which are left out. */
  more: number;
}

export interface SequencePreview extends MessageReport {
  at: number;
  /** `days` before it. */
  from: number;
  days: number;
  timezone: string;
  leads: number;
  touchpoints: number;
  /** Leads for whom sequences would have done thousands of things, as where two start each other: the rest is left out. */
  cutShort: number;
  sequences: OneSequence[];
  /** Some of the leads that a message was due to, drawn at random, and always the same. */
  sample: SampleLead[];
  assumptions: readonly string[];
}

/** What the figures take for granted, for whoever reads them. */
const ASSUMPTIONS = [
  'The draft begins with the first of these days: nobody is under way in it before, and the history before counts for what is known of each lead. What sequences really did in these days is taken out.',
  'Every message arrives, and nobody reacts to it otherwise than history says: who would have bought after a reminder is not known.',
  'Consent is what it was at the time; who is suppressed now has been since then.',
  'Quiet hours, the contact budget and the holdout apply to all sequences together, those of higher priority first. Prompts count as they were shown.',
  'Who is known to be one person now was one from the beginning.',
  'What arrived more than a day late, as an import does, is taken as if it had arrived when it happened.',
  'A limit for each mail domain, and receivers that are down, are left out.',
] as const;

const SAMPLE_LEADS = 20;
const MAX_SAMPLE_MESSAGES = 100;
const DAY_MS = 86_400_000;

export interface SequenceCounts {
  add(history: LeadHistory, events: readonly LifeEvent[], isCutShort: boolean): void;
  report(): SequencePreview;
}

export function sequenceCounts(
  site: CompiledSite,
  { kinds, chanceOf }: Outside,
  days: number,
  now: number,
): SequenceCounts {
  const from = now - days * DAY_MS;
  const { timezone } = site.site;
  const sequences = new Map(site.sequences.map((each) => [each.id, oneSequence(each)]));
  const messages = messageCounts(timezone, from, now, (id) => kinds[id]?.addresses === 'person');
  const sample = lowest<SampleLead>(SAMPLE_LEADS);
  let leads = 0;
  let touchpoints = 0;
  let cutShort = 0;

  return {
    add(history, events, isCutShort) {
      leads++;
      if (isCutShort) cutShort++;
      touchpoints += history.touchpoints.length;
      for (const event of events) sequences.get(event.run.sequenceId)?.add(event);
      const own = events.filter((event) => event.kind === 'message');
      if (own.length === 0) return;
      messages.add(history, own);
      sample.add(chanceOf('sequence-preview', history.id), () => sampleLead(history, own));
    },
    report: () => ({
      at: now,
      from,
      days,
      timezone: localTime(now, timezone).zoneName ?? timezone,
      leads,
      touchpoints,
      cutShort,
      sequences: [...sequences.values()].map((each) => each.report()),
      ...messages.report(),
      sample: sample.items(),
      assumptions: ASSUMPTIONS,
    }),
  };
}

function oneSequence({ id, paused, program }: CompiledSequence) {
  const steps = program.map(oneStep);
  const ended: Record<Exclude<Enrollment['status'], 'active'>, number> = {
    completed: 0,
    goal_met: 0,
    exited: 0,
  };
  let started = 0;
  let heldOut = 0;
  let goalsMet = 0;
  return {
    add(event: LifeEvent): void {
      const { run } = event;
      if (event.kind === 'started') started++;
      if (event.kind === 'started' && run.isHeldOut) heldOut++;
      if (event.kind === 'goal_met') goalsMet++;
      if (event.kind === 'ended' && run.status !== 'active') ended[run.status]++;
      if (event.kind === 'walked') steps[event.step.index]?.walked(event);
      if (event.kind === 'put_off') steps[event.node.index]?.putOff();
      if (event.kind === 'message') steps[event.node.index]?.message(event);
    },
    report(): OneSequence {
      const underWay = started - ended.completed - ended.goal_met - ended.exited;
      const reports = steps.map((step) => step.report());
      return { id, paused, started, heldOut, goalsMet, ended, underWay, steps: reports };
    },
  };
}

function oneStep(node: Node) {
  const stopped = createTally<Reason>();
  const outcomes = createTally<Pick<StepPreview['outcomes'][number], 'outcome' | 'detail'>>(
    ({ outcome, detail }) => `${outcome} ${detail}`,
  );
  let sent = 0;
  let putOff = 0;
  return {
    walked: ({ outcome, detail }: LifeEvent & { kind: 'walked' }) => outcomes.add({ outcome, detail }),
    putOff: () => {
      putOff++;
    },
    message({ reason }: LifeEvent & { kind: 'message' }): void {
      if (reason === null) sent++;
      else stopped.add(reason);
    },
    report: (): StepPreview => ({
      id: node.id,
      step: node.index,
      kind: node.kind,
      channel: node.kind === 'message' ? node.route.channel : null,
      sent,
      putOff,
      stopped: stopped.all().map(({ key: reason, count }) => ({ reason, messages: count })),
      outcomes: outcomes.all().map(({ key, count }) => ({ ...key, runs: count })),
    }),
  };
}

function sampleLead(
  { id, email }: LeadHistory,
  events: readonly (LifeEvent & { kind: 'message' })[],
): SampleLead {
  const messages = events.slice(0, MAX_SAMPLE_MESSAGES).map(({ at, run, node, status, reason }) => ({
    at,
    sequenceId: run.sequenceId,
    stepId: node.id,
    step: node.index,
    channel: node.route.channel,
    what: whatOf(node),
    status,
    reason,
  }));
  return { id, email, messages, more: events.length - messages.length };
}

function whatOf({ step }: MessageNode): string {
  if ('task' in step) return step.task.title;
  const { template, endpoint } = step.send;
  return String(template ?? endpoint ?? '');
}

/** Keeps those of the lowest rank. */
function lowest<Item>(size: number) {
  let kept: { rank: number; item: Item }[] = [];
  return {
    add(rank: number, make: () => Item): void {
      const last = kept.at(-1);
      if (kept.length === size && last && last.rank <= rank) return;
      kept = [...kept, { rank, item: make() }].sort((a, b) => a.rank - b.rank).slice(0, size);
    },
    items: () => kept.map(({ item }) => item),
  };
}
