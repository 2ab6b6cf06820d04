import { Command } from 'commander';
import type { SequencePreview } from '../preview/sequence-counts.ts';
import { type ClientOptions, createClient, withClientOptions } from './client.ts';
import { runCommand } from './command.ts';
import { toDays } from './days.ts';
import { sequencePreviewLines } from './sequence-preview-text.ts';

export function sequencesCommand(): Command {
  return new Command('sequences').description('follow-ups').addCommand(previewCommand());
}

function previewCommand(): Command {
  return withClientOptions(new Command('preview'))
    .description('what the sequences of a site file would have sent in the last days; sends nothing')
    .argument('<file>')
    .option('--days <days>', 'how far it goes back', toDays, 90)
    .option('--json', 'as the API answers it')
    .action(
      runCommand(async (file: string, options: ClientOptions & { days: number; json?: boolean }) => {
        const { readSiteFile } = await import('./site-file.ts');
        const { document } = readSiteFile(file);
        const body = { document, days: options.days };
        const client = createClient(options);
        const report = await client.request<SequencePreview>('POST', '/v1/sequences/preview', body);
        console.log(options.json ? JSON.stringify(report, null, 2) : sequencePreviewLines(report).join('\n'));
      }),
    );
}
