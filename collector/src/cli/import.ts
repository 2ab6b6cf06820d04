import { Command, InvalidArgumentError, Option } from 'commander';
import { IANAZone } from 'luxon';
import type { ImportKind } from '../import/columns.ts';
import { StartError } from '../start-error.ts';
import { type ClientOptions, withClientOptions } from './client.ts';

interface Options extends ClientOptions {
  kind?: ImportKind;
  map: ReadonlyMap<string, string>;
  touchpoint?: string;
  timezone: string;
  timeFormat?: string;
  dryRun?: boolean;
}

/** Some rows were refused. */
const EXIT_INCOMPLETE = 2;

export function importCommand(): Command {
  return withClientOptions(new Command('import'))
    .description('import leads or touchpoints from a CSV file into a running collector')
    .argument('<file>', 'CSV: comma, semicolon or tab; the first row names the columns')
    .addOption(
      new Option('--kind <kind>', 'what a row is [touchpoints where a column says what happened]').choices([
        'leads',
        'touchpoints',
      ]),
    )
    .addOption(
      new Option(
        '--map <column=field>',
        'what a column means, where its name does not say; nothing leaves it out',
      )
        .argParser(toMap)
        .default(new Map(), 'by the names'),
    )
    .option('--touchpoint <name>', 'what all rows are, such as call_completed, where no column says')
    .option('--timezone <zone>', 'of times that name none, such as Europe/London', toZone, 'UTC')
    .option('--time-format <format>', 'of times that are not ISO 8601, such as "dd.MM.yyyy HH:mm"')
    .option('--dry-run', 'check and show, and send nothing')
    .action(runImport);
}

function toMap(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new InvalidArgumentError('expected column=field, such as "Mail=email"');
  return new Map(before).set(text.slice(0, at), text.slice(at + 1));
}

function toZone(text: string): string {
  if (!IANAZone.isValidZone(text))
    throw new InvalidArgumentError('expected an IANA name such as Europe/London');
  return text;
}

async function runImport(path: string, { dryRun, url, key, ...options }: Options): Promise<void> {
  const [{ importTable }, { batchSender }, { importReport }] = await Promise.all([
    import('../import/import.ts'),
    import('../import/send.ts'),
    import('./import-report.ts'),
  ]);
  const report = importReport(path, options.timezone, dryRun === true);
  try {
    const send = dryRun ? null : batchSender({ url, secretKey: secretKeyIn(key) });
    const { refused } = await importTable({ path, ...options, send }, report);
    report.onEnd();
    if (refused > 0) process.exitCode = EXIT_INCOMPLETE;
  } catch (error) {
    report.onStop();
    if (!(error instanceof StartError)) throw error;
    console.error(`handrail: ${error.message}`);
    process.exitCode = 1;
  }
}

/** With a write key everything would be a browser's mere claim. */
function secretKeyIn(key: string | undefined): string {
  if (!key?.startsWith('sk_'))
    throw new StartError('a secret key (sk_…) is needed: --key, or HANDRAIL_SECRET_KEY');
  return key;
}
