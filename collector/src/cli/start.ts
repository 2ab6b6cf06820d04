import { Command, InvalidArgumentError } from 'commander';
import type { StartOptions } from '../main.ts';
import { StartError } from '../start-error.ts';

export function startCommand(): Command {
  return new Command('start')
    .description('run the collector: ingest, owner API, dashboard, follow-ups')
    .option('-p, --port <port>', 'port to listen on; 0 takes a free one [HANDRAIL_PORT, else 8787]', toPort)
    .option('--db <file>', 'SQLite file, made if missing [HANDRAIL_DB, else handrail.sqlite]')
    .option('--config <file>', 'site file [HANDRAIL_CONFIG]')
    .action(runUntilStopped);
}

function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('expected a whole number from 0 to 65535');
  return port;
}

async function runUntilStopped(options: StartOptions): Promise<void> {
  const log = (line: string) => console.log(`handrail: ${line}`);
  const { start } = await import('../main.ts');
  try {
    const collector = await start(options, log);
    const stop = async () => {
      log('stopping');
      await collector.stop();
      process.exit(0);
    };
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    console.error(`handrail: ${error.message}`);
    process.exit(1);
  }
}
