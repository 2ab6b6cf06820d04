import { describe, expect, test } from 'vitest';
import type { Run, RunMessage } from '../../../collector/src/insights/run.ts';
import {
  newSequenceTally,
  type Plan,
  sequenceResult,
  tallyRun,
} from '../../../collector/src/insights/sequence-results.ts';

const DAY_MS = 86_400_000;
const WITHIN_MS = 30 * DAY_MS;
const NOW = Date.parse('2026-11-21T12:00:00Z');
const LONG_AGO = NOW - 60 * DAY_MS;

const message = (over: Partial<RunMessage> = {}): RunMessage => ({
  step: 0,
  stepId: '0',
  channel: 'email',
  status: 'sent',
  reason: null,
  sentAt: LONG_AGO,
  openedAt: null,
  clickedAt: null,
  bouncedAt: null,
  ...over,
});
let people = 0;
/** Somebody's first, which went through to its end long ago. */
const run = (over: Partial<Run> = {}): Run => ({
  leadKey: ++people,
  startedAt: LONG_AGO,
  status: 'completed',
  reason: null,
  heldOut: false,
  hasGoal: false,
  messages: [],
  flow: [],
  goals: [],
  ...over,
});
const goalAfter = (ms: number, value: number | null = null) => ({ at: LONG_AGO + ms, value });
const times = (count: number, over: () => Partial<Run>): Run[] =>
  Array.from({ length: count }, () => run(over()));

const PLAN: Plan = {
  steps: [{ id: '0', arms: null }],
  holdout: 0.5,
  tracks: () => ({ opens: false, clicks: true }),
};
function resultOf(runs: Run[], plan: Partial<Plan> = {}) {
  const tally = newSequenceTally();
  for (const each of runs) tallyRun(tally, each, WITHIN_MS, NOW);
  return sequenceResult(tally, { ...PLAN, ...plan });
}

describe('runs', () => {
  test('are counted by what became of them; those held out apart, those that go on as others not', () => {
    const { counts, ended } = resultOf([
      run({ status: 'exited', reason: 'moved_away' }),
      run({ status: 'active' }),
      run(),
      run({ status: 'goal_met', reason: 'goal_met' }),
      run({ hasGoal: true }),
      run({ status: 'exited', reason: 'exit' }),
      run({ status: 'exited', reason: 'exit' }),
      run({ heldOut: true, status: 'goal_met', reason: 'goal_met' }),
    ]);
    expect(counts).toEqual({ active: 1, completed: 1, goalMet: 2, exited: 2, heldOut: 1 });
    expect(ended).toEqual([
      { reason: 'goal_met', count: 2 },
      { reason: 'exit', count: 2 },
      { reason: 'moved_away', count: 1 },
    ]);
  });
});

describe('steps', () => {
  test('tell what was due, what came of it and what stopped it; the parts make the whole', () => {
    const { steps } = resultOf([
      run({ messages: [message({ clickedAt: LONG_AGO + 5 })] }),
      run({ messages: [message({ bouncedAt: LONG_AGO + 5 })] }),
      run({ messages: [message({ status: 'due', sentAt: null, reason: 'quiet_hours' })] }),
      run({ messages: [message({ status: 'leased', sentAt: null })] }),
      run({ messages: [message({ status: 'skipped', sentAt: null, reason: 'no_consent' })] }),
      run({ messages: [message({ status: 'skipped', sentAt: null, reason: 'no_consent' })] }),
      run({ messages: [message({ status: 'failed', sentAt: null, reason: 'rejected' })] }),
    ]);
    expect(steps).toMatchObject([
      {
        stepId: '0',
        channel: 'email',
        due: 7,
        waiting: 2,
        sent: 2,
        delivered: 1,
        opened: null,
        clicked: 1,
        stopped: [
          { reason: 'no_consent', count: 2 },
          { reason: 'rejected', count: 1 },
        ],
      },
    ]);
    const [{ due, waiting, sent, stopped } = { due: 0, waiting: 0, sent: 0, stopped: [] }] = steps;
    expect(waiting + sent + stopped.reduce((sum, { count }) => sum + count, 0)).toBe(due);
  });

  test('who clicked has opened it, also where the image that tells so was not loaded', () => {
    const messages = [message({ clickedAt: LONG_AGO })];
    const { steps } = resultOf([run({ messages })], { tracks: () => ({ opens: true, clicks: true }) });
    expect(steps[0]).toMatchObject({ opened: 1, clicked: 1 });
  });

  test('the goal counts from when it was sent, in its time, and only once that is over', () => {
    const late = NOW - WITHIN_MS + 1;
    const { steps } = resultOf([
      run({ messages: [message()], goals: [goalAfter(WITHIN_MS)] }),
      run({ messages: [message()], goals: [goalAfter(-1)] }),
      run({ messages: [message()], goals: [goalAfter(WITHIN_MS + 1)] }),
      run({ messages: [message({ sentAt: late })], goals: [{ at: late + 1, value: null }] }),
      run({
        messages: [message({ sentAt: null, status: 'skipped', reason: 'goal_met' })],
        goals: [goalAfter(1)],
      }),
    ]);
    expect(steps[0]?.goal).toMatchObject({ count: 1, of: 3 });
  });

  test('come in the order of the plan, also those nobody came to; what it has no longer comes after', () => {
    const flow = (stepId: string, step: number) => ({
      step,
      stepId,
      at: LONG_AGO,
      outcome: 'timed_out' as const,
      detail: null,
    });
    const { steps } = resultOf(
      [run({ messages: [message({ stepId: 'gone', step: 7 })], flow: [flow('older', 3), flow('b', 1)] })],
      {
        steps: [
          { id: 'a', arms: null },
          { id: 'b', arms: null },
        ],
      },
    );
    expect(steps.map(({ stepId }) => stepId)).toEqual(['a', 'b', 'older', 'gone']);
    expect(steps[0]).toMatchObject({ due: 0, goal: null, channel: null, clicked: null });
    expect(steps[1]?.outcomes).toEqual([{ outcome: 'timed_out', detail: null, count: 1 }]);
  });
});

describe('lift', () => {
  test('compares people, with its interval, and says what it is worth', () => {
    const { lift } = resultOf([
      ...times(60, () => ({ goals: [goalAfter(DAY_MS, 50)] })),
      ...times(140, () => ({})),
      ...times(20, () => ({ heldOut: true, goals: [goalAfter(DAY_MS, 50)] })),
      ...times(180, () => ({ heldOut: true })),
    ]);
    expect(lift).toMatchObject({
      treated: { people: 200, reached: 60, rate: { percent: 30 } },
      heldOut: { people: 200, reached: 20, rate: { percent: 10 } },
      needs: null,
      sampleRatio: { isPlausible: true },
      money: { treated: expect.closeTo(15, 10), heldOut: expect.closeTo(5, 10) },
    });
    expect(lift?.difference?.value).toBeCloseTo(20, 10);
    expect(lift?.difference?.low).toBeGreaterThan(0);
    // Of 200 each: s² = 2500·p(1−p)·200/199; t ≈ 1.9668 at 344 degrees of freedom.
    const error = Math.sqrt((2500 * (0.3 * 0.7 + 0.1 * 0.9)) / 199);
    expect(lift?.money?.difference?.value).toBeCloseTo(10, 10);
    expect(lift?.money?.difference?.low).toBeCloseTo(10 - 1.967 * error, 2);
    expect(lift?.money?.inAll?.value).toBeCloseTo(2_000, 8);
  });

  test('counts each person once and by the first run, whatever came later', () => {
    const twice = run({ goals: [] });
    const { lift } = resultOf([
      twice,
      { ...twice, startedAt: LONG_AGO + DAY_MS, heldOut: true, goals: [goalAfter(2 * DAY_MS)] },
    ]);
    expect(lift).toMatchObject({ treated: { people: 1, reached: 0 }, heldOut: { people: 0 } });
  });

  test('leaves out whose time is not over yet, also where the goal is reached already', () => {
    const startedAt = NOW - WITHIN_MS + 1;
    const { lift, counts } = resultOf([run({ startedAt, goals: [{ at: startedAt + 1, value: 20 }] })]);
    expect(counts.completed).toBe(1);
    expect(lift).toMatchObject({ treated: { people: 0, reached: 0 }, money: null });
  });

  test('leaves out whose start was undone before anything was due', () => {
    const { lift } = resultOf([run({ status: 'exited', reason: 'start_undone' })]);
    expect(lift?.treated.people).toBe(0);
  });

  test('counts all that was bought in time, and nothing after it', () => {
    const goals = [goalAfter(DAY_MS, 10), goalAfter(2 * DAY_MS, 5), goalAfter(WITHIN_MS + 1, 1_000)];
    const { lift } = resultOf([run({ goals }), run()]);
    expect(lift).toMatchObject({
      treated: { people: 2, reached: 1 },
      money: { treated: 7.5, heldOut: null },
    });
  });

  test('too few people: what it needs, and no figure', () => {
    const { lift } = resultOf([
      ...times(99, () => ({ goals: [goalAfter(1, 9)] })),
      ...times(100, () => ({ heldOut: true })),
    ]);
    expect(lift).toMatchObject({ needs: 100, difference: null, money: { difference: null, inAll: null } });
  });

  test('warns of arms that are not of the size they should be', () => {
    const { lift } = resultOf([...times(130, () => ({})), ...times(60, () => ({ heldOut: true }))]);
    expect(lift?.sampleRatio.isPlausible).toBe(false);
  });

  test('without a holdout there is none', () => {
    expect(resultOf([run()], { holdout: 0 }).lift).toBeNull();
  });
});

describe('splits', () => {
  const plan = { steps: [{ id: 's', arms: ['a', 'b'] }] };
  const inArm = (detail: string, over: Partial<Run> = {}) => ({
    flow: [{ step: 0, stepId: 's', at: LONG_AGO, outcome: 'split' as const, detail }],
    ...over,
  });

  test('compare each arm with the first, with the interval', () => {
    const { splits } = resultOf(
      [
        ...times(80, () => inArm('a')),
        ...times(20, () => inArm('a', { goals: [goalAfter(1)] })),
        ...times(70, () => inArm('b')),
        ...times(30, () => inArm('b', { goals: [goalAfter(1)] })),
      ],
      plan,
    );
    expect(splits).toMatchObject([
      {
        stepId: 's',
        needs: null,
        arms: [
          { id: 'a', people: 100, reached: 20, difference: null },
          { id: 'b', people: 100, reached: 30, rate: { percent: 30 } },
        ],
      },
    ]);
    const difference = splits[0]?.arms[1]?.difference;
    expect(difference?.value).toBeCloseTo(10, 10);
    // Newcombe of 30/100 and 20/100.
    expect(difference?.low).toBeCloseTo(-2.0, 0);
    expect(difference?.high).toBeCloseTo(21.6, 0);
  });

  test('the held out, the latest and second runs are no part of it; an arm of an earlier plan is', () => {
    const twice = run(inArm('a'));
    const { splits } = resultOf(
      [
        twice,
        { ...twice, goals: [goalAfter(1)] },
        run(inArm('a', { heldOut: true })),
        run({ flow: [{ step: 0, stepId: 's', at: NOW - 1, outcome: 'split', detail: 'b' }] }),
        run(inArm('gone')),
      ],
      plan,
    );
    expect(splits[0]).toMatchObject({
      needs: 100,
      arms: [
        { id: 'a', people: 1, reached: 0 },
        { id: 'b', people: 0, rate: null, difference: null },
        { id: 'gone', people: 1, difference: null },
      ],
    });
  });
});
