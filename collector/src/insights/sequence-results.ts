/** What a sequence brings: what became of each step, and of the people, with and without it. Pure. */
import type { Reason } from '../follow-ups/reason-words.ts';
import type { StepOutcome } from '../follow-ups/walk.ts';
import { type Arm, type Lift, liftOf, MIN_PEOPLE } from './lift.ts';
import { addTo, newSample, type Sample, WELCH, welch } from './means.ts';
import type { ReachedGoal, Run, RunFlowStep, RunMessage } from './run.ts';
import { type Interval, NEWCOMBE, newcombe, type Rate, rateOf } from './shares.ts';

/** Runs by what became of them: those held out are none of the others. */
export interface RunCounts {
  active: number;
  /** Through to the end, without the goal. */
  completed: number;
  /** Also after the last step. */
  goalMet: number;
  exited: number;
  heldOut: number;
}

/** Grows with the steps, and by a number for each person. */
export interface SequenceTally {
  counts: RunCounts;
  ended: Map<Reason, number>;
  steps: Map<string, StepTally>;
  splits: Map<string, SplitTally>;
  /** Whose first run has been counted. */
  people: Set<number>;
  treated: ArmTally;
  heldOut: ArmTally;
}
interface StepTally {
  step: number;
  channel: string | null;
  due: number;
  waiting: number;
  sent: number;
  delivered: number;
  opened: number;
  clicked: number;
  /** Of those sent so long ago that the goal's time is over, who reached it. */
  goal: { count: number; of: number };
  stopped: Map<Reason, number>;
  outcomes: Map<string, StepOutcomeCount>;
}
interface StepOutcomeCount {
  outcome: StepOutcome;
  detail: string | null;
  count: number;
}
interface SplitTally {
  people: Set<number>;
  arms: Map<string, Arm>;
}
interface ArmTally extends Arm {
  /** Each person's, 0 without a goal. */
  money: Sample;
  /** Goals that told a value. */
  valued: number;
}

export function newSequenceTally(): SequenceTally {
  const arm = (): ArmTally => ({ people: 0, reached: 0, money: newSample(), valued: 0 });
  return {
    counts: { active: 0, completed: 0, goalMet: 0, exited: 0, heldOut: 0 },
    ended: new Map(),
    steps: new Map(),
    splits: new Map(),
    people: new Set(),
    treated: arm(),
    heldOut: arm(),
  };
}

/** @param times how many such runs there are */
export function countRuns(
  counts: RunCounts,
  { heldOut, status, reason, hasGoal }: Pick<Run, 'heldOut' | 'status' | 'reason' | 'hasGoal'>,
  times: number,
): void {
  // The person goes on in another run, which counts.
  if (reason === 'moved_away' || reason === 'merged') return;
  const outcome = hasGoal || status === 'goal_met' ? 'goalMet' : status;
  counts[heldOut ? 'heldOut' : outcome] += times;
}

/** To be given each run, the earliest first: people count by their first. */
export function tallyRun(tally: SequenceTally, run: Run, withinMs: number, now: number): void {
  countRuns(tally.counts, run, 1);
  if (run.reason !== null) add(tally.ended, run.reason);
  for (const message of run.messages) tallyMessage(stepIn(tally, message), message, run, withinMs, now);
  for (const step of run.flow) tallyFlow(tally, step, run, withinMs, now);
  tallyPerson(tally, run, withinMs, now);
}

function tallyMessage(step: StepTally, message: RunMessage, run: Run, withinMs: number, now: number): void {
  const { status, reason, sentAt, openedAt, clickedAt, bouncedAt } = message;
  step.channel = message.channel;
  step.due++;
  if (status === 'due' || status === 'leased') step.waiting++;
  if ((status === 'skipped' || status === 'failed') && reason !== null) add(step.stopped, reason);
  if (sentAt === null) return;
  step.sent++;
  if (bouncedAt === null) step.delivered++;
  // A click tells that it was opened, also where the image that counts opens was not loaded.
  if (openedAt !== null || clickedAt !== null) step.opened++;
  if (clickedAt !== null) step.clicked++;
  if (sentAt + withinMs > now) return;
  step.goal.of++;
  if (goalsIn(run.goals, sentAt, withinMs).length > 0) step.goal.count++;
}

function tallyFlow(tally: SequenceTally, flow: RunFlowStep, run: Run, withinMs: number, now: number): void {
  const { stepId, outcome, detail, at } = flow;
  const { outcomes } = stepIn(tally, flow);
  const key = `${outcome} ${detail}`;
  const counted = outcomes.get(key) ?? { outcome, detail, count: 0 };
  outcomes.set(key, counted);
  counted.count++;
  if (outcome !== 'split' || detail === null || run.heldOut || at + withinMs > now) return;
  const split = tally.splits.get(stepId) ?? { people: new Set(), arms: new Map() };
  tally.splits.set(stepId, split);
  if (split.people.has(run.leadKey)) return;
  split.people.add(run.leadKey);
  const arm = split.arms.get(detail) ?? { people: 0, reached: 0 };
  split.arms.set(detail, arm);
  arm.people++;
  if (goalsIn(run.goals, at, withinMs).length > 0) arm.reached++;
}

/**
 * Who is compared is settled before anything can be sent, or the comparison would be of unlike people: by the arm of
 * the first run, whatever came later; and only where the goal's whole time is over, for were the others counted as soon
 * as they reach it, the latest would all be such as did. A start that was undone is none: in both arms nothing was due.
 */
function tallyPerson(tally: SequenceTally, run: Run, withinMs: number, now: number): void {
  if (run.reason === 'start_undone' || tally.people.has(run.leadKey)) return;
  tally.people.add(run.leadKey);
  if (run.startedAt + withinMs > now) return;
  const arm = run.heldOut ? tally.heldOut : tally.treated;
  const goals = run.goals.filter(({ at }) => at <= run.startedAt + withinMs);
  arm.people++;
  if (goals.length > 0) arm.reached++;
  addTo(
    arm.money,
    goals.reduce((sum, { value }) => sum + (value ?? 0), 0),
  );
  arm.valued += goals.filter(({ value }) => value !== null).length;
}

const goalsIn = (goals: readonly ReachedGoal[], from: number, withinMs: number): ReachedGoal[] =>
  goals.filter(({ at }) => at >= from && at <= from + withinMs);

function stepIn({ steps }: SequenceTally, { step, stepId }: { step: number; stepId: string }): StepTally {
  const known = steps.get(stepId);
  if (known) return known;
  const tally: StepTally = {
    step,
    channel: null,
    due: 0,
    waiting: 0,
    sent: 0,
    delivered: 0,
    opened: 0,
    clicked: 0,
    goal: { count: 0, of: 0 },
    stopped: new Map(),
    outcomes: new Map(),
  };
  steps.set(stepId, tally);
  return tally;
}

const add = <Key>(counts: Map<Key, number>, key: Key): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

export interface StepResult {
  stepId: string;
  /** `null`: no message; or none was due yet. */
  channel: string | null;
  /** Messages that were, or are, to be sent: those waiting, sent and stopped. */
  due: number;
  waiting: number;
  sent: number;
  /** Sent, and not come back. */
  delivered: number;
  /** `null` where it is not counted. */
  opened: number | null;
  clicked: number | null;
  goal: Rate | null;
  /** The most frequent first. */
  stopped: { reason: Reason; count: number }[];
  /** Of a step that sends nothing; the most frequent first. */
  outcomes: StepOutcomeCount[];
}

/** The first arm is what the others are compared with. */
export interface SplitResult {
  stepId: string;
  arms: (Arm & { id: string; rate: Rate | null; difference: Difference | null })[];
  /** How many people it takes in each arm; `null`: there are enough. */
  needs: number | null;
}
type Difference = Interval & { value: number; method: string };

export interface SequenceLift extends Omit<Lift, 'shown'> {
  treated: Lift['shown'];
  /** `null` where no goal told a value. */
  money: Money | null;
}
/** For each person, in the site's currency. */
export interface Money {
  /** The mean; `null` of nobody. */
  treated: number | null;
  heldOut: number | null;
  /** Treated less held out; `null` where there are too few of either. */
  difference: Difference | null;
  /** The difference times the people treated: what all of it has brought. */
  inAll: (Interval & { value: number }) | null;
}

export interface SequenceResult {
  counts: RunCounts;
  /** Why runs ended; the most frequent first. */
  ended: { reason: Reason; count: number }[];
  /** As the program has them; those it has no longer come after. */
  steps: StepResult[];
  splits: SplitResult[];
  /** `null` without a holdout. */
  lift: SequenceLift | null;
}

/** A sequence as it is now, as far as the results need to know it. */
export interface Plan {
  steps: readonly { id: string; arms: readonly string[] | null }[];
  /** The share that is to be held out. */
  holdout: number;
  /** What is counted of a channel's messages. */
  tracks(channel: string): { opens: boolean; clicks: boolean };
}

export function sequenceResult(tally: SequenceTally, plan: Plan): SequenceResult {
  const { counts, ended, steps, splits } = tally;
  const planned = plan.steps.map(({ id }) => id);
  const older = [...steps]
    .filter(([id]) => !planned.includes(id))
    .sort(([, a], [, b]) => a.step - b.step)
    .map(([id]) => id);
  const armsOf = new Map(plan.steps.flatMap(({ id, arms }) => (arms ? [[id, arms] as const] : [])));
  const splitIds = new Set([...armsOf.keys(), ...splits.keys()]);
  return {
    counts,
    ended: byFrequency(ended),
    steps: [...planned, ...older].map((id) => stepResult(id, steps.get(id), plan)),
    splits: [...splitIds].map((id) => splitResult(id, armsOf.get(id) ?? [], splits.get(id)?.arms)),
    lift: plan.holdout > 0 ? liftResult(tally, plan.holdout) : null,
  };
}

function stepResult(stepId: string, tally: StepTally | undefined, { tracks }: Plan): StepResult {
  const { channel = null, due = 0, waiting = 0, sent = 0, delivered = 0 } = tally ?? {};
  const { opens, clicks } = channel === null ? { opens: false, clicks: false } : tracks(channel);
  return {
    stepId,
    channel,
    due,
    waiting,
    sent,
    delivered,
    opened: opens ? (tally?.opened ?? 0) : null,
    clicked: clicks ? (tally?.clicked ?? 0) : null,
    goal: tally ? rateOf(tally.goal) : null,
    stopped: byFrequency(tally?.stopped ?? new Map()),
    outcomes: [...(tally?.outcomes.values() ?? [])].sort((a, b) => b.count - a.count),
  };
}

const byFrequency = (counts: ReadonlyMap<Reason, number>): { reason: Reason; count: number }[] =>
  [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);

function splitResult(
  stepId: string,
  planned: readonly string[],
  counted: ReadonlyMap<string, Arm> = new Map(),
): SplitResult {
  const ids = [...new Set([...planned, ...counted.keys()])];
  const arms = ids.map((id) => ({ id, ...(counted.get(id) ?? { people: 0, reached: 0 }) }));
  const [first] = arms;
  return {
    stepId,
    arms: arms.map((arm) => ({
      ...arm,
      rate: rateOf(shareOf(arm)),
      difference: first === undefined || arm === first ? null : differenceOf(arm, first),
    })),
    needs: arms.every(({ people }) => people >= MIN_PEOPLE) ? null : MIN_PEOPLE,
  };
}

const shareOf = ({ people, reached }: Arm) => ({ count: reached, of: people });

/** In percentage points. */
function differenceOf(arm: Arm, other: Arm): Difference | null {
  if (arm.people < MIN_PEOPLE || other.people < MIN_PEOPLE) return null;
  const { low, high } = newcombe(shareOf(arm), shareOf(other));
  const value = arm.reached / arm.people - other.reached / other.people;
  return { value: 100 * value, low: 100 * low, high: 100 * high, method: NEWCOMBE };
}

function liftResult({ treated, heldOut }: SequenceTally, holdout: number): SequenceLift {
  const { shown, ...lift } = liftOf(armOf(treated), armOf(heldOut), holdout);
  return { treated: shown, ...lift, money: moneyOf(treated, heldOut, lift.needs === null) };
}

const armOf = ({ people, reached }: ArmTally): Arm => ({ people, reached });

function moneyOf(treated: ArmTally, heldOut: ArmTally, isEnough: boolean): Money | null {
  if (treated.valued + heldOut.valued === 0) return null;
  const value = treated.money.mean - heldOut.money.mean;
  const { low, high } = welch(treated.money, heldOut.money);
  const times = treated.people;
  return {
    treated: meanOf(treated),
    heldOut: meanOf(heldOut),
    difference: isEnough ? { value, low, high, method: WELCH } : null,
    inAll: isEnough ? { value: value * times, low: low * times, high: high * times } : null,
  };
}

const meanOf = ({ people, money }: ArmTally): number | null => (people === 0 ? null : money.mean);
