import { Worker } from 'node:worker_threads';
import type { HistoryJob } from '../../preview/jobs.ts';
import type { HistoryStore } from '../store.ts';

/** Beside this file in the source, beside the bundle once built. */
const ENTRY = new URL(`./history-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/** One job after the other: two at once would only take the processor from ingest. */
export function historyJobs(path: string): HistoryStore & { stop(): Promise<void> } {
  let last: Promise<unknown> = Promise.resolve();
  let worker: Worker | undefined;
  let isStopped = false;

  function run<Result>(job: HistoryJob): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (isStopped) throw new Error('the store is closed');
      worker = new Worker(ENTRY, { workerData: { path, job } });
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the thread that reads history ended with ${code}`)));
    });
  }

  function inTurn<Result>(job: HistoryJob): Promise<Result> {
    const result = last.then(() => run<Result>(job));
    last = result.catch(() => {});
    return result;
  }

  return {
    preview: (job) => inTurn(job),
    suggest: (job) => inTurn(job),
    previewSequences: (job) => inTurn(job),
    async stop() {
      isStopped = true;
      await worker?.terminate();
    },
  };
}
