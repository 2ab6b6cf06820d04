import { readFileSync } from 'node:fs';
import type { JsonObject } from '@handrail/sdk/protocol';
import { StartError } from '../start-error.ts';
import { checkSite } from './check.ts';

/**
 * Reads a site file. `${HANDRAIL_…}` in its texts is filled in from `environment`, so that secrets need not be in it.
 *
 * @throws StartError that names the path of each wrong key, what was expected and the nearest right key
 */
export function loadSite(path: string, environment: Record<string, string | undefined>): JsonObject {
  const document = parse(path, fillIn(path, read(path), environment));
  const checked = checkSite(document);
  if (checked.ok) return document as JsonObject;
  const problems = checked.problems.map(({ path: key, message }) => `  ${key || 'the document'}: ${message}`);
  throw new StartError(`${path} is not a valid site:\n${problems.join('\n')}`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(`cannot read the site file ${path}: ${(error as Error).message}`);
  }
}

function fillIn(path: string, text: string, environment: Record<string, string | undefined>): string {
  return text.replace(/\$\{(HANDRAIL_[A-Z0-9_]+)\}/g, (_, name: string) => {
    const value = environment[name];
    if (value === undefined) throw new StartError(`${path} needs the environment variable ${name}`);
    return JSON.stringify(value).slice(1, -1);
  });
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StartError(`${path} is not JSON: ${(error as Error).message}`);
  }
}
