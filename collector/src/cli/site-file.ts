import type { JsonObject } from '@handrail/sdk/protocol';
import { readDocument, variablesIn } from '../site/document.ts';
import { problemLines, readJsonFile } from '../site/load.ts';
import type { Site } from '../site/schema.ts';
import { standInsFor } from '../site/stand-ins.ts';
import { CommandError } from './command.ts';

export interface SiteFile {
  document: JsonObject;
  /** With stand-ins for the variables it names. */
  site: Site;
  variables: string[];
}

/** @throws StartError where it cannot be read, CommandError that names the path of everything wrong in it */
export function readSiteFile(path: string): SiteFile {
  const document = readJsonFile(path, 'site file') as JsonObject;
  const read = readDocument(document, standInsFor(document));
  if (!read.ok)
    throw new CommandError(`${path} is not a valid site:\n${problemLines(read.problems).join('\n')}`);
  return { document, site: read.site, variables: variablesIn(document) };
}
