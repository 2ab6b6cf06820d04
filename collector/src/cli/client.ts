/** Commands that speak to a running collector, by its owner API. */
import { type Command, Option } from 'commander';

export interface ClientOptions {
  url: string;
  key?: string;
}

/** Adds `--url` and `--key`. */
export function withClientOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'the collector').env('HANDRAIL_URL').default('http://localhost:8787'),
    )
    .addOption(new Option('--key <key>', 'its secret key, sk_…').env('HANDRAIL_SECRET_KEY'));
}
