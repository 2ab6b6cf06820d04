/**
 * Group commit: what is submitted while a commit is under way, or arrives in the same turn of the event loop, shares
 * the next transaction and its one fsync, and is answered after it.
 */
import type { Database } from 'better-sqlite3';
import { StoreUnavailable } from '../store.ts';

/** Bounds how long one commit keeps the event loop. */
const MAX_GROUP_MESSAGES = 4_000;

interface Pending<Input, Output> {
  input: Input;
  size: number;
  resolve(output: Output): void;
  reject(error: unknown): void;
}

export interface GroupCommit<Input, Output> {
  /** @param size how much work it is; in messages */
  submit(input: Input, size: number): Promise<Output>;
  /** Resolves once nothing waits any more. */
  drain(): Promise<void>;
}

/**
 * @param work stores one input and is called inside the transaction; it may leave things to `finish`
 * @param finish is called once a group, before its commit
 */
export function groupCommit<Input, Output, Group>(
  db: Database,
  begin: () => Group,
  work: (group: Group, input: Input) => Output,
  finish: (group: Group) => void,
): GroupCommit<Input, Output> {
  let queue: Pending<Input, Output>[] = [];
  let isScheduled = false;

  const commit = db.transaction((inputs: Input[]): Output[] => {
    const group = begin();
    const outputs = inputs.map((input) => work(group, input));
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

  function commitNext(): void {
    const group = takeGroup();
    try {
      const outputs = commit(group.map((each) => each.input));
      for (const [index, each] of group.entries()) each.resolve(outputs[index] as Output);
    } catch (error) {
      if (group.length === 1 || isUnavailable(error)) {
        for (const each of group) each.reject(asStoreError(error));
      } else {
        // One of them broke the transaction of all: each gets its own, so that only that one fails.
        for (const each of group) commitAlone(each);
      }
    }
  }

  function commitAlone(pending: Pending<Input, Output>): void {
    try {
      const [output] = commit([pending.input]);
      pending.resolve(output as Output);
    } catch (error) {
      pending.reject(asStoreError(error));
    }
  }

  function takeGroup(): Pending<Input, Output>[] {
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
    submit: (input, size) =>
      new Promise((resolve, reject) => {
        queue.push({ input, size, resolve, reject });
        schedule();
      }),
    async drain() {
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
