import { StartError } from '../start-error.ts';

/** Something the person at the command line can put right: one or a few lines that say what and how. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly exitCode: number;

  /** @param exitCode [exitCode=1] */
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Wraps what a command does: what can be put right is told without a stack, and the exit code is for CI to see. */
export function runCommand<Arguments extends unknown[]>(
  action: (...given: Arguments) => Promise<void> | void,
): (...given: Arguments) => Promise<void> {
  return async (...given) => {
    try {
      await action(...given);
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof StartError)) throw error;
      console.error(`handrail: ${error.message}`);
      process.exitCode = error instanceof CommandError ? error.exitCode : 1;
    }
  };
}
