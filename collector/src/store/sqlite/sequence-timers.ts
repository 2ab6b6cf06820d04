/** Runs that have come to a step which sends nothing: done here, with all that follows from it, in one transaction. */
import type { Database } from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import type { Advance } from '../../advance.ts';
import { PAUSE_LOOK_MS } from '../../follow-ups/guards.ts';
import { holdoutDraw } from '../../follow-ups/holdout.ts';
import { walk } from '../../follow-ups/walk.ts';
import { factsOf, momentOf } from '../../leads/facts.ts';
import type { FollowUpStore } from '../follow-ups.ts';
import type { Applier } from './apply.ts';
import type { Group } from './group.ts';
import { runWriter } from './runs.ts';

export function sequenceTimers(
  db: Database,
  begin: () => Group,
  { note }: Applier,
): Pick<FollowUpStore, 'sitesToWalk' | 'walk'> {
  const runs = runWriter(db);
  const selectSites = db
    .prepare<{ now: number }, number>(
      'SELECT id FROM sites WHERE EXISTS (SELECT 1 FROM enrollments WHERE site_id = sites.id AND timer_at <= $now)',
    )
    .pluck();
  const selectDue = db.prepare<[number, number, number], { id: number; leadId: number }>(
    'SELECT id, lead_id AS leadId FROM enrollments WHERE site_id = ? AND timer_at <= ? ORDER BY timer_at LIMIT ?',
  );

  function walkOne(
    group: Group,
    { id, leadId }: { id: number; leadId: number },
    advance: Advance,
    now: number,
  ) {
    const { site } = advance;
    const lead = group.lead(leadId);
    const enrollment = lead.enrollments.find((each) => each.id === id);
    // What another run has done in this very transaction may have ended it.
    if (enrollment && (enrollment.dueAt === null || enrollment.dueAt > now)) return;
    const sequence = enrollment && site.sequenceOf(enrollment);
    const node = sequence?.program[enrollment?.step ?? 0];
    if (!enrollment || !sequence || !lead.state || !node || node.kind === 'message') {
      runs.end(lead, id, 'removed', null, now);
      return;
    }
    // What is waited for may come in a pause, or not.
    if (sequence.paused && node.kind !== 'wait') {
      runs.postpone(lead, id, now + PAUSE_LOOK_MS);
      return;
    }
    const facts = factsOf(momentOf(lead.state, now, site), site);
    const timezone = lead.state.timezone ?? site.site.timezone;
    const chanceOf = (name: string) => holdoutDraw(name, lead.publicId);
    const walker = { sequence, enrollment, facts, chanceOf, noteId: uuidv7(), timezone, now };
    const { outcome, detail, effect, ...onward } = walk(node, walker);
    runs.log(id, node, outcome, detail, now);
    if (outcome === 'ended') runs.end(lead, id, 'ended', null, now);
    else runs.goOn(site.id, lead, id, node.index, onward, now);
    if (effect) note(group, lead, effect, advance);
  }

  const walkDue = db.transaction((advance: Advance, now: number, limit: number): number => {
    const group = begin();
    const due = selectDue.all(advance.site.id, now, limit);
    for (const run of due) walkOne(group, run, advance, now);
    group.write();
    return due.length;
  });

  return {
    sitesToWalk: async (now) => selectSites.all({ now }),
    walk: async (advance, now, limit) => walkDue.immediate(advance, now, limit),
  };
}
