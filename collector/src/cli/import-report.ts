/** What an import tells: a bar on a terminal, plain lines elsewhere. */
import { progress } from '@clack/prompts';
import { BEGINNING } from '../import/checkpoint.ts';
import { targetText } from '../import/columns.ts';
import type { ImportPlan, ImportReport } from '../import/import.ts';

const DELIMITER_NAMES: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };
const say = (line: string) => console.log(`handrail: ${line}`);
const count = (value: number) => value.toLocaleString('en');

export function importReport(
  path: string,
  timezone: string,
  isDryRun: boolean,
): ImportReport & { onEnd(): void; onStop(): void } {
  const bar = process.stdout.isTTY ? progress({ max: 100, style: 'block' }) : null;
  let plan: ImportPlan | null = null;
  let standing = BEGINNING;
  let percent = 0;

  const summary = () => {
    const { accepted, duplicates, refused } = standing;
    const there = duplicates > 0 ? `, ${count(duplicates)} were there already` : '';
    const bad = refused > 0 ? `, ${count(refused)} refused: see ${plan?.errorPath}` : '';
    return `${count(accepted)} rows ${isDryRun ? 'would be imported' : 'imported'}${there}${bad}`;
  };

  return {
    onPlan(told) {
      plan = told;
      say(`${path}: ${told.kind}, separated by ${DELIMITER_NAMES[told.delimiter]}, ${told.encoding}`);
      const width = Math.max(...told.columns.map(({ name }) => name.length));
      for (const { name, target } of told.columns) {
        console.log(`  ${name.padEnd(width)}  ->  ${targetText(told.kind, target)}`);
      }
      say(`times without a zone are of ${timezone}`);
      if (isDryRun) say(`the first row: ${JSON.stringify(told.example, null, 2)}`);
      if (told.goesOnAfter !== null) say(`going on after row ${count(told.goesOnAfter)}`);
      bar?.start('importing');
    },
    onProgress(reached, readBytes, totalBytes) {
      standing = reached;
      const now = Math.floor((100 * readBytes) / Math.max(1, totalBytes));
      if (bar) bar.advance(now - percent, summary());
      else if (Math.floor(now / 10) > Math.floor(percent / 10)) say(`${now} %: ${summary()}`);
      percent = now;
    },
    onEnd() {
      if (bar) bar.stop(summary());
      else say(summary());
    },
    onStop() {
      if (!plan) return;
      bar?.error(summary());
      if (!isDryRun && standing.row > 1) say(`run it again to go on after row ${count(standing.row)}`);
    },
  };
}
