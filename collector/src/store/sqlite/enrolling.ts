/** What the owner does with runs by hand: begins one, and moves those of an earlier configuration over to the live one. */
import type { Database } from 'better-sqlite3';
import type { Advance } from '../../advance.ts';
import { comeTo } from '../../follow-ups/come-to.ts';
import { holdoutDraw } from '../../follow-ups/holdout.ts';
import { firstStep, mayEnterAgain } from '../../follow-ups/plan.ts';
import { factsOf, momentOf } from '../../leads/facts.ts';
import type { EnrollOutcome, FollowUpStore, LeadName } from '../follow-ups.ts';
import type { Group, LoadedLead } from './group.ts';
import { runWriter } from './runs.ts';

/** In one transaction, between which others get their turn. */
const SLICE = 500;

export function enrolling(
  db: Database,
  commit: <Output>(work: (group: Group) => Output) => Promise<Output>,
): Pick<FollowUpStore, 'enroll' | 'moveRuns'> {
  const runs = runWriter(db);
  const selectLead = db
    .prepare<[number, string], number>(
      'SELECT coalesce(merged_into, id) FROM leads WHERE site_id = ? AND public_id = ?',
    )
    .pluck();
  const selectEarlier = db.prepare<[number, string, number, number, number], { id: number; leadId: number }>(
    `SELECT id, lead_id AS leadId FROM enrollments
     WHERE site_id = ? AND sequence_id = ? AND status = 'active' AND version <> ? AND id > ? ORDER BY id LIMIT ?`,
  );
  const selectDone = db
    .prepare<{ id: number }, string>(
      `SELECT step_id FROM deliveries WHERE enrollment_id = $id AND status <> 'due'
       UNION SELECT step_id FROM enrollment_steps WHERE enrollment_id = $id`,
    )
    .pluck();

  function leadOf(group: Group, siteId: number, { kind, value }: LeadName): LoadedLead | null {
    if (kind !== 'leadId')
      return group.holder(siteId, kind === 'userId' ? 'user' : kind, value)?.lead ?? null;
    const id = selectLead.get(siteId, value);
    return id === undefined ? null : group.lead(id);
  }

  function enroll(
    group: Group,
    { site }: Advance,
    who: LeadName,
    sequenceId: string,
    now: number,
  ): EnrollOutcome {
    const sequence = site.sequences.find((each) => each.id === sequenceId);
    const lead = leadOf(group, site.id, who);
    if (!lead?.state || !sequence) return { outcome: 'no_lead' };
    if (sequence.paused) return { outcome: 'paused' };
    const latest = lead.enrollments.find((each) => each.sequenceId === sequenceId);
    if (latest?.status === 'active') return { outcome: 'active' };
    if (!mayEnterAgain(sequence, latest, now)) return { outcome: 'too_soon' };
    const facts = factsOf(momentOf(lead.state, now, site), site);
    const first = firstStep(sequence, now, lead.state.timezone ?? site.site.timezone, facts);
    const isHeldOut = holdoutDraw(sequence.id, lead.publicId) < sequence.holdout;
    runs.start(site.id, lead, sequence, { anchorAt: now, isHeldOut, first }, now);
    return { outcome: 'started', leadId: lead.publicId };
  }

  /** @returns whether it goes on by the live configuration now */
  function moveOne(
    group: Group,
    { id, leadId }: { id: number; leadId: number },
    { site }: Advance,
    now: number,
  ) {
    const lead = group.lead(leadId);
    const run = lead.enrollments.find((each) => each.id === id);
    const live = run && site.sequences.find((each) => each.id === run.sequenceId);
    const stepId = run && site.sequenceOf(run)?.program[run.step]?.id;
    const node = live?.program.find((each) => each.id === stepId);
    if (!run || !live || !node || !lead.state) return false;
    // Where steps have changed places, one that was done could come again.
    const done = new Set(selectDone.all({ id }));
    if (live.program.slice(node.index).some((each) => done.has(each.id))) return false;
    const { anchorAt, isHeldOut } = run;
    const timezone = lead.state.timezone ?? site.site.timezone;
    const facts = factsOf(momentOf(lead.state, now, site), site);
    const first = comeTo(live, node.index, { anchorAt, now, timezone, facts });
    if (!first) return false;
    runs.end(lead, id, 'moved_away', null, now);
    runs.start(site.id, lead, live, { anchorAt, isHeldOut, first }, now);
    return true;
  }

  return {
    enroll: (advance, who, sequenceId, now) =>
      commit((group) => enroll(group, advance, who, sequenceId, now)),
    async moveRuns(advance, sequenceId, now) {
      const { id: siteId, version } = advance.site;
      const result = { moved: 0, kept: 0 };
      let after = 0;
      for (;;) {
        const slice = selectEarlier.all(siteId, sequenceId, version, after, SLICE);
        if (slice.length === 0) return result;
        await commit((group) => {
          for (const run of slice) result[moveOne(group, run, advance, now) ? 'moved' : 'kept']++;
        });
        after = slice.at(-1)?.id ?? after;
      }
    },
  };
}
