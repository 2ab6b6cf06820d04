import { type Handrail, INERT } from './api.ts';
import type { Task } from './task.ts';

/** A Handrail whose calls wait, in order, until there is one that can carry them out. */
export function createDeferred(): { handrail: Handrail; resolve(real: Handrail): void } {
  let real: Handrail | undefined;
  let waiting: ((real: Handrail) => void)[] = [];
  const call = (action: (real: Handrail) => void) => {
    if (real) action(real);
    else waiting.push(action);
  };
  return {
    handrail: {
      track: (...given) => call(({ track }) => track(...given)),
      page: (...given) => call(({ page }) => page(...given)),
      identify: (...given) => call(({ identify }) => identify(...given)),
      alias: (...given) => call(({ alias }) => alias(...given)),
      group: (...given) => call(({ group }) => group(...given)),
      consent: (...given) => call(({ consent }) => consent(...given)),
      cart: (...given) => call(({ cart }) => cart(...given)),
      reset: () => call(({ reset }) => reset()),
      prompt: (id) => call(({ prompt }) => prompt(id)),
      task(name) {
        let task: Task | undefined;
        call((handrail) => {
          task = handrail.task(name);
        });
        return {
          done: (properties) => call(() => task?.done(properties)),
          failed: (reason) => call(() => task?.failed(reason)),
        };
      },
      flush: async () => real?.flush(),
      explain: () => (real ?? INERT).explain(),
    },
    resolve(handrail) {
      real = handrail;
      for (const action of waiting) action(handrail);
      waiting = [];
    },
  };
}
