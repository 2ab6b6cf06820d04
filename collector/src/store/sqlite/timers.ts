/** What is due to leads by the passing of time. Rows with a time in an index: nothing is looked at before it is due. */
import type { Database } from 'better-sqlite3';
import type { Advance } from '../../advance.ts';
import { LEAD_SILENT, ownNote } from '../../leads/own-notes.ts';
import { silenceOf } from '../../leads/silence.ts';
import type { TimerStore } from '../store.ts';
import type { Applier } from './apply.ts';
import type { Gaps } from './gaps.ts';
import type { Group } from './group.ts';
import { swapTimes } from './swap-times.ts';

type TimerColumn = 'changes_at' | 'silent_at';

export function timerStore(
  db: Database,
  begin: () => Group,
  { note, passTime }: Applier,
  gaps: Gaps,
): TimerStore {
  const isDue = (column: TimerColumn) => `EXISTS (
    SELECT 1 FROM all_lead_states WHERE site_id = sites.id AND version = folded_version AND ${column} <= $now)`;
  const selectSites = db
    .prepare<{ now: number }, number>(
      `SELECT id FROM sites WHERE ${isDue('changes_at')} OR ${isDue('silent_at')}`,
    )
    .pluck();
  const selectDue = (column: TimerColumn) =>
    db
      .prepare<[number, number, number], number>(
        `SELECT lead_id FROM lead_states WHERE ${column} <= ? AND site_id = ? ORDER BY ${column} LIMIT ?`,
      )
      .pluck();
  const selectChanging = selectDue('changes_at');
  const selectSilent = selectDue('silent_at');
  const swappedAt = swapTimes(db);

  function noteSilence(group: Group, leadId: number, advance: Advance, now: number): void {
    const lead = group.lead(leadId);
    const { site } = advance;
    const silence =
      lead.state && silenceOf(lead.state, site, (segment) => gaps.counts(site.id, segment), now);
    // What is usual may have become more since the timer was set: then it is set anew.
    if (lead.state && silence && silence.at > swappedAt(site.id) && silence.at <= now) {
      const { lastSeenAt } = lead.state;
      const properties = {
        silentSince: new Date(lastSeenAt).toISOString(),
        usualGapHours: Math.round(silence.usualGapMs / HOUR_MS),
        segment: silence.segment,
      };
      const messageId = `silent-${leadId}-${lastSeenAt}`;
      note(group, lead, ownNote(LEAD_SILENT, properties, messageId, silence.at, now), advance);
    }
    group.changed(site, lead, null, now);
  }

  const fire = db.transaction((advance: Advance, now: number, limit: number): number => {
    const group = begin();
    const changing = selectChanging.all(now, advance.site.id, limit);
    const silent = selectSilent.all(now, advance.site.id, limit - changing.length);
    for (const id of changing) passTime(group, group.lead(id), advance, now);
    for (const id of silent) noteSilence(group, id, advance, now);
    group.write();
    return changing.length + silent.length;
  });

  return {
    dueSites: async (now) => selectSites.all({ now }),
    fire: async (advance, now, limit) => fire.immediate(advance, now, limit),
  };
}

const HOUR_MS = 3_600_000;
