import { readFileSync } from 'node:fs';
import type { JsonObject } from '@handrail/sdk/protocol';
import { StartError } from '../start-error.ts';
import type { SiteProblem } from './check.ts';
import { readDocument, type Variables } from './document.ts';

/**
 * Reads a site file as it is published: `${HANDRAIL_…}` stays in it.
 *
 * @param variables what stands for it, to check that the site is a valid one
 * @throws StartError that names the path of each wrong key, what was expected and the nearest right key
 */
export function loadSite(path: string, variables: Variables): JsonObject {
  const document = readJsonFile(path, 'site file');
  const read = readDocument(document, variables);
  if (read.ok) return document as JsonObject;
  throw new StartError(`${path} is not a valid site:\n${problemLines(read.problems).join('\n')}`);
}

/** @throws StartError that says why it cannot be read */
export function readJsonFile(path: string, what: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(`cannot read the ${what} ${path}: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StartError(`${path} is not JSON: ${(error as Error).message}`);
  }
}

export const problemLines = (problems: SiteProblem[]): string[] =>
  problems.map(({ path, message }) => `  ${path || 'the document'}: ${message}`);
