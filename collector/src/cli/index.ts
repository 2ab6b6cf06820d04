import { Command } from 'commander';
import { importCommand } from './import.ts';
import { sequencesCommand } from './sequences.ts';
import { siteCommand } from './site.ts';
import { startCommand } from './start.ts';
import { testCommand } from './test.ts';

declare const __VERSION__: string;

/** The `handrail` command; one file a subcommand. What one needs is loaded once it runs: most need no collector. */
export function run(argv: string[]): Promise<unknown> {
  const program = new Command('handrail')
    .description('The Handrail collector')
    .version(__VERSION__)
    .addCommand(startCommand())
    .addCommand(importCommand())
    .addCommand(siteCommand())
    .addCommand(sequencesCommand())
    .addCommand(testCommand())
    .showSuggestionAfterError();
  // So that a subcommand may have a --version of its own.
  return program.enablePositionalOptions().parseAsync(argv);
}
