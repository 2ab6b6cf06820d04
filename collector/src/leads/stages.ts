import { type Facts, holds } from '@handrail/sdk/condition';
import type { Site } from '../site/schema.ts';
import type { LeadState, Reason } from './state.ts';
import type { Touchpoint } from './touchpoint.ts';

export interface StageMove {
  from: string;
  to: string;
  at: number;
}

/** The furthest later stage whose condition holds; stages only go forward. */
export function nextStage(lead: LeadState, facts: Facts, { stages }: Site): string {
  const current = stages.findIndex((stage) => stage.id === lead.stage);
  for (let index = stages.length - 1; index > current; index--) {
    const stage = stages[index];
    if (stage?.when && holds(stage.when, facts)) return stage.id;
  }
  return lead.stage;
}

/** A flag stands while its condition holds, with the touchpoint that raised it as its reason. */
export function nextFlags(
  lead: LeadState,
  touchpoint: Touchpoint,
  facts: Facts,
  { flags }: Site,
): LeadState['flags'] {
  if (flags.length === 0) return lead.flags;
  const next: LeadState['flags'] = {};
  for (const { id, when } of flags) {
    if (holds(when, facts)) next[id] = lead.flags[id] ?? reasonOf(touchpoint);
  }
  return next;
}

export function reasonOf({ at, messageId, name }: Touchpoint): Reason {
  return { at, messageId, touchpoint: name };
}
