import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, runScenario, timeText } from '../scenario/run.ts';
import { type Scenario, scenarioSchema } from '../scenario/schema.ts';
import { parseStrictly } from '../site/check.ts';
import { problemLines, readJsonFile } from '../site/load.ts';
import { CommandError } from './command.ts';
import { readSiteFile } from './site-file.ts';

/**
 * Prints how each one ends.
 *
 * @param paths of scenarios, or folders of them
 * @throws CommandError unless all pass, StartError where a file cannot be read
 */
export function runScenarios(paths: string[], config: string): void {
  const { site } = readSiteFile(config);
  const scenarios = paths.flatMap(filesAt).map((path) => ({ path, scenario: readScenario(path) }));
  if (scenarios.length === 0) throw new CommandError(`no scenarios (*.json) in ${paths.join(', ')}`);
  let failed = 0;
  for (const { path, scenario } of scenarios) {
    const failures = runScenario(scenario, site);
    if (failures.length > 0) failed++;
    console.log(`${failures.length > 0 ? '✗' : '✓'} ${scenario.name} (${path})`);
    for (const line of failures.flatMap(failureLines)) console.log(line);
  }
  if (failed > 0) throw new CommandError(`${failed} of ${scenarios.length} scenarios failed`);
  console.log(scenarios.length === 1 ? 'the scenario passed' : `all ${scenarios.length} scenarios passed`);
}

function filesAt(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => join(path, name));
}

function readScenario(path: string): Scenario {
  const parsed = parseStrictly(scenarioSchema, readJsonFile(path, 'scenario'));
  if (parsed.ok) return parsed.value;
  throw new CommandError(`${path} is not a valid scenario:\n${problemLines(parsed.problems).join('\n')}`);
}

function failureLines({ afterMs, what, expected, got, why }: Failure): string[] {
  return [
    `    after ${timeText(afterMs)}, ${what}: expected ${expected}, got ${got}`,
    ...why.map((line) => `        ${line}`),
  ];
}
