/** A site prepared for the fold: durations in milliseconds, score rules by the touchpoints that may fire them. */
import { parseDuration } from '@handrail/sdk/condition';
import type { Condition, TouchpointCondition } from '@handrail/sdk/protocol';
import { isTransactional, transactionalSequences } from '../follow-ups/transactional.ts';
import { createScrub, type Scrub } from '../ingest/scrub.ts';
import { type Matcher, matcherOf } from '../leads/matcher.ts';
import type { ScoreRule, Sequence, Site } from './schema.ts';

/** A condition on touchpoints, with what must be remembered of the past to decide it. */
export interface TouchpointTest {
  name: string;
  matches: Matcher;
  /** Conditions on the same touchpoints share one memory. */
  memoryKey: string;
  count: number;
  withinMs: number;
}

export interface CompiledRule {
  id: string;
  when: Condition;
  points: number;
  limit: { times: number; perMs: number } | undefined;
  /** The touchpoint at hand decides by itself. */
  isPlain: boolean;
}

export interface CompiledSequence extends Sequence {
  /** How long the sequence waits for the touchpoint that would make it needless. */
  unless: { matches: Matcher; withinMs: number } | undefined;
  reentryMs: number;
  /** The visitor has asked for what it sends; see follow-ups/transactional.ts. */
  isTransactional: boolean;
}

export interface CompiledSite {
  id: number;
  version: number;
  site: Site;
  halfLifeMs: number;
  scrub: Scrub;
  rulesByTouchpoint: ReadonlyMap<string, readonly CompiledRule[]>;
  /** How many of the latest matching touchpoints to remember, by name of touchpoint. */
  memories: ReadonlyMap<string, readonly Memory[]>;
  testOf(condition: TouchpointCondition): TouchpointTest;
  sequences: readonly CompiledSequence[];
}

export interface Memory {
  key: string;
  name: string;
  matches: Matcher;
  /** As many timestamps as the largest `count` that is asked of it. */
  size: number;
}

const MS_PER_DAY = 86_400_000;

/** The site's schema has checked every duration, so that none is invalid here. */
export const durationMs = (text: string): number => parseDuration(text) ?? Number.NaN;

export function compileSite(id: number, version: number, site: Site): CompiledSite {
  const tests = new Map<TouchpointCondition, TouchpointTest>();
  const memories = new Map<string, Memory>();

  const add = (condition: Condition | undefined, remember: boolean): void => {
    for (const leaf of touchpointsIn(condition)) {
      const test = compileTest(leaf);
      tests.set(leaf, test);
      if (!remember) continue;
      const known = memories.get(test.memoryKey);
      if (known) known.size = Math.max(known.size, test.count);
      else
        memories.set(test.memoryKey, {
          key: test.memoryKey,
          name: test.name,
          matches: test.matches,
          size: test.count,
        });
    }
  };
  for (const rule of site.scoring.rules) add(rule.when, !isPlain(rule.when));
  for (const stage of site.stages) add(stage.when, true);
  for (const flag of site.flags) add(flag.when, true);
  const sequences = [...transactionalSequences(site), ...site.sequences];
  for (const sequence of sequences) {
    add(sequence.start, !isPlain(sequence.start));
    add(sequence.goal, true);
    for (const step of sequence.steps) add(step.if, true);
  }

  const rulesByTouchpoint = new Map<string, CompiledRule[]>();
  for (const rule of site.scoring.rules.map(compileRule)) {
    for (const name of namesIn(rule.when)) appendTo(rulesByTouchpoint, name, rule);
  }
  const memoriesByName = new Map<string, Memory[]>();
  for (const memory of memories.values()) appendTo(memoriesByName, memory.name, memory);

  return {
    id,
    version,
    site,
    halfLifeMs: site.scoring.halfLifeDays * MS_PER_DAY,
    scrub: createScrub(site.scrub),
    rulesByTouchpoint,
    memories: memoriesByName,
    testOf: (leaf) => tests.get(leaf) ?? compileTest(leaf),
    sequences: sequences.map(compileSequence),
  };
}

function compileTest({ touchpoint, where, count, within }: TouchpointCondition): TouchpointTest {
  return {
    name: touchpoint,
    matches: matcherOf(touchpoint, where),
    memoryKey: where ? `${touchpoint} ${JSON.stringify(where)}` : touchpoint,
    count: count?.gte ?? 1,
    withinMs: within ? durationMs(within) : Number.POSITIVE_INFINITY,
  };
}

function compileRule({ id, when, points, limit }: ScoreRule): CompiledRule {
  return {
    id,
    when,
    points,
    limit: limit && { times: limit.times, perMs: durationMs(limit.per) },
    isPlain: isPlain(when),
  };
}

function compileSequence(sequence: Sequence): CompiledSequence {
  const unless = 'unless' in sequence.start ? sequence.start.unless : undefined;
  return {
    ...sequence,
    unless: unless && {
      matches: matcherOf(unless.touchpoint, unless.where),
      withinMs: durationMs(unless.within),
    },
    reentryMs: durationMs(sequence.reentry),
    isTransactional: isTransactional(sequence.id),
  };
}

/** Whether the touchpoint at hand decides the condition by itself, with no memory of earlier ones. */
function isPlain(condition: Condition): boolean {
  return 'touchpoint' in condition && (condition.count?.gte ?? 1) === 1;
}

export function touchpointsIn(condition: Condition | undefined): TouchpointCondition[] {
  if (!condition) return [];
  if ('touchpoint' in condition) return [condition];
  if ('all' in condition) return condition.all.flatMap(touchpointsIn);
  if ('any' in condition) return condition.any.flatMap(touchpointsIn);
  if ('not' in condition) return touchpointsIn(condition.not);
  return [];
}

/** Names of the touchpoints whose arrival can make the condition true. */
function namesIn(condition: Condition): Set<string> {
  if ('touchpoint' in condition) return new Set([condition.touchpoint]);
  if ('answer' in condition) return new Set(['prompt_answered']);
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
  return new Set(parts.flatMap((part) => [...namesIn(part)]));
}

function appendTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
