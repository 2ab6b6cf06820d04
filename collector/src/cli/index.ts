import { Command } from 'commander';
import { importCommand } from './import.ts';
import { startCommand } from './start.ts';

declare const __VERSION__: string;

/** The `handrail` command; one file a subcommand. */
export function run(argv: string[]): Promise<unknown> {
  return new Command('handrail')
    .description('The Handrail collector')
    .version(__VERSION__)
    .addCommand(startCommand())
    .addCommand(importCommand())
    .showSuggestionAfterError()
    .parseAsync(argv);
}
