/** Carries out a plan: runs begin, go on and end in the transaction of the touchpoint that causes it. */
import type { Database } from 'better-sqlite3';
import { holdoutDraw } from '../../follow-ups/holdout.ts';
import type { FollowUps } from '../../follow-ups/plan.ts';
import type { CompiledSite } from '../../site/compile.ts';
import type { LoadedLead } from './group.ts';
import { runWriter } from './runs.ts';

export type EnrollmentWriter = (
  site: CompiledSite,
  lead: LoadedLead,
  followUps: FollowUps,
  now: number,
) => void;

export function enrollmentWriter(db: Database): EnrollmentWriter {
  const runs = runWriter(db);
  return (site, lead, { ended, reached, restarted, arrived, started }, now) => {
    for (const { enrollmentId, reason, goal } of ended) runs.end(lead, enrollmentId, reason, goal, now);
    for (const { enrollmentId, goal } of reached) runs.reach(lead, enrollmentId, goal);
    for (const { enrollmentId, anchorAt, first } of restarted) {
      runs.restart(lead, enrollmentId, anchorAt, first);
    }
    for (const { enrollment, stepId, ...onward } of arrived) {
      const { id, step } = enrollment;
      runs.log(id, { index: step, id: stepId }, 'waited', null, now);
      runs.goOn(site.id, lead, id, step, onward, now);
    }
    for (const { sequence, anchorAt, first } of started) {
      const isHeldOut = holdoutDraw(sequence.id, lead.publicId) < sequence.holdout;
      runs.start(site.id, lead, sequence, { anchorAt, isHeldOut, first }, now);
    }
  };
}
