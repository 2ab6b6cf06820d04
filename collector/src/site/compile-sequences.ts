/** Sequences prepared for their runs: those of the live configuration, and earlier ones that runs still go on by. */
import type { Condition } from '@handrail/sdk/protocol';
import { type Program, programOf } from '../follow-ups/program.ts';
import { cartAbandonedSequences } from '../follow-ups/routes.ts';
import { isTransactional, transactionalSequences } from '../follow-ups/transactional.ts';
import type { DateStart } from '../leads/dates.ts';
import { type Matcher, matcherOf } from '../leads/matcher.ts';
import { durationMs } from './durations.ts';
import type { Sequence, Site } from './schema.ts';

/** What begins a sequence. */
export type StartsBy = { condition: Condition } | { date: DateStart } | { api: true };

export interface CompiledSequence extends Sequence {
  /** Of the configuration that says so. */
  version: number;
  startsBy: StartsBy;
  program: Program;
  /** How long the sequence waits for the touchpoint that would make it needless. */
  unless: { matches: Matcher; withinMs: number } | undefined;
  /** Infinite: never again. */
  reentryMs: number;
  /** The visitor has asked for what it sends; see follow-ups/transactional.ts. */
  isTransactional: boolean;
}

/** Sequences of an earlier configuration, under which runs are still under way. */
export interface EarlierSequences {
  version: number;
  sequences: readonly Sequence[];
}

export interface CompiledSequences {
  live: readonly CompiledSequence[];
  all: readonly CompiledSequence[];
  /** By which rules the run goes on: those it began under; `undefined` where the site has no such sequence any more. */
  sequenceOf(run: Run): CompiledSequence | undefined;
}
interface Run {
  sequenceId: string;
  version: number;
}

export function compileSequences(
  site: Site,
  version: number,
  earlier: readonly EarlierSequences[],
): CompiledSequences {
  const live = sequencesOf(site).map((sequence) => compileSequence(sequence, version, site));
  const liveById = new Map(live.map((sequence) => [sequence.id, sequence]));
  const before = earlier.flatMap(({ version: began, sequences }) =>
    sequences
      // Taking a sequence out of the configuration ends its runs.
      .filter(({ id }) => liveById.has(id))
      .map((sequence) => compileSequence({ ...sequence, ...heldBy(liveById.get(sequence.id)) }, began, site)),
  );
  const keyOf = (began: number, id: string) => `${began} ${id}`;
  const beforeByRun = new Map(before.map((sequence) => [keyOf(sequence.version, sequence.id), sequence]));
  return {
    live,
    all: [...live, ...before],
    sequenceOf: ({ sequenceId, version: began }) =>
      beforeByRun.get(keyOf(began, sequenceId)) ?? liveById.get(sequenceId),
  };
}

/** A pause is for all of a sequence's runs, and so is its rank. */
const heldBy = (live: CompiledSequence | undefined) =>
  live && { paused: live.paused, priority: live.priority };

/** The owner's, and those that come with what the site has. */
export const sequencesOf = (site: Site): Sequence[] => [
  ...transactionalSequences(site),
  ...site.sequences,
  ...cartAbandonedSequences(site),
];

function compileSequence(sequence: Sequence, version: number, site: Site): CompiledSequence {
  const { start, steps, reentry } = sequence;
  const unless = 'unless' in start ? start.unless : undefined;
  const withinMs = unless ? durationMs(unless.within) : 0;
  return {
    ...sequence,
    version,
    startsBy: startsBy(start),
    program: programOf(steps, withinMs, site),
    unless: unless && { matches: matcherOf(unless.touchpoint, unless.where), withinMs },
    reentryMs: reentry === 'never' ? Number.POSITIVE_INFINITY : durationMs(reentry),
    isTransactional: isTransactional(sequence.id),
  };
}

export function startsBy(start: Sequence['start']): StartsBy {
  if ('api' in start) return start;
  if ('date' in start) {
    const { trait, before, after, yearly } = start.date;
    const offsetMs = before ? -durationMs(before) : durationMs(after ?? '0s');
    return { date: { trait, offsetMs, yearly } };
  }
  return { condition: start };
}
