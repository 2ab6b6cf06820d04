/** A lead's runs through sequences as a store keeps them, but in memory. Pure. */
import { type Onward, onwardFrom, type PlannedStep, type Standing } from '../follow-ups/come-to.ts';
import type { Ending, EndReason, Enrollment, FollowUps } from '../follow-ups/plan.ts';
import { type MessageNode, messageAt } from '../follow-ups/program.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { CompiledSequence } from '../site/compile-sequences.ts';
import type { LifeEvent } from './events.ts';

export interface DueMessage {
  enrollmentId: number;
  node: MessageNode;
  dueAt: number;
  plannedAt: number;
  priority: number;
}
/** What a run comes to next: a message to decide about, or a step that sends nothing. */
export type Due = { at: number; message: DueMessage } | { at: number; run: Enrollment };

export interface Runs {
  /** The latest of each sequence. */
  all(): readonly Enrollment[];
  find(enrollmentId: number): Enrollment | undefined;
  carryOut(followUps: FollowUps, at: number): void;
  /**
   * What comes first; a message is taken out, and it is for the caller to put it back.
   *
   * @param clock what was due before is due now
   * @returns `null`: nothing is due
   */
  next(clock: number, isDue: (at: number) => boolean): Due | null;
  defer(message: DueMessage, until: number): void;
  /** From a message that was sent, or skipped. */
  onward(message: DueMessage, wasSkipped: boolean, standing: Omit<Standing, 'anchorAt'>): void;
  /** From a step that sends nothing. */
  walked(run: Enrollment, onward: Onward, now: number): void;
}

export function createRuns(
  site: CompiledSite,
  isHeldOut: (sequence: CompiledSequence) => boolean,
  tell: (event: LifeEvent) => void,
): Runs {
  let runs: Enrollment[] = [];
  let due: DueMessage[] = [];
  let lastId = 0;
  const find = (id: number) => runs.find((each) => each.id === id);

  function update(id: number, change: Partial<Enrollment>): Enrollment | undefined {
    runs = runs.map((each) => (each.id === id ? { ...each, ...change } : each));
    return find(id);
  }

  function place(enrollmentId: number, { step, dueAt, priority }: PlannedStep): void {
    const run = find(enrollmentId);
    const node = run && messageAt(site.sequenceOf(run), step);
    if (node) due.push({ enrollmentId, node, dueAt, plannedAt: dueAt, priority });
  }
  const timerOf = ({ route, dueAt }: PlannedStep) => (route ? null : dueAt);

  function goOn(id: number, { anchorAt, next }: Onward, now: number): void {
    if (next === null) {
      const run = update(id, { status: 'completed', dueAt: null, endedAt: now });
      if (run) tell({ kind: 'ended', at: now, run });
      return;
    }
    update(id, { step: next.step, anchorAt, dueAt: timerOf(next) });
    place(id, next);
  }

  function reach(id: number, goalAt: number, at: number): void {
    const run = update(id, { goalAt });
    if (run) tell({ kind: 'goal_met', at, run });
  }

  function end(id: number, { reason, goal }: Ending, at: number): void {
    if (goal) reach(id, goal.at, at);
    const run = update(id, { status: statusAfter(reason), endedAt: at, dueAt: null });
    if (!run) return;
    tell({ kind: 'ended', at, run });
    for (const { enrollmentId, node } of due) {
      if (enrollmentId === id) tell({ kind: 'message', at, run, node, status: 'skipped', reason });
    }
    due = due.filter((each) => each.enrollmentId !== id);
  }

  return {
    all: () => runs,
    find,
    carryOut({ started, restarted, arrived, ended, reached }, at) {
      for (const { enrollmentId, ...ending } of ended) end(enrollmentId, ending, at);
      for (const { enrollmentId, goal } of reached) reach(enrollmentId, goal.at, at);
      for (const { enrollmentId, anchorAt, first } of restarted) {
        update(enrollmentId, { anchorAt, dueAt: timerOf(first) });
        due = due.filter((each) => each.enrollmentId !== enrollmentId);
        place(enrollmentId, first);
      }
      for (const { enrollment: run, stepId, ...onward } of arrived) {
        const step = { index: run.step, id: stepId };
        tell({ kind: 'walked', at, run, step, outcome: 'waited', detail: null });
        goOn(run.id, onward, at);
      }
      for (const { sequence, anchorAt, first } of started) {
        const run: Enrollment = {
          id: ++lastId,
          sequenceId: sequence.id,
          version: site.version,
          status: 'active',
          beganAt: Math.min(anchorAt, at),
          anchorAt,
          step: first.step,
          dueAt: timerOf(first),
          isHeldOut: isHeldOut(sequence),
          endedAt: null,
          goalAt: null,
        };
        runs = [run, ...runs.filter(({ sequenceId }) => sequenceId !== run.sequenceId)];
        tell({ kind: 'started', at, run });
        place(run.id, first);
      }
    },
    next(clock, isDue) {
      const timers = runs.flatMap((run) => (run.dueAt === null ? [] : [{ run, dueAt: run.dueAt }]));
      const at = Math.max(clock, Math.min(...[...timers, ...due].map(({ dueAt }) => dueAt)));
      if (!Number.isFinite(at) || !isDue(at)) return null;
      const [timer] = timers.filter(({ dueAt }) => dueAt <= at).sort((a, b) => a.dueAt - b.dueAt);
      if (timer) return { at, run: timer.run };
      // As a dispatcher leases them: of what is due, the contact budget may have room for one.
      const [message] = due
        .filter(({ dueAt }) => dueAt <= at)
        .sort((a, b) => b.priority - a.priority || a.dueAt - b.dueAt);
      if (!message) return null;
      due = due.filter((each) => each !== message);
      return { at, message };
    },
    defer(message, until) {
      due.push({ ...message, dueAt: until, plannedAt: until });
    },
    onward({ enrollmentId, node }, wasSkipped, standing) {
      const run = find(enrollmentId);
      const sequence = run && site.sequenceOf(run);
      if (run?.status !== 'active' || !sequence) return;
      const { anchorAt } = run;
      goOn(run.id, onwardFrom(sequence, node, { ...standing, anchorAt }, wasSkipped), standing.now);
    },
    walked: (run, onward, now) => goOn(run.id, onward, now),
  };
}

const statusAfter = (reason: EndReason): Enrollment['status'] =>
  reason === 'goal_met' ? 'goal_met' : 'exited';
