/** Follow-ups of one lead, told as their owner would: what it is, and what became of it. Pure. */
import type { CompiledSequence } from '../site/compile-sequences.ts';
import type { FlowFollowUp, FollowUpRecord, MessageFollowUp, RunFollowUp } from '../store/sequences.ts';
import type { Node } from './program.ts';
import { because, isReason } from './reason-words.ts';
import type { StepOutcome } from './walk.ts';

/** What a step does: "email cart-reminder", "wait for purchase". */
export function whatOf(node: Node): string {
  switch (node.kind) {
    case 'message': {
      if ('task' in node.step) return `task: ${node.step.task.title}`;
      const { channel, template, endpoint } = node.step.send;
      const name = template ?? endpoint;
      return typeof name === 'string' ? `${channel} ${name}` : channel;
    }
    case 'effect': {
      const { step } = node;
      if ('points' in step) return `${step.points} points`;
      if ('tag' in step)
        return 'add' in step.tag ? `add tag ${step.tag.add}` : `remove tag ${step.tag.remove}`;
      return 'set' in step.flag ? `set flag ${step.flag.set}` : `clear flag ${step.flag.clear}`;
    }
    case 'wait':
      return 'touchpoint' in node.condition ? `wait for ${node.condition.touchpoint}` : 'wait';
    case 'branch':
      return 'branch';
    case 'split':
      return `split: ${node.arms.map(({ id }) => id).join(', ')}`;
    case 'end':
      return 'end';
  }
}

/** The same of a follow-up, as far as the sequence still has the step. */
export function whatWas(record: FollowUpRecord, sequence: CompiledSequence | undefined): string {
  if (record.kind === 'run') return 'sequence';
  const node = sequence?.program.find(({ id }) => id === record.stepId);
  return node ? whatOf(node) : record.kind === 'message' ? record.channel : record.outcome;
}

/** What became of it, in a sentence. */
export function saysOf(record: FollowUpRecord, sequence: CompiledSequence | undefined): string {
  if (record.kind === 'run') return saysOfRun(record, sequence);
  return record.kind === 'message'
    ? saysOfMessage(record, sequence?.paused ?? false)
    : saysOfOutcome(record.outcome, record.detail);
}

function saysOfMessage(message: MessageFollowUp, isPaused: boolean): string {
  const { status, reason, attempts, channel, bouncedAt, clickedAt, openedAt } = message;
  switch (status) {
    case 'due':
      if (isPaused) return because('Waits', 'paused');
      if (reason !== null) return because('Waits', reason);
      return attempts > 0 ? 'The last attempt failed; there will be another.' : 'Waits for its time.';
    case 'leased':
      return 'Being sent now.';
    case 'skipped':
      return reason === null ? 'Not sent.' : because('Not sent', reason);
    case 'failed':
      return reason === null ? 'Failed.' : because('Failed', reason);
    case 'sent':
      if (channel === 'task') return 'Given to your team.';
      if (bouncedAt !== null) return 'Sent, but it came back.';
      if (clickedAt !== null) return 'Sent; the person followed a link in it.';
      return openedAt === null ? 'Sent.' : 'Sent; the person opened it.';
  }
}

/** What a step did that sends nothing. */
export function saysOfOutcome(outcome: StepOutcome, detail: FlowFollowUp['detail']): string {
  switch (outcome) {
    case 'tagged':
      return `Tag ${detail} added.`;
    case 'untagged':
      return `Tag ${detail} removed.`;
    case 'flag_set':
      return `Flag ${detail} set.`;
    case 'flag_cleared':
      return `Flag ${detail} cleared.`;
    case 'points':
      return `${detail} points given.`;
    case 'branch':
      return detail === 'else'
        ? 'Went on by “else”: no condition held.'
        : `Went on by branch ${Number(detail) + 1}: the first whose condition held.`;
    case 'split':
      return `Went on by ${detail}, by chance; the same person always does.`;
    case 'waited':
      return 'What it waited for has happened.';
    case 'timed_out':
      return 'What it waited for did not happen in time.';
    case 'ended':
      return 'The plan of the sequence ends here.';
    case 'skipped':
      return isReason(detail) ? because('Left out', detail) : 'Left out.';
  }
}

function saysOfRun(
  { status, reason, heldOut, goalAt }: RunFollowUp,
  sequence: CompiledSequence | undefined,
): string {
  switch (status) {
    case 'active':
      if (sequence?.paused) return 'Under way, but the sequence is paused.';
      return heldOut ? because('Under way, but nothing is sent', 'holdout') : 'Under way.';
    case 'completed': {
      const through = 'Went through to its end';
      const says = heldOut ? because(`${through}, but nothing was sent`, 'holdout') : `${through}.`;
      return goalAt === null ? says : `${says} The goal was met after that.`;
    }
    case 'goal_met':
      return because('Over', 'goal_met');
    case 'exited':
      return reason === null ? 'Over.' : because('Over', reason);
  }
}
