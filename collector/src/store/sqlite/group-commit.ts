/**
 * Group commit: what is submitted while a commit is under way, or arrives in the same turn of the event loop, shares
 * the next transaction and its one fsync, and is answered after it.
 */
import type { Database } from 'better-sqlite3';
import { StoreUnavailable } from '../store.ts';

/** Bounds how long one commit keeps the event loop. */
const MAX_GROUP_MESSAGES = 4_000;

interface Pending<Group> {
  work(group: Group): unknown;
  size: number;
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

export interface GroupCommit<Group> {
  /**
   * @param work is done inside the transaction, with what the whole group shares
   * @param size how much work it is; in messages
   * @param withinMs how long it may wait for a commit that is made anyway. [withinMs=0]
   * @returns what `work` returned, once it is fsynced
   */
  submit<Output>(work: (group: Group) => Output, size: number, withinMs?: number): Promise<Output>;
  /** Resolves once nothing waits any more. */
  drain(): Promise<void>;
}

/** @param finish is called once a group, before its commit: for what the works have left to it */
export function groupCommit<Group>(
  db: Database,
  begin: () => Group,
  finish: (group: Group) => void,
): GroupCommit<Group> {
  let queue: Pending<Group>[] = [];
  let isScheduled = false;
  let isDelayed = false;

  const commit = db.transaction((works: Pending<Group>[]): unknown[] => {
    const group = begin();
    const outputs = works.map(({ work }) => work(group));
    finish(group);
    return outputs;
  }).immediate;

  function schedule(): void {
    if (isScheduled || queue.length === 0) return;
    isScheduled = true;
    // After the I/O of this turn: every request that is already readable gets into the group.
    setImmediate(() => {
      isScheduled = false;
      commitNext();
      schedule();
    });
  }

  function scheduleWithin(ms: number): void {
    if (isDelayed) return;
    isDelayed = true;
    setTimeout(() => {
      isDelayed = false;
      schedule();
    }, ms);
  }

  function commitNext(): void {
    const group = takeGroup();
    try {
      const outputs = commit(group);
      for (const [index, each] of group.entries()) each.resolve(outputs[index]);
    } catch (error) {
      if (group.length === 1 || isUnavailable(error)) {
        for (const each of group) each.reject(asStoreError(error));
      } else {
        // One of them broke the transaction of all: each gets its own, so that only that one fails.
        for (const each of group) commitAlone(each);
      }
    }
  }

  function commitAlone(pending: Pending<Group>): void {
    try {
      const [output] = commit([pending]);
      pending.resolve(output);
    } catch (error) {
      pending.reject(asStoreError(error));
    }
  }

  function takeGroup(): Pending<Group>[] {
    let size = 0;
    let count = 0;
    for (const each of queue) {
      size += each.size;
      if (count > 0 && size > MAX_GROUP_MESSAGES) break;
      count++;
    }
    const group = queue.slice(0, count);
    queue = queue.slice(count);
    return group;
  }

  return {
    submit: <Output>(work: (group: Group) => Output, size: number, withinMs = 0) =>
      new Promise<Output>((resolve, reject) => {
        queue.push({ work, size, resolve: resolve as (output: unknown) => void, reject });
        if (withinMs === 0) schedule();
        else scheduleWithin(withinMs);
      }),
    async drain() {
      schedule();
      while (queue.length > 0) await new Promise((turn) => setImmediate(turn));
    },
  };
}

/** Passes by itself: a full disk, a lock held for long, an I/O error. https://sqlite.org/rescode.html */
function isUnavailable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^SQLITE_(FULL|BUSY|LOCKED|IOERR|NOMEM|READONLY)/.test(code);
}

export function asStoreError(error: unknown): unknown {
  return isUnavailable(error) ? new StoreUnavailable((error as Error).message, { cause: error }) : error;
}
