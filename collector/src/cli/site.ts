import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '@handrail/sdk/protocol';
import { Command, InvalidArgumentError } from 'commander';
import type { PreviewReport } from '../preview/preview.ts';
import { type Client, type ClientOptions, createClient, withClientOptions } from './client.ts';
import { CommandError, runCommand } from './command.ts';
import { toDays } from './days.ts';
import { previewLines } from './preview-text.ts';
import type { SiteFile } from './site-file.ts';

const POLL_MS = 500;
/** As of diff(1): 1 says that they differ, so that 2 is what went wrong. */
const DIFF_TROUBLE = 2;

interface VersionAnswer {
  version: number;
  document: JsonObject;
}
interface SiteAnswer extends VersionAnswer, ReplayAnswer {}
interface ReplayAnswer {
  version: number;
  liveVersion: number;
  replay: { leads: { done: number; total: number } } | null;
}

export function siteCommand(): Command {
  return new Command('site')
    .description('the site’s configuration as code')
    .addCommand(checkCommand())
    .addCommand(pushCommand())
    .addCommand(pullCommand())
    .addCommand(diffCommand())
    .addCommand(previewCommand());
}

function checkCommand(): Command {
  return new Command('check')
    .description('whether a site file is valid; needs no collector')
    .argument('<file>')
    .action(
      runCommand(async (file: string) => {
        const { variables } = await readSiteFile(file);
        const needs = variables.length > 0 ? `; the collector needs ${variables.join(', ')}` : '';
        console.log(`${file} is a valid site${needs}`);
      }),
    );
}

function pushCommand(): Command {
  return withClientOptions(new Command('push'))
    .description('publish a site file as a new version')
    .argument('<file>')
    .option('--by <name>', 'who publishes, for the list of versions')
    .option('--if-version <version>', 'only if this is still the latest version', toVersion)
    .option('--wait', 'until it is live')
    .action(
      runCommand(
        async (
          file: string,
          options: ClientOptions & { by?: string; ifVersion?: number; wait?: boolean },
        ) => {
          const { document } = await readSiteFile(file);
          const client = createClient(options);
          const query = options.by === undefined ? '' : `?${new URLSearchParams({ by: options.by })}`;
          const headers: Record<string, string> =
            options.ifVersion === undefined ? {} : { 'if-match': `"${options.ifVersion}"` };
          const site = await client.request<SiteAnswer>('PUT', `/v1/site${query}`, document, headers);
          console.log(`version ${site.version}: ${stateText(site)}`);
          if (options.wait && site.liveVersion !== site.version) await untilLive(client, site.version);
        },
      ),
    );
}

function pullCommand(): Command {
  return withClientOptions(new Command('pull'))
    .description('write the configuration to a file, or print it')
    .argument('[file]')
    .option('--version <version>', 'an earlier one', toVersion)
    .action(
      runCommand(async (file: string | undefined, options: ClientOptions & { version?: number }) => {
        const { version, document } = await pulled(createClient(options), options.version);
        if (file === undefined) console.log(asText(document).trimEnd());
        else {
          writeFileSync(file, asText(document));
          console.log(`version ${version} written to ${file}`);
        }
      }),
    );
}

function diffCommand(): Command {
  return withClientOptions(new Command('diff'))
    .description('what a push would change; exits with 1 if it would change anything, with 2 in trouble')
    .argument('<file>')
    .option('--version <version>', 'against an earlier one', toVersion)
    .action(
      runCommand(async (file: string, options: ClientOptions & { version?: number }) => {
        const client = createClient(options, DIFF_TROUBLE);
        const { document } = await readSiteFile(file);
        const { version, document: stored } = await pulled(client, options.version);
        const { withoutSecrets } = await import('../site/document.ts');
        const [before, after] = [asText(stored), asText(withoutSecrets(document))];
        if (before === after) return;
        const { createTwoFilesPatch } = await import('diff');
        console.log(createTwoFilesPatch(`version ${version}`, file, before, after).trimEnd());
        process.exitCode = 1;
      }),
    );
}

function previewCommand(): Command {
  return withClientOptions(new Command('preview'))
    .description('what a site file would change, and how well it would have foretold conversions')
    .argument('<file>')
    .option('--days <days>', 'how soon a conversion must follow', toDays, 30)
    .option('--json', 'as the API answers it')
    .action(
      runCommand(async (file: string, options: ClientOptions & { days: number; json?: boolean }) => {
        const { document } = await readSiteFile(file);
        const report = await createClient(options).request<PreviewReport>('POST', '/v1/site/preview', {
          document,
          days: options.days,
        });
        console.log(options.json ? JSON.stringify(report, null, 2) : previewLines(report).join('\n'));
      }),
    );
}

async function readSiteFile(path: string): Promise<SiteFile> {
  const siteFile = await import('./site-file.ts');
  return siteFile.readSiteFile(path);
}

function pulled(client: Client, version: number | undefined): Promise<VersionAnswer> {
  return client.request('GET', version === undefined ? '/v1/site' : `/v1/site/versions/${version}`);
}

async function untilLive(client: Client, version: number): Promise<void> {
  for (;;) {
    const state = await client.request<ReplayAnswer>('GET', '/v1/site/replay');
    if (state.version !== version) {
      throw new CommandError(`version ${state.version} has been published meanwhile`);
    }
    if (state.liveVersion === version) {
      console.log(`version ${version} is live`);
      return;
    }
    await delay(POLL_MS);
  }
}

function stateText({ version, liveVersion, replay }: ReplayAnswer): string {
  if (version === liveVersion) return 'live';
  const leads = replay ? `, ${replay.leads.done} of ${replay.leads.total} leads so far` : '';
  return `live once history has been folded under it${leads}`;
}

const asText = (document: JsonObject): string => `${JSON.stringify(document, null, 2)}\n`;

function toVersion(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected the number of a version');
  return Number(text);
}
