/**
 * Stages lead forward. A lead moves as a touchpoint comes, never by the passing of time alone, so that each move names
 * the touchpoint that brought it about; it moves back only by a stage's `back`.
 */
import { type Facts, holds } from '@handrail/sdk/condition';
import type { Condition } from '@handrail/sdk/protocol';
import type { CompiledSite, CompiledStage } from '../site/compile.ts';
import { isAbout } from './facts.ts';
import { isOwnNote, stepOf } from './own-notes.ts';
import type { LeadState, Reason } from './state.ts';
import type { Touchpoint } from './touchpoint.ts';

export interface StageMove {
  from: string;
  to: string;
  at: number;
}

/** @param before asked only where it matters: most touchpoints move nobody */
export function nextStage(
  lead: LeadState,
  stages: readonly CompiledStage[],
  touchpoint: Touchpoint,
  facts: Facts,
  before: () => Facts,
  site: CompiledSite,
): { stage: string; hasFallenBack: boolean } | null {
  const current = site.stageIndex(lead.stage);
  const begins = (condition: Condition) =>
    holds(condition, facts) && (isAbout(condition, touchpoint, site) || !holds(condition, before()));
  const furthest = (isIt: (stage: CompiledStage) => boolean) =>
    stages.reduce<CompiledStage | null>(
      (found, stage) => ((!found || stage.index > found.index) && isIt(stage) ? stage : found),
      null,
    );

  const back = furthest(({ index, back: when }) => index < current && when !== undefined && begins(when));
  if (back) return { stage: back.id, hasFallenBack: true };
  // What had led forward once still holds, and is no reason to go there again.
  const leadsOn = lead.hasFallenBack ? begins : (condition: Condition) => holds(condition, facts);
  const forward = furthest(({ index, when }) => index > current && when !== undefined && leadsOn(when));
  return forward && { stage: forward.id, hasFallenBack: false };
}

export function reasonOf(touchpoint: Touchpoint): Reason {
  const { at, messageId, name } = touchpoint;
  const step = isOwnNote(touchpoint) ? stepOf(touchpoint) : null;
  return { at, messageId, touchpoint: name, ...(step && { by: step }) };
}
