import { Command } from 'commander';
import { runCommand } from './command.ts';

export function testCommand(): Command {
  return new Command('test')
    .description(
      'run scenarios against a site file: what a lead does, and what you expect of it; needs no collector',
    )
    .argument('<scenarios...>', 'files, or folders of them')
    .option('--config <file>', 'site file', 'site.json')
    .action(
      runCommand(async (paths: string[], { config }: { config: string }) => {
        const { runScenarios } = await import('./run-scenarios.ts');
        runScenarios(paths, config);
      }),
    );
}
