import type { IncomingBatch, Store } from '../store.ts';
import { applier } from './apply.ts';
import { cookielessStore } from './cookieless.ts';
import { deliveryLists, deliveryLog } from './deliveries.ts';
import { dropStore } from './drops.ts';
import { endpointStore } from './endpoints.ts';
import { enrolling } from './enrolling.ts';
import { dispatching } from './follow-ups.ts';
import { gaps } from './gaps.ts';
import { groups } from './group.ts';
import { asStoreError, groupCommit } from './group-commit.ts';
import { foldLog, refolder } from './history.ts';
import { historyJobs } from './history-jobs.ts';
import { leadRows } from './lead-row.ts';
import { leadStore } from './leads.ts';
import { matchKeyWriter } from './match-keys.ts';
import { merger } from './merge.ts';
import { duplicateStore, mergeStore } from './merges.ts';
import { openDatabase } from './open.ts';
import { promptStore } from './prompts.ts';
import { rejectedStore } from './rejected.ts';
import { replayStore } from './replay.ts';
import { sequenceTimers } from './sequence-timers.ts';
import { sequenceStore } from './sequences.ts';
import { siteStore } from './sites.ts';
import { suppressionStore } from './suppressions.ts';
import { taskStore } from './tasks.ts';
import { timerStore } from './timers.ts';

/**
 * The default store: one SQLite file in this process.
 *
 * @param path of the database file; it and its folder are made where they are missing
 * @throws StartError where it can't be opened; the message says why in one line
 */
export function openSqliteStore(path: string): Store {
  const db = openDatabase(path);
  const log = foldLog(db);
  const sessionGaps = gaps(db);
  const rows = leadRows(db, sessionGaps);
  const keys = matchKeyWriter(db);
  const merge = merger(db, log, refolder(db, log), keys, rows);
  const begin = groups(db, rows);
  const applies = applier(db, log, merge, keys, sessionGaps);
  const { apply, record } = applies;
  const leads = leadStore(db);
  const histories = historyJobs(path);
  const commits = groupCommit(db, begin, (group) => group.write());
  return {
    sites: guarded(siteStore(db)),
    replays: guarded(replayStore(db, log, rows)),
    histories,
    apply: (batch, advance) => commits.submit((group) => apply(group, batch, advance), messagesIn(batch)),
    record: (siteId, leadId, touchpoint, advance) =>
      commits.submit((group) => record(group, siteId, leadId, touchpoint, advance), 1),
    leads: guarded(leads),
    merges: guarded(mergeStore(db, (work) => commits.submit(work, 1), merge, keys)),
    duplicates: guarded(duplicateStore(db)),
    timers: guarded(timerStore(db, begin, applies, sessionGaps)),
    followUps: guarded({
      ...dispatching(db, commits, record, leads, deliveryLog(db)),
      ...sequenceTimers(db, begin, applies),
      ...enrolling(db, (work) => commits.submit(work, 1)),
      ...deliveryLists(db),
    }),
    sequences: guarded(sequenceStore(db)),
    endpoints: guarded(endpointStore(db)),
    tasks: guarded(taskStore(db)),
    suppressions: guarded(suppressionStore(db)),
    rejected: guarded(rejectedStore(db)),
    drops: guarded(dropStore(db)),
    cookieless: guarded(cookielessStore(db)),
    prompts: guarded(promptStore(db)),
    async close() {
      await Promise.all([commits.drain(), histories.stop()]);
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}

/** A full disk or a held lock is `StoreUnavailable`, whichever method meets it. */
function guarded<Methods extends object>(methods: Methods): Methods {
  const guardedEntries = Object.entries(methods).map(([name, method]) => [
    name,
    async (...given: unknown[]) => {
      try {
        return await method(...given);
      } catch (error) {
        throw asStoreError(error);
      }
    },
  ]);
  return Object.fromEntries(guardedEntries) as Methods;
}

function messagesIn({ decoded, rejected, cookieless }: IncomingBatch): number {
  return decoded.length + rejected.length + (cookieless?.touchpoints.length ?? 0);
}
