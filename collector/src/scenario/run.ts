/** Runs a scenario against a site. Pure. */
import { durationMs } from '../site/durations.ts';
import type { Site } from '../site/schema.ts';
import { messageOf } from './message.ts';
import type { Expectation, Scenario } from './schema.ts';
import { createSimulation, type SentMessage, type Simulation } from './simulate.ts';

export interface Failure {
  /** Milliseconds since the scenario's start. */
  afterMs: number;
  what: string;
  expected: string;
  got: string;
  /** Why it came out as it did, a line each. */
  why: string[];
}

/** Scores are compared to a tenth. */
const DECIMALS = 10;
const DAY_MS = 86_400_000;

export function runScenario(scenario: Scenario, site: Site): Failure[] {
  const start = Date.parse(scenario.start);
  const simulation = createSimulation(site);
  const touchpoints = scenario.touchpoints.map((each) => ({ each, afterMs: durationMs(each.after) }));
  const expectations = scenario.expect.map((each) => ({ each, afterMs: durationMs(each.after) }));
  const failures: Failure[] = [];
  let received = 0;
  const inOrder = [...touchpoints].sort((a, b) => a.afterMs - b.afterMs);
  for (const { each, afterMs } of expectations.sort((a, b) => a.afterMs - b.afterMs)) {
    for (let next = inOrder[received]; next && next.afterMs <= afterMs; next = inOrder[received]) {
      const at = start + next.afterMs;
      try {
        simulation.receive(messageOf(next.each, at), next.each.trust, at);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        const expected = 'one that a collector accepts';
        return [{ afterMs: next.afterMs, what: 'touchpoint', expected, got: error.message, why: [] }];
      }
      received++;
    }
    simulation.passTo(start + afterMs);
    failures.push(...compare(each, afterMs, simulation, start, site));
  }
  return failures;
}

function compare(
  expected: Expectation,
  afterMs: number,
  simulation: Simulation,
  start: number,
  site: Site,
): Failure[] {
  const now = start + afterMs;
  const lead = simulation.lead(now);
  const failures: Failure[] = [];
  const fail = (what: string, wanted: unknown, got: unknown, why: string[] = []) =>
    failures.push({ afterMs, what, expected: textOf(wanted), got: textOf(got), why });
  const score = Math.round(lead.score * DECIMALS) / DECIMALS;
  const ledger = () =>
    simulation.entries().map(({ ruleId, points, touchpoint, at }) => {
      const current = points * 2 ** (-(now - at) / (site.scoring.halfLifeDays * DAY_MS));
      return `${ruleId}: ${signed(points)} for ${touchpoint} at ${timeText(at - start)}, now ${signed(current)}`;
    });

  if (expected.score !== undefined && !isScore(expected.score, score)) {
    fail('score', expected.score, score, ledger());
  }
  if (expected.temperature !== undefined && expected.temperature !== lead.temperature) {
    const { warm, hot } = site.scoring.thresholds;
    const why = [`score ${lead.score}; warm from ${warm}, hot from ${hot}`, ...ledger()];
    fail('temperature', expected.temperature, lead.temperature, why);
  }
  if (expected.stage !== undefined && expected.stage !== lead.stage) {
    const reason = lead.stageReason;
    const since = reason ? timeText(Date.parse(reason.timestamp) - start) : '';
    fail('stage', expected.stage, lead.stage, [
      reason ? `since ${reason.touchpoint} at ${since}` : 'no stage’s condition has held yet',
    ]);
  }
  if (expected.fit !== undefined && expected.fit !== lead.fit) {
    fail('fit', expected.fit, lead.fit, [`traits: ${JSON.stringify(lead.traits)}`]);
  }
  for (const what of ['flags', 'tags', 'segments'] as const) {
    const wanted = expected[what];
    if (wanted !== undefined && !isSameSet(wanted, lead[what])) fail(what, wanted, lead[what]);
  }
  for (const [promptId, isWanted] of Object.entries(expected.prompts ?? {})) {
    const isEligible = simulation.isPromptEligible(promptId, now);
    if (isEligible === isWanted) continue;
    const got = isEligible === null ? 'there is no such prompt' : isEligible;
    fail(`prompt ${promptId}`, isWanted, got, [
      `if: ${JSON.stringify(site.prompts.find(({ id }) => id === promptId)?.if ?? 'always')}`,
    ]);
  }
  if (expected.messages !== undefined) {
    const sent = simulation.sent().map((message) => detailed(message, start));
    if (!areMessages(expected.messages, sent)) {
      const skipped = simulation.skipped().map((message) => {
        const { sequence, step, at, reason } = message;
        return `not sent: ${sequence} step ${step} at ${timeText(at - start)}: ${reason}`;
      });
      fail('messages', expected.messages, sent, skipped);
    }
  }
  return failures;
}

function isScore(expected: NonNullable<Expectation['score']>, score: number): boolean {
  if (typeof expected === 'number') return Math.abs(expected - score) < 1 / DECIMALS;
  const { gte = -Infinity, gt = -Infinity, lte = Infinity, lt = Infinity } = expected;
  return score >= gte && score > gt && score <= lte && score < lt;
}

const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());

/** A message with all that can be expected of it. */
const detailed = ({ at, content, ...message }: SentMessage, start: number) => ({
  ...message,
  after: timeText(at - start),
  ...content,
});

function areMessages(
  expected: NonNullable<Expectation['messages']>,
  sent: readonly ReturnType<typeof detailed>[],
): boolean {
  if (expected.length !== sent.length) return false;
  return expected.every(({ after, ...rest }, index) => {
    const message: Record<string, unknown> = sent[index] ?? {};
    const isInTime = after === undefined || durationMs(after) === durationMs(String(message.after));
    return isInTime && Object.entries(rest).every(([key, value]) => message[key] === value);
  });
}

const UNITS = [
  ['d', DAY_MS],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** As a duration is written in a scenario: in the largest unit that it is a whole number of. */
export function timeText(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms !== 0 && ms % each === 0) ?? ['s', 1_000];
  return `${ms / size}${unit}`;
}

const signed = (points: number): string =>
  `${points < 0 ? '' : '+'}${Math.round(points * DECIMALS) / DECIMALS}`;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
