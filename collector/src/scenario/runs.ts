/** A lead's runs through sequences as a store keeps them, but in memory. */
import { type Onward, onwardFrom, type PlannedStep } from '../follow-ups/come-to.ts';
import type { EndReason, Enrollment, FollowUps } from '../follow-ups/plan.ts';
import { messageAt } from '../follow-ups/program.ts';
import type { Route } from '../follow-ups/routes.ts';
import type { CompiledSite } from '../site/compile.ts';
import type { CompiledSequence } from '../site/compile-sequences.ts';

export interface DueMessage extends PlannedStep {
  enrollmentId: number;
  route: Route;
  plannedAt: number;
}
/** What a run comes to next: a message to decide about, or a step that sends nothing. */
export type Due = { at: number; message: DueMessage } | { at: number; run: Enrollment };

export interface Runs {
  all(): readonly Enrollment[];
  carryOut(followUps: FollowUps, at: number): void;
  /** `null`: nothing is due, ever. A message is taken out; it is for the caller to put it back. */
  next(isDue: (at: number) => boolean): Due | null;
  defer(message: DueMessage, until: number): void;
  /** From a message that was sent, or skipped. */
  onward(message: DueMessage, wasSkipped: boolean, timezone: string, now: number): void;
  /** From a step that sends nothing. */
  walked(run: Enrollment, onward: Onward, now: number): void;
  end(enrollmentId: number, reason: EndReason, at: number): void;
}

/** @param onSkipped told of what was due to a run that has ended */
export function createRuns(
  site: CompiledSite,
  isHeldOut: (sequence: CompiledSequence) => boolean,
  onSkipped: (message: DueMessage, reason: EndReason, at: number) => void,
): Runs {
  let runs: Enrollment[] = [];
  let due: DueMessage[] = [];
  const update = (id: number, change: Partial<Enrollment>) => {
    runs = runs.map((each) => (each.id === id ? { ...each, ...change } : each));
  };

  function place(enrollmentId: number, planned: PlannedStep): void {
    const { route, dueAt } = planned;
    if (route) due.push({ ...planned, route, enrollmentId, plannedAt: dueAt });
  }
  const timerOf = ({ route, dueAt }: PlannedStep) => (route ? null : dueAt);

  function goOn(id: number, { anchorAt, next }: Onward, now: number): void {
    if (next === null) {
      update(id, { status: 'completed', dueAt: null, endedAt: now });
      return;
    }
    update(id, { step: next.step, anchorAt, dueAt: timerOf(next) });
    place(id, next);
  }

  function end(id: number, reason: EndReason, at: number): void {
    const status = reason === 'goal_met' ? 'goal_met' : 'exited';
    update(id, { status, endedAt: at, dueAt: null, ...(reason === 'goal_met' && { goalAt: at }) });
    for (const each of due) if (each.enrollmentId === id) onSkipped(each, reason, at);
    due = due.filter((each) => each.enrollmentId !== id);
  }

  return {
    all: () => runs,
    carryOut({ started, restarted, arrived, ended, reached }, at) {
      for (const { enrollmentId, reason } of ended) end(enrollmentId, reason, at);
      for (const { enrollmentId, goal } of reached) update(enrollmentId, { goalAt: goal.at });
      for (const { enrollmentId, anchorAt, first } of restarted) {
        update(enrollmentId, { anchorAt, dueAt: timerOf(first) });
        due = due.filter((each) => each.enrollmentId !== enrollmentId);
        place(enrollmentId, first);
      }
      for (const { enrollment, ...onward } of arrived) goOn(enrollment.id, onward, at);
      for (const { sequence, anchorAt, first } of started) {
        const run: Enrollment = {
          id: runs.length + 1,
          sequenceId: sequence.id,
          version: site.version,
          status: 'active',
          beganAt: anchorAt,
          anchorAt,
          step: first.step,
          dueAt: timerOf(first),
          isHeldOut: isHeldOut(sequence),
          endedAt: null,
          goalAt: null,
        };
        // The latest of each sequence is found first.
        runs = [run, ...runs];
        place(run.id, first);
      }
    },
    next(isDue) {
      const message = due.reduce<DueMessage | null>(
        (first, each) => (first && first.dueAt <= each.dueAt ? first : each),
        null,
      );
      const run = runs.reduce<Enrollment | null>((first, each) => {
        if (each.dueAt === null) return first;
        return first && (first.dueAt ?? 0) <= each.dueAt ? first : each;
      }, null);
      const runAt = run?.dueAt ?? Number.POSITIVE_INFINITY;
      if (run && isDue(runAt) && runAt <= (message?.dueAt ?? Number.POSITIVE_INFINITY))
        return { at: runAt, run };
      if (!message || !isDue(message.dueAt)) return null;
      due = due.filter((each) => each !== message);
      return { at: message.dueAt, message };
    },
    defer(message, until) {
      due.push({ ...message, dueAt: until, plannedAt: until });
    },
    onward({ enrollmentId, step }, wasSkipped, timezone, now) {
      const run = runs.find(({ id }) => id === enrollmentId);
      const sequence = run && site.sequenceOf(run);
      const node = messageAt(sequence, step);
      if (run?.status !== 'active' || !sequence || !node) return;
      const standing = { anchorAt: run.anchorAt, now, timezone };
      goOn(run.id, onwardFrom(sequence, node, standing, wasSkipped), now);
    },
    walked: (run, onward, now) => goOn(run.id, onward, now),
    end,
  };
}
