import type { PageLifecycle } from './page-lifecycle.ts';

/** Something the visitor sets out to do, such as connecting a bank. */
export interface Task {
  /** It is done: `task_done`, with how long it took and what else there is to say. */
  done(properties?: Record<string, unknown>): void;
  /** It cannot be done: `task_failed`. A short code tells more than a sentence: `"bank_unavailable"`. */
  failed(reason?: string): void;
}

export interface TaskParts {
  record(name: string, properties: object): void;
  lifecycle: PageLifecycle;
  /** Milliseconds. */
  now(): number;
}

/**
 * Records `task_started` and, at its end, `task_done` or `task_failed`, once. If the page is left before, it is
 * `task_abandoned`; out of the back/forward cache it can still end.
 */
export function startTask(task: string, { record, lifecycle, now }: TaskParts): Task {
  const startedAt = now();
  const end = (outcome: string, properties?: object) =>
    record(`task_${outcome}`, { ...properties, task, durationMs: now() - startedAt });
  const stop = lifecycle.on('end', () => {
    stop();
    end('abandoned');
  });
  let isOver = false;
  function finish(outcome: string, properties?: object) {
    if (isOver) return;
    isOver = true;
    stop();
    end(outcome, properties);
  }
  record('task_started', { task });
  return {
    done: (properties) => finish('done', properties),
    failed: (reason) => finish('failed', { reason }),
  };
}
