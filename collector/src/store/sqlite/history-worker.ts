/** Entry of the thread that goes over all of history: it only reads, and ingest does not wait for it. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { type HistoryJob, runJob } from '../../preview/jobs.ts';
import { OUTSIDE } from '../../simulation/outside.ts';
import { histories, suppressedLeads } from './histories.ts';

const { path, job } = workerData as { path: string; job: HistoryJob };
const db = new Database(path, { readonly: true });
try {
  const source = {
    leads: () => histories(db, job.siteId),
    suppressed: () => suppressedLeads(db, job.siteId),
  };
  parentPort?.postMessage(runJob(job, source, OUTSIDE));
} finally {
  db.close();
}
