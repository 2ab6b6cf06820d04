/** What a step does that sends nothing: waits in vain, chooses, marks the lead, ends the run. Pure. */
import { type Facts, holds } from '@handrail/sdk/condition';
import type { JsonObject } from '@handrail/sdk/protocol';
import { FLAG_CLEARED, FLAG_SET, ownNote, POINTS_GIVEN, TAG_ADDED, TAG_REMOVED } from '../leads/own-notes.ts';
import type { Touchpoint } from '../leads/touchpoint.ts';
import type { CompiledSequence } from '../site/compile-sequences.ts';
import type { EffectStep } from '../site/schema/sequence.ts';
import { comeTo, isSoAlready, type PlannedStep } from './come-to.ts';
import type { Enrollment } from './plan.ts';
import type { EffectNode, FlowNode, SplitNode } from './program.ts';

export const STEP_OUTCOMES = [
  'tagged',
  'untagged',
  'flag_set',
  'flag_cleared',
  'points',
  'branch',
  'split',
  'waited',
  'timed_out',
  'ended',
  'skipped',
] as const;
export type StepOutcome = (typeof STEP_OUTCOMES)[number];

export interface Walked {
  outcome: StepOutcome;
  /** The way that was taken, what was marked, or why not. */
  detail: string | null;
  /** What it leaves in the lead's history; `null` for nothing. */
  effect: Touchpoint | null;
  anchorAt: number;
  /** `null`: the run is over. */
  next: PlannedStep | null;
}

export interface Walker {
  sequence: CompiledSequence;
  enrollment: Enrollment;
  /** Of the lead, now. */
  facts: Facts;
  /** A number in 0…1 for what is left to chance, always the same for this lead and this name. */
  chanceOf(name: string): number;
  /** Of what the step notes. Nobody can guess it: a client that used it first would keep the step's note out. */
  noteId: string;
  timezone: string;
  now: number;
}

export function walk(node: FlowNode, walker: Walker): Walked {
  const { sequence, enrollment, facts, timezone, now } = walker;
  const goOn = (to: number | null, anchorAt = enrollment.anchorAt) => ({
    effect: null,
    anchorAt,
    next: comeTo(sequence, to, { anchorAt, now, timezone, facts }),
  });
  switch (node.kind) {
    case 'wait':
      return isSoAlready(node, facts)
        ? { outcome: 'waited', detail: null, ...goOn(node.came, now) }
        : { outcome: 'timed_out', detail: null, ...goOn(node.else, now) };
    case 'branch': {
      const chosen = node.cases.findIndex((each) => holds(each.if, facts));
      const to = node.cases[chosen]?.to;
      return to === undefined
        ? { outcome: 'branch', detail: 'else', ...goOn(node.else) }
        : { outcome: 'branch', detail: String(chosen), ...goOn(to) };
    }
    case 'split': {
      const arm = armOf(node, walker.chanceOf(`${sequence.id}/${node.id}`));
      return { outcome: 'split', detail: arm?.id ?? null, ...goOn(arm ? arm.to : node.next) };
    }
    case 'end':
      return node.if && !holds(node.if, facts)
        ? { outcome: 'skipped', detail: 'condition', ...goOn(node.next) }
        : { outcome: 'ended', detail: null, ...goOn(null) };
    case 'effect': {
      const skipped = reasonToSkip(node, walker);
      if (skipped) return { outcome: 'skipped', detail: skipped, ...goOn(node.next) };
      const { outcome, detail, name, properties } = effectOf(node.step);
      const by = { sequenceId: sequence.id, stepId: node.id };
      const effect = ownNote(name, { ...properties, ...by }, walker.noteId, now, now);
      return { outcome, detail, ...goOn(node.next), effect };
    }
  }
}

function reasonToSkip({ step }: EffectNode, { enrollment, facts }: Walker): string | null {
  if (step.if && !holds(step.if, facts)) return 'condition';
  return enrollment.isHeldOut ? 'holdout' : null;
}

function armOf({ arms }: SplitNode, chance: number): SplitNode['arms'][number] | undefined {
  let below = 0;
  for (const arm of arms) {
    below += arm.share;
    if (chance < below) return arm;
  }
  // The shares make 1, but for what is lost in adding them up.
  return arms.at(-1);
}

interface Effect {
  outcome: StepOutcome;
  detail: string;
  name: string;
  properties: JsonObject;
}

function effectOf(step: EffectStep): Effect {
  if ('points' in step) {
    const { points } = step;
    return { outcome: 'points', detail: String(points), name: POINTS_GIVEN, properties: { points } };
  }
  if ('tag' in step) {
    return 'add' in step.tag
      ? { outcome: 'tagged', detail: step.tag.add, name: TAG_ADDED, properties: { tag: step.tag.add } }
      : {
          outcome: 'untagged',
          detail: step.tag.remove,
          name: TAG_REMOVED,
          properties: { tag: step.tag.remove },
        };
  }
  return 'set' in step.flag
    ? { outcome: 'flag_set', detail: step.flag.set, name: FLAG_SET, properties: { flag: step.flag.set } }
    : {
        outcome: 'flag_cleared',
        detail: step.flag.clear,
        name: FLAG_CLEARED,
        properties: { flag: step.flag.clear },
      };
}
