/** A site prepared for the fold: durations in milliseconds, score rules by the touchpoints that may fire them. */
import type { Condition, TouchpointCondition } from '@handrail/sdk/protocol';
import type { EventType } from '../follow-ups/events.ts';
import { listenersTo, type Route } from '../follow-ups/routes.ts';
import { createScrub, type Scrub } from '../ingest/scrub.ts';
import type { DateStart } from '../leads/dates.ts';
import { type Matcher, matcherOf } from '../leads/matcher.ts';
import { type RuleIndex, ruleIndex } from '../leads/rule-index.ts';
import {
  concernsOf,
  isTimed,
  type StandingCondition,
  type TimedLeaves,
  timedLeavesIn,
  together,
  unionOf,
} from '../leads/standing-condition.ts';
import { type CompiledSequence, compileSequences, type EarlierSequences } from './compile-sequences.ts';
import { durationMs } from './durations.ts';
import type { ScoreRule, Site } from './schema.ts';
import { conditionsOf as conditionsOfStep, stepsIn } from './steps.ts';

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
  group: CompiledGroup | undefined;
  /** Where the touchpoint at hand decides by itself. */
  matches: Matcher | undefined;
}

export interface CompiledGroup {
  id: string;
  cap: number;
  /** `null`: the cap holds for what is left of its points after decay. */
  perMs: number | null;
}

export interface CompiledStage {
  id: string;
  index: number;
  when: Condition | undefined;
  back: Condition | undefined;
}

/** All that a touchpoint of one name can have to do with. */
export interface Concerns {
  rules: RuleIndex;
  /** What must be remembered of it. */
  memories: readonly Memory[];
  stages: readonly CompiledStage[];
  tags: readonly StandingCondition[];
  flags: readonly StandingCondition[];
}

export interface CompiledSite {
  id: number;
  version: number;
  /** The version since which leads are folded alike; ledgers are kept by it. */
  foldedVersion: number;
  site: Site;
  halfLifeMs: number;
  scrub: Scrub;
  about(touchpointName: string): Concerns;
  testOf(condition: TouchpointCondition): TouchpointTest;
  stageIndex(stage: string): number;
  flags: readonly StandingCondition[];
  /** Those that can change with no touchpoint. */
  timedFlags: readonly StandingCondition[];
  flagById: ReadonlyMap<string, StandingCondition>;
  segments: readonly StandingCondition[];
  segmentById: ReadonlyMap<string, StandingCondition>;
  /** Of flags, segments, fit, and what sequences wait for. */
  timedLeaves: TimedLeaves;
  sequences: readonly CompiledSequence[];
  /** By which rules the run goes on: those it began under; `undefined` where the site has no such sequence any more. */
  sequenceOf(run: { sequenceId: string; version: number }): CompiledSequence | undefined;
  /** Of leads' traits, by which sequences start. */
  dates: readonly DateStart[];
  /** What conditions look back to. */
  memories: readonly Memory[];
  /** The endpoints that want to be told of such events. */
  listenersTo(type: EventType): readonly Route[];
}

export interface Memory {
  key: string;
  name: string;
  matches: Matcher;
  /** As many timestamps as the largest `count` that is asked of it. */
  size: number;
}

/** Of a flag that only notes set. */
const NEVER: Condition = { any: [] };
const MS_PER_DAY = 86_400_000;

export interface Lineage {
  /** An earlier version that folds alike. [foldedVersion=version] */
  foldedVersion?: number | undefined;
  /** [earlier=none] */
  earlier?: readonly EarlierSequences[] | undefined;
}

export function compileSite(
  id: number,
  version: number,
  site: Site,
  { foldedVersion = version, earlier = [] }: Lineage = {},
): CompiledSite {
  const { rules, groups, fit, halfLifeDays } = site.scoring;
  const sequences = compileSequences(site, version, earlier);
  const conditions = conditionsOf(site, sequences.all);
  const tests = testsIn(conditions);
  const testOf = (leaf: TouchpointCondition) => tests.get(leaf) ?? compileTest(leaf);
  const memories = memoriesOf(conditions, testOf);

  const noted = site.flags.map(({ id: flag, when = NEVER }) => ({ id: flag, when }));
  const whenOf = { flag: conditionsById(noted), segment: conditionsById(site.segments) };
  const leavesOf = (when: Condition) =>
    timedLeavesIn(when, testOf, (named) =>
      'flag' in named ? whenOf.flag.get(named.flag) : whenOf.segment.get(named.segment),
    );
  const standing = ({ id: name, when }: { id: string; when: Condition }): StandingCondition => ({
    id: name,
    when,
    concerns: concernsOf(when),
    timed: leavesOf(when),
  });
  const flags = noted.map(standing);
  const segments = site.segments.map(standing);
  const fitLeaves = fit.map(({ when }) => leavesOf(when));
  const awaitedLeaves = sequences.all.flatMap(awaitedIn).map(leavesOf);

  const groupById = new Map(groups.map((group) => [group.id, compileGroup(group)]));
  return {
    id,
    version,
    foldedVersion,
    site,
    halfLifeMs: halfLifeDays * MS_PER_DAY,
    scrub: createScrub(site.scrub),
    about: concernsByName(
      rules.map((rule) => compileRule(rule, groupById, testOf)),
      memories,
      site.stages.map(({ id: stage, when, back }, index) => ({ id: stage, index, when, back })),
      site.tags.flatMap(({ id: tag, when }) => (when ? [standing({ id: tag, when })] : [])),
      flags,
    ),
    testOf,
    stageIndex: (stage) => site.stages.findIndex((each) => each.id === stage),
    flags,
    timedFlags: flags.filter(({ timed }) => isTimed(timed)),
    flagById: new Map(flags.map((flag) => [flag.id, flag])),
    segments,
    segmentById: new Map(segments.map((segment) => [segment.id, segment])),
    timedLeaves: together([...flags, ...segments].map(({ timed }) => timed).concat(fitLeaves, awaitedLeaves)),
    sequences: sequences.live,
    sequenceOf: sequences.sequenceOf,
    dates: sequences.live.flatMap(({ startsBy }) => ('date' in startsBy ? [startsBy.date] : [])),
    memories,
    listenersTo: (type) => listenersTo(type, site),
  };
}

const conditionsById = (named: readonly { id: string; when: Condition }[]) =>
  new Map(named.map(({ id, when }) => [id, when]));

interface Asked {
  condition: Condition;
  /** Whether it asks of more than the touchpoint at hand. */
  looksBack: boolean;
}

/** Every condition of the site that the collector decides. */
function conditionsOf(site: Site, sequences: readonly CompiledSequence[]): Asked[] {
  const always = (condition: Condition | undefined) => (condition ? [{ condition, looksBack: true }] : []);
  const unlessPlain = (condition: Condition) => ({ condition, looksBack: !isPlain(condition) });
  return [
    ...site.scoring.rules.map(({ when }) => unlessPlain(when)),
    ...site.scoring.fit.flatMap(({ when }) => always(when)),
    ...always(site.scoring.conversion),
    ...site.stages.flatMap(({ when, back }) => [...always(when), ...always(back)]),
    ...[...site.flags, ...site.tags, ...site.segments].flatMap(({ when }) => always(when)),
    ...sequences.flatMap(({ startsBy, goal, exit, steps }) => [
      ...('condition' in startsBy ? [unlessPlain(startsBy.condition)] : []),
      ...always(goal),
      ...always(exit),
      ...stepsIn(steps, '')
        .flatMap(conditionsOfStep)
        .flatMap(({ condition }) => always(condition)),
    ]),
  ];
}

/** What starts or ends a sequence, or brings it on, as soon as it holds: be it by the passing of time. */
function awaitedIn({ startsBy, goal, exit, steps }: CompiledSequence): Condition[] {
  const waits = stepsIn(steps, '').flatMap(({ step }) => ('waitFor' in step ? [step.waitFor] : []));
  const start = 'condition' in startsBy ? startsBy.condition : undefined;
  // A touchpoint by itself is there or not at the moment when it comes.
  return [start, goal, exit, ...waits].flatMap((each) => (each && !('touchpoint' in each) ? [each] : []));
}

function testsIn(conditions: readonly Asked[]): Map<TouchpointCondition, TouchpointTest> {
  const leaves = conditions.flatMap(({ condition }) => touchpointsIn(condition));
  return new Map(leaves.map((leaf) => [leaf, compileTest(leaf)]));
}

function memoriesOf(conditions: readonly Asked[], testOf: CompiledSite['testOf']): Memory[] {
  const memories = new Map<string, Memory>();
  for (const { condition, looksBack } of conditions) {
    for (const leaf of looksBack ? touchpointsIn(condition) : []) {
      const { memoryKey: key, name, matches, count } = testOf(leaf);
      const size = Math.max(count, memories.get(key)?.size ?? 0);
      memories.set(key, { key, name, matches, size });
    }
  }
  return [...memories.values()];
}

/** Most names concern little, and those that the site does not know concern all the same. */
function concernsByName(
  rules: readonly CompiledRule[],
  memories: readonly Memory[],
  stages: readonly CompiledStage[],
  tags: readonly StandingCondition[],
  flags: readonly StandingCondition[],
): CompiledSite['about'] {
  const byName = {
    rules: listsByName(rules, ({ when }) => namesIn(when)),
    memories: listsByName(memories, ({ name }) => new Set([name])),
    stages: listsByName(stages, ({ when, back }) => {
      const conditions = [when, back].filter((each) => each !== undefined);
      return unionOf(conditions.map(concernsOf));
    }),
    tags: listsByName(tags, ({ concerns }) => concerns),
    flags: listsByName(flags, ({ concerns }) => concerns),
  };
  const known = new Map<string, Concerns>();
  const unknown = concernsOfName('');
  for (const { names } of Object.values(byName)) {
    for (const name of names) known.set(name, concernsOfName(name));
  }
  return (name) => known.get(name) ?? unknown;

  function concernsOfName(name: string): Concerns {
    return {
      rules: ruleIndex(byName.rules.of(name)),
      memories: byName.memories.of(name),
      stages: byName.stages.of(name),
      tags: byName.tags.of(name),
      flags: byName.flags.of(name),
    };
  }
}

/** @param namesOf `null`: all names */
function listsByName<Item>(
  items: readonly Item[],
  namesOf: (item: Item) => ReadonlySet<string> | null,
): { names: Set<string>; of(name: string): Item[] } {
  const named = items.map((item) => ({ item, names: namesOf(item) }));
  return {
    names: new Set(named.flatMap(({ names }) => [...(names ?? [])])),
    of: (name) => named.flatMap(({ item, names }) => (names === null || names.has(name) ? [item] : [])),
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

function compileRule(
  { id, when, points, limit, group }: ScoreRule,
  groups: ReadonlyMap<string, CompiledGroup>,
  testOf: CompiledSite['testOf'],
): CompiledRule {
  return {
    id,
    when,
    points,
    limit: limit && { times: limit.times, perMs: durationMs(limit.per) },
    group: group === undefined ? undefined : groups.get(group),
    matches: 'touchpoint' in when && isPlain(when) ? testOf(when).matches : undefined,
  };
}

function compileGroup({ id, cap, per }: Site['scoring']['groups'][number]): CompiledGroup {
  return { id, cap, perMs: per === undefined ? null : durationMs(per) };
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
